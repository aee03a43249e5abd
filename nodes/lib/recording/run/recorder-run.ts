import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { V2xError } from '../../errors';
import type { CameraInput } from '../../camera/input';
import { ffmpegArguments, type Output } from '../../ffmpeg/command';
import type { MediaInfo } from '../../ffmpeg/probe';
import { runFfmpeg } from '../../ffmpeg/run';
import { StderrTail } from '../../ffmpeg/stderr';
import { eachSecond } from '../../time/each-second';
import {
  frameLog,
  isHeldBack,
  needsVideoOnly,
  videoOnlyOptions,
  recordingOptions,
  SOUND_LOG,
} from './encoding';
import { stateOfTree } from '../open-file';
import type { RecorderOptions } from '../options';
import {
  RunMonitor,
  STALL_SECONDS,
  UNWRITTEN_SECONDS,
  type Missing,
  type RunEnd,
  type SoundPlan,
} from './run-monitor';
import { RunSegments } from './run-segments';

export interface OpenCamera {
  readonly input: CameraInput;
  /** What it sends; undefined for the synthetic picture. */
  readonly media: MediaInfo | undefined;
  /** Further outputs of the same ffmpeg. */
  readonly outputs: readonly Output[];
  /** See `guessedLead` of encoding.ts. */
  readonly guessedLead: number;
  readonly sound: SoundPlan;
  /** Whether sound has disappeared once in this attempt: it is not recorded again even if it comes back. */
  readonly isSoundSettled: boolean;
}

/** Why ffmpeg ended: we stopped it, or it ended by itself. */
type End = RunEnd | 'jump' | 'exit';

/**
 * Runs one ffmpeg process until `signal` is aborted. Returns why a new one must be started at once: time stamps have
 * jumped, or sound is to be recorded from now on, or no longer.
 * @throws ToolError when ffmpeg fails; V2xError `camera` when the stream ends or stalls, `unwritten` when nothing reaches
 * the disk
 */
export async function recordRun(
  options: RecorderOptions,
  camera: OpenCamera,
  signal: AbortSignal,
): Promise<'jump' | 'sound' | undefined> {
  const stop = new AbortController();
  const end = (reason: End) => {
    stop.abort(reason);
  };
  const stderr = new StderrTail();
  const monitor = new RunMonitor(camera.sound, camera.isSoundSettled);
  const onJump = () => {
    end('jump');
  };
  const delivery = {
    isHeldBack: isHeldBack(options.source, camera.media),
    guessedLead: camera.guessedLead,
  };
  const segments = new RunSegments(options, onJump, delivery, monitor);
  await mkdir(segments.videoOnlyDirectory, { recursive: true });
  const { stdin, secrets } = camera.input;
  const recording = runFfmpeg(recordingArguments(options, camera, segments), {
    clock: options.clock,
    secrets,
    ...(stdin === undefined ? {} : { stdin }),
    signal: AbortSignal.any([signal, stop.signal]),
    onStdout: (chunk) => segments.takeLog(chunk),
    onStderrLine: (line) => {
      stderr.add(line);
    },
  }).finally(() => segments.finish());
  const watching = watch(options, monitor, segments.directory, stop.signal);
  const outcomes = await Promise.allSettled([
    recording.finally(() => {
      end('exit');
    }),
    watching.then((found) => {
      if (found) end(found);
    }),
  ]);
  options.ring.setOpen(undefined);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  const reason = stop.signal.reason as End;
  if (signal.aborted) return undefined;
  if (reason === 'jump' || reason === 'sound') return reason;
  throw endError(reason, { monitor, stderr, directory: options.ring.directory });
}

/** @returns why the run has to end */
async function watch(
  { clock, onMissing }: RecorderOptions,
  monitor: RunMonitor,
  directory: string,
  signal: AbortSignal,
): Promise<RunEnd | undefined> {
  let reported: Missing | 'unknown' | undefined = 'unknown';
  const look = async () => {
    const end = monitor.second(await stateOfTree(directory));
    if (monitor.missing !== reported) onMissing?.(monitor.missing);
    reported = monitor.missing;
    return end;
  };
  return eachSecond(clock, look, signal);
}

function endError(
  reason: 'stall' | 'unwritten' | 'exit',
  { monitor, stderr, directory }: { monitor: RunMonitor; stderr: StderrTail; directory: string },
): V2xError {
  if (reason === 'unwritten') {
    return new V2xError(
      'unwritten',
      `The camera is sending, but nothing has been written into ${directory} for ${UNWRITTEN_SECONDS} s`,
      { directory },
      { remedy: 'check its disk; the recorder will retry' },
    );
  }
  if (reason === 'stall') {
    const what = monitor.hasOnlySound ? 'sound but no picture' : 'nothing';
    return new V2xError('camera', `it sent ${what} for ${STALL_SECONDS} s`);
  }
  const lines = stderr.toString();
  return new V2xError('camera', `the stream ended${lines === '' ? '' : `. ${lines}`}`);
}

function recordingArguments(
  { source, ring }: RecorderOptions,
  { input, media, guessedLead, outputs, sound }: OpenCamera,
  { directory, videoOnlyDirectory }: RunSegments,
): string[] {
  const encoding = { media, withSound: sound === 'recorded', segmentSeconds: ring.segmentSeconds };
  // Between the two only ffmpeg's guess stays where it is, and so ends up earlier than all others.
  const later = guessedLead > 0 ? ['-itsoffset', String(guessedLead)] : [];
  const earlier = guessedLead > 0 ? ['-output_ts_offset', String(-guessedLead)] : [];
  const output = (url: string, options: readonly string[]) => ({ url, options: [...options, ...earlier] });
  const all = [
    output(filesIn(directory), recordingOptions(encoding)),
    output('pipe:1', frameLog(media)),
    ...(sound === 'none' ? [] : [output('pipe:1', SOUND_LOG)]),
    ...(needsVideoOnly(source, media, sound)
      ? [output(filesIn(videoOnlyDirectory), videoOnlyOptions(encoding))]
      : []),
  ];
  const inputs = [{ ...input, options: [...later, ...input.options] }];
  return ffmpegArguments({ inputs, outputs: [...all, ...outputs] });
}

/** The muxer numbers the files; a percent sign in the path itself must be doubled. */
function filesIn(directory: string): string {
  return join(directory.replaceAll('%', '%%'), '%06d.mp4');
}
