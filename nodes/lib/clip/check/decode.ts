import { messageOf } from '../../errors';
import { ffmpegArguments } from '../../ffmpeg/command';
import { isRefusal, runFfmpeg } from '../../ffmpeg/run';
import type { Clock } from '../../time/clock';
import { Deadline } from '../../time/deadline';
import type { TimeSpan } from '../plan/footage';
import { DecodeLog, type PlaybackFault } from './decode-log';

export interface DecodeOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Seconds that it may take. */
  readonly limit: number;
  /** Give up as soon as the pace shows that the limit is too short. */
  readonly wholeOnly?: boolean;
  /** Decode key frames only, and no sound. */
  readonly keyFramesOnly?: boolean;
  /** Called with each second of the clip that is reached. */
  readonly onTime?: (seconds: number) => void;
}

export interface Decoded {
  /** What does not decode, in the order of time. */
  readonly faults: readonly PlaybackFault[];
  /** The second of the clip that was reached: the end of the stretch, unless time ran out. */
  readonly reached: number;
  readonly isComplete: boolean;
}

/** After this many seconds the pace shows how long all of it will take. */
const PACE_SECONDS = 3;

/**
 * Decodes a stretch of a film, on one thread at low priority.
 * @param stretch seconds on the film's timeline
 * @throws V2xError `ffmpeg` when there is no ffmpeg, or something killed it; the signal's reason when it is aborted
 */
export async function decodeStretch(
  path: string,
  stretch: TimeSpan,
  options: DecodeOptions,
): Promise<Decoded> {
  const { clock, signal, limit, wholeOnly = false, keyFramesOnly = false, onTime } = options;
  const began = clock.monotonic();
  const log = new DecodeLog(stretch.from, keyFramesOnly);
  const deadline = new Deadline(clock, limit, signal);
  const onStderrLine = (line: string) => {
    if (!log.add(line)) return;
    const reached = log.lastFrame ?? stretch.from;
    onTime?.(reached);
    const spent = clock.monotonic() - began;
    const share = (reached - stretch.from) / (stretch.to - stretch.from);
    if (wholeOnly && spent > PACE_SECONDS && spent > share * limit) deadline.pass();
  };
  try {
    const args = decodeArguments(path, stretch, { wholeOnly, keyFramesOnly });
    await runFfmpeg(args, { clock, signal: deadline.signal, lowPriority: true, onStderrLine });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    log.fail(messageOf(error));
  } finally {
    deadline.cancel();
  }
  signal.throwIfAborted();
  const isComplete = !deadline.passed;
  if (isComplete && log.lastFrame === undefined) log.fail('it has no picture');
  const reached = isComplete ? stretch.to : (log.lastFrame ?? stretch.from);
  return { faults: log.faults(reached), reached, isComplete };
}

function decodeArguments(
  path: string,
  { from, to }: TimeSpan,
  { wholeOnly, keyFramesOnly }: { readonly wholeOnly: boolean; readonly keyFramesOnly: boolean },
): string[] {
  const start = from > 0 ? ['-ss', from.toFixed(3)] : [];
  const isSample = !wholeOnly && !keyFramesOnly;
  const input = [
    '-threads',
    '1',
    // Chromium decodes with it, and stops at the first error.
    ...(from === 0 && !keyFramesOnly ? ['-err_detect:v', 'explode'] : []),
    ...(keyFramesOnly ? ['-skip_frame', 'nokey'] : []),
    ...(isSample ? [...start, '-to', to.toFixed(3)] : []),
  ];
  const sound = keyFramesOnly ? ['-an'] : ['-map', '0:a?'];
  return ffmpegArguments({
    inputs: [{ url: `file:${path}`, options: input }],
    outputs: [{ url: '-', options: ['-map', '0:v:0', ...sound, '-vf', 'showinfo=checksum=0', '-f', 'null'] }],
    options: ['-loglevel', 'level+info', '-copyts'],
  });
}
