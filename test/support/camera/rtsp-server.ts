import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { endWithFile } from '../leftovers';

export { readBurntTime, readBurntTimes, readShownTimes, readToneStarts } from '../footage/burnt-time';

const PYTHON = '/usr/bin/python3';
const SCRIPT = join(__dirname, 'rtsp-server.py');

export interface RtspOptions {
  /** 0 takes a free one. */
  readonly port?: number;
  readonly codec?: 'h264' | 'h265';
  readonly gopSeconds?: number;
  readonly fps?: number;
  /** Drops three of seven frames, as cameras do in the dark: a variable frame rate. */
  readonly uneven?: boolean;
  /** B-frames between others; H.264 only. */
  readonly bFrames?: number;
  /** Bit rate of the video; above 1000 the picture is noisy, to fill it. Default 400. */
  readonly kilobits?: number;
  readonly audio?: 'aac' | 'alaw' | 'none';
  /** Asked for when given. */
  readonly user?: string;
  readonly password?: string;
}

export interface RtspServer {
  /** Without user and password. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

let reason: string | false | undefined;

/** Why tests that need the RTSP server are skipped, or false. */
export function rtspServerMissing(): string | false {
  const check = "import gi; gi.require_version('GstRtspServer', '1.0')";
  reason ??=
    spawnSync(PYTHON, ['-c', check], { stdio: 'ignore' }).status === 0 ? false : 'no GStreamer RTSP server';
  return reason;
}

/**
 * Starts a real RTSP camera on the loopback whose picture shows the time at which it was taken, see `readBurntTime`, and
 * whose sound is a short tone at the beginning of each second.
 */
export async function startRtspServer(options: RtspOptions = {}): Promise<RtspServer> {
  const defaults = {
    port: 0,
    codec: 'h264',
    gopSeconds: 1,
    fps: 25,
    uneven: false,
    bFrames: 0,
    kilobits: 400,
    audio: 'none',
    user: '',
    password: '',
  };
  const child = spawn(PYTHON, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  // Left open: the server ends when this process does.
  child.stdin.write(`${JSON.stringify({ ...defaults, ...options })}\n`);
  const exit = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await exit;
  };
  child.once('exit', endWithFile(stop));
  const lines = createInterface(child.stdout);
  const [line] = (await Promise.race([once(lines, 'line'), exit])) as unknown[];
  const port = Number(/^ready (\d+)$/.exec(String(line))?.[1]);
  if (!port) throw new Error(`The RTSP server did not start (${String(line)})`);
  return {
    url: `rtsp://127.0.0.1:${port}/cam`,
    port,
    pid: child.pid ?? 0,
    stop,
  };
}
