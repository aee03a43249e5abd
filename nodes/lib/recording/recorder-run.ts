import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { V2xError } from '../errors';
import type { CameraInput } from '../camera/input';
import { ffmpegArguments, type Output } from '../ffmpeg/command';
import type { MediaInfo } from '../ffmpeg/probe';
import { runFfmpeg } from '../ffmpeg/run';
import { StderrTail } from '../ffmpeg/stderr';
import { FRAME_LOG, isHeldBack, recordingOptions } from './encoding';
import type { RecorderOptions } from './recorder';
import { RunSegments } from './run-segments';
import { watchForStall } from './watchdog';

export interface OpenCamera {
  readonly input: CameraInput;
  /** What it sends; undefined for the synthetic picture. */
  readonly media: MediaInfo | undefined;
  /** What ffmpeg serves besides the recording. */
  readonly outputs: readonly Output[];
}

/** Seconds without a frame after which the camera is taken for stalled. */
const STALL_SECONDS = 15;
/** What ended ffmpeg: we did since time stamps jumped or nothing came, or it ended by itself. */
type End = 'jump' | 'stall' | 'exit';

/**
 * Runs one ffmpeg process until `signal` is aborted, or returns when its time stamps jump and it must start anew.
 * @throws V2xError with `exit` in its details when ffmpeg fails, ends by itself or stalls
 */
export async function recordRun(
  options: RecorderOptions,
  camera: OpenCamera,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const end = (reason: End) => {
    stop.abort(reason);
  };
  const words = new StderrTail();
  const onJump = () => {
    end('jump');
  };
  const segments = new RunSegments(options, onJump, isHeldBack(options.source, camera.media));
  await mkdir(segments.directory, { recursive: true });
  const { stdin, secrets } = camera.input;
  const recording = runFfmpeg(recordingArguments(options, camera, segments.directory), {
    clock: options.clock,
    secrets,
    ...(stdin === undefined ? {} : { stdin }),
    signal: AbortSignal.any([signal, stop.signal]),
    onStdout: (chunk) => segments.takeLog(chunk),
    onStderrLine: (line) => {
      words.add(line);
    },
  }).finally(() => segments.finish());
  const watching = watchForStall(options.clock, STALL_SECONDS, () => segments.isAlive(), stop.signal);
  const outcomes = await Promise.allSettled([
    recording.finally(() => {
      end('exit');
    }),
    watching.finally(() => {
      end('stall');
    }),
  ]);
  options.ring.setOpen(undefined);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  if (signal.aborted || stop.signal.reason === 'jump') return;
  const silent = stop.signal.reason === 'stall';
  const reason = silent ? `it sent nothing for ${STALL_SECONDS} s` : `the stream ended. ${words.toString()}`;
  throw new V2xError('camera', reason, { exit: reason });
}

function recordingArguments(
  { source, ring }: RecorderOptions,
  { input, media, outputs }: OpenCamera,
  directory: string,
): string[] {
  // The muxer counts the files up; a percent sign of the path itself must be doubled.
  const url = join(directory.replaceAll('%', '%%'), '%06d.mp4');
  const options = recordingOptions({ media, audio: source.audio, segmentSeconds: ring.segmentSeconds });
  const frameLog = { url: 'pipe:1', options: FRAME_LOG };
  return ffmpegArguments({ inputs: [input], outputs: [{ url, options }, frameLog, ...outputs] });
}
