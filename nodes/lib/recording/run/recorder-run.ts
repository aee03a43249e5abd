import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { V2xError } from '../../errors';
import type { CameraInput } from '../../camera/input';
import { ffmpegArguments, type Output } from '../../ffmpeg/command';
import type { MediaInfo } from '../../ffmpeg/probe';
import { runFfmpeg } from '../../ffmpeg/run';
import { StderrTail } from '../../ffmpeg/stderr';
import { eachSecond } from '../../time/each-second';
import { frameLog, isHeldBack, isPictureKept, pictureOptions, recordingOptions, SOUND_LOG } from './encoding';
import { stateOfTree } from '../open-file';
import type { RecorderOptions } from '../recorder';
import {
  RunLife,
  STALL_SECONDS,
  UNWRITTEN_SECONDS,
  type Lack,
  type RunEnd,
  type SoundPlan,
} from './run-monitor';
import { RunSegments } from './run-segments';

export interface OpenCamera {
  readonly input: CameraInput;
  /** What it sends; undefined for the synthetic picture. */
  readonly media: MediaInfo | undefined;
  /** What ffmpeg serves besides the recording. */
  readonly outputs: readonly Output[];
  readonly sound: SoundPlan;
  /** Whether sound that comes is left out: it has come and gone in this attempt. */
  readonly isSoundSettled: boolean;
}

/** What ended ffmpeg: we did, or it ended by itself. */
type End = RunEnd | 'jump' | 'exit';

/**
 * Runs one ffmpeg process until `signal` is aborted, or returns when it must start anew: its time stamps have jumped, or
 * sound is to be recorded from now on, or no more.
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
  const words = new StderrTail();
  const life = new RunLife(camera.sound, camera.isSoundSettled);
  const onJump = () => {
    end('jump');
  };
  const segments = new RunSegments(options, onJump, isHeldBack(options.source, camera.media), life);
  await mkdir(segments.pictureDirectory, { recursive: true });
  const { stdin, secrets } = camera.input;
  const recording = runFfmpeg(recordingArguments(options, camera, segments), {
    clock: options.clock,
    secrets,
    ...(stdin === undefined ? {} : { stdin }),
    signal: AbortSignal.any([signal, stop.signal]),
    onStdout: (chunk) => segments.takeLog(chunk),
    onStderrLine: (line) => {
      words.add(line);
    },
  }).finally(() => segments.finish());
  const watching = watch(options, life, segments.directory, stop.signal);
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
  throw endError(reason, { life, words, directory: options.ring.directory });
}

/** @returns why the run has to end */
async function watch(
  { clock, onLack }: RecorderOptions,
  life: RunLife,
  directory: string,
  signal: AbortSignal,
): Promise<RunEnd | undefined> {
  let told: Lack | 'unknown' | undefined = 'unknown';
  const look = async () => {
    const end = life.second(await stateOfTree(directory));
    if (life.lack !== told) onLack?.(life.lack);
    told = life.lack;
    return end;
  };
  return eachSecond(clock, look, signal);
}

function endError(
  reason: 'stall' | 'unwritten' | 'exit',
  { life, words, directory }: { life: RunLife; words: StderrTail; directory: string },
): V2xError {
  if (reason === 'unwritten') {
    return new V2xError(
      'unwritten',
      `The camera sends, but for ${UNWRITTEN_SECONDS} s nothing was written into ${directory}`,
      { directory },
      { remedy: 'look at its disk; it tries again by itself' },
    );
  }
  const what = life.hasOnlySound ? 'sound but no picture' : 'nothing';
  const stalled = `it sent ${what} for ${STALL_SECONDS} s`;
  const said = words.toString();
  const ended = said === '' ? 'the stream ended' : `the stream ended. ${said}`;
  const text = reason === 'stall' ? stalled : ended;
  return new V2xError('camera', text);
}

function recordingArguments(
  { source, ring }: RecorderOptions,
  { input, media, outputs, sound }: OpenCamera,
  { directory, pictureDirectory }: RunSegments,
): string[] {
  const encoding = { media, withSound: sound === 'recorded', segmentSeconds: ring.segmentSeconds };
  const log = (options: readonly string[]) => ({ url: 'pipe:1', options });
  const all = [
    { url: filesIn(directory), options: recordingOptions(encoding) },
    log(frameLog(media)),
    ...(sound === 'none' ? [] : [log(SOUND_LOG)]),
    ...(isPictureKept(source, media, sound)
      ? [{ url: filesIn(pictureDirectory), options: pictureOptions(encoding) }]
      : []),
  ];
  return ffmpegArguments({ inputs: [input], outputs: [...all, ...outputs] });
}

/** The muxer counts the files up; a percent sign of the path itself must be doubled. */
function filesIn(directory: string): string {
  return join(directory.replaceAll('%', '%%'), '%06d.mp4');
}
