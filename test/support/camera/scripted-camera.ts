import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { atEnd, type Ending } from '../at-end';
import type { NumberedStream } from '../footage/numbered-footage';
import { Program } from '../process';

const PYTHON = '/usr/bin/python3';
const SCRIPT = join(__dirname, 'scripted-camera.py');

/** Times are in seconds. Those called `at` or `…After` count from the connection's PLAY. */
export interface CameraScript {
  /** Address it listens on, default 127.0.0.1. */
  readonly host?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Whether the SDP carries the decoder's settings, default true; they are in the stream anyway. */
  readonly parametersInSdp?: boolean;
  /** Where a connection begins: with what is due (default), with the next key frame, or with picture 0. */
  readonly joins?: 'anywhere' | 'keyFrame' | 'start';
  /** Seconds since picture 0 was taken, default 0: where in the stream a connection joins. Given anew, it counts anew. */
  readonly age?: number;

  /** `unknown` announces a codec that no program knows. */
  readonly audio?: 'none' | 'aac' | 'alaw' | 'unknown';
  /** AAC in ADTS, see `aacSound`. */
  readonly audioFile?: string;
  /** Announces sound and sends none. */
  readonly audioSilent?: boolean;
  readonly audioStartsAfter?: number;
  readonly audioStopsAfter?: number;
  /** Announces ONVIF metadata and sends none. */
  readonly metadata?: boolean;

  /** Its clock counts 1 + drift seconds in a second, and time stamps follow it. */
  readonly drift?: number;
  /** Time stamps are off by a random time, up to this much to either side. */
  readonly jitter?: number;
  /** Time stamps jump; sender reports do not. */
  readonly clockJump?: { readonly at: number; readonly by: number };
  /** One picture in `every` is stamped too early by so much. */
  readonly backStep?: { readonly every: number; readonly by: number };
  /** RTCP sender reports; `step` moves the time they carry from some moment on. */
  readonly senderReports?: {
    /** Default 5. */
    readonly every?: number;
    /** When the first one is sent, default 1. */
    readonly first?: number;
    readonly videoOffset?: number;
    readonly audioOffset?: number;
    readonly step?: { readonly at: number; readonly videoOffset?: number; readonly audioOffset?: number };
  };

  /** Each picture is sent this much later than it was taken. */
  readonly delay?: number;
  /** Adds a random time up to this much, drawn for each picture; none overtakes another. */
  readonly delayJitter?: number;
  /** The share of pictures whose packets are sent in reverse order. */
  readonly reorder?: number;
  /** Pictures due in this time are sent at once at its end, as TCP does after a loss. */
  readonly holdUp?: { readonly at: number; readonly seconds: number };

  /** Closes the connection. */
  readonly dropAfter?: number;
  /** Sends nothing, over an open connection; pictures of this time are lost. */
  readonly stallAfter?: number;
  readonly stallUntil?: number;
  readonly videoStopsAfter?: number;
  /** Answers DESCRIBE with this status, such as `404 Not Found`. */
  readonly status?: string;
  /** Answers DESCRIBE with a redirect to this URL. */
  readonly redirect?: string;
  /** Asked for when given, by basic authentication or by digest. */
  readonly user?: string;
  readonly password?: string;
  readonly digest?: boolean;
  /** Refuses a transport with 461. */
  readonly noTcp?: boolean;
  readonly noUdp?: boolean;
}

/** What a connection gets from its PLAY on. */
export interface PlayedConnection {
  /** Counted from 1. A recorder looks at a camera over one before it records over the next. */
  readonly connection: number;
  /** When picture `first` was taken, or would have been: Unix seconds. */
  readonly base: number;
  readonly fps: number;
  readonly first: number;
  /** When PLAY came: Unix seconds. */
  readonly began: number;
}

export interface CameraRequest {
  readonly method: string;
  readonly url: string;
  /** Headers as they came, or empty. */
  readonly transport: string;
  readonly authorization: string;
}

export interface ScriptedCamera {
  /** Without user and password. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly connections: readonly PlayedConnection[];
  readonly requests: readonly CameraRequest[];
  /**
   * When a picture was taken (Unix seconds), whatever time stamp it got and however late it was sent. With
   * `joins: 'start'` each connection sends the same numbers at times of its own; the last one of the stream is the default.
   */
  timeOf(number: number, connection?: PlayedConnection): number;
  /** Changes settings, also of running connections; a new stream or sound begins with the next connection. */
  change(script: CameraScript, stream?: NumberedStream): Promise<void>;
  /** Closes all connections, after changing settings if there are any. */
  drop(script?: CameraScript, stream?: NumberedStream): Promise<void>;
  stop(): Promise<void>;
}

/** Why tests that need the camera are skipped, or false. */
export const scriptedCameraMissing: string | false =
  spawnSync(PYTHON, ['--version'], { stdio: 'ignore' }).status === 0 ? false : 'Python is not installed';

/**
 * Starts a camera on the loopback that does what a script says; it ends with the test.
 * @param stream what it sends, see `numberedStream`
 */
export async function startScriptedCamera(
  t: Ending,
  stream: NumberedStream,
  script: CameraScript = {},
): Promise<ScriptedCamera> {
  const child = spawn(PYTHON, [SCRIPT], { stdio: ['pipe', 'pipe', 'pipe'] });
  const program = new Program(child, 'scripted-camera.py');
  atEnd(t, () => program.stop('SIGKILL'));
  const send = (order: object) => child.stdin.write(`${JSON.stringify(order)}\n`);
  const said = <Said>(kind: string) =>
    program.lines
      .filter(({ text }) => text.startsWith(`{"kind": "${kind}"`))
      .map(({ text }) => JSON.parse(text) as Said);

  send({ ...stream, ...script });
  await program.line(/"kind": "ready"/);
  const [{ port }] = said<{ port: number }>('ready');
  const change = async (order: object) => {
    const since = program.lines.length;
    send(order);
    await program.line(/"kind": "changed"/, since);
  };
  const { host = '127.0.0.1' } = script;
  return {
    url: `rtsp://${host.includes(':') ? `[${host}]` : host}:${port}/cam`,
    port,
    pid: child.pid ?? 0,
    get connections() {
      return said<PlayedConnection>('play');
    },
    get requests() {
      return said<CameraRequest>('request');
    },
    timeOf(number, given) {
      const played = said<PlayedConnection>('play').filter(({ first }) => first <= number);
      const newest = Math.max(...played.map(({ first }) => first));
      const connection = given ?? played.findLast(({ first }) => first === newest);
      if (!connection) throw new Error(`No connection has got picture ${number}`);
      return connection.base + (number - connection.first) / connection.fps;
    },
    change: (changes, newStream) => change({ ...newStream, ...changes }),
    drop: (changes, newStream) => change({ ...newStream, ...changes, drop: true }),
    async stop() {
      await program.stop('SIGKILL');
    },
  };
}
