import { messageOf } from '../../errors';
import { probe, type MediaInfo, type StreamInfo } from '../../ffmpeg/probe';
import { isRefusal } from '../../ffmpeg/run';
import type { Clock } from '../../time/clock';
import type { TimeSpan } from '../plan/footage';
import { decodeStretch, type Decoded, type DecodeOptions } from './decode';
import type { PlaybackFault } from './decode-log';

export interface PlaybackReport {
  /** What was decoded: all of the film, or where its parts meet and all key frames. */
  readonly decoded: 'all' | 'joints and samples';
  /** Seconds of the film of which every frame was decoded. */
  readonly seconds: number;
  /** What does not play as it should, in the order of time; empty when all that was decoded does. */
  readonly faults: readonly PlaybackFault[];
}

export interface PlaybackOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Seconds of the film at which its parts meet, and others that matter. */
  readonly joints?: readonly number[];
  /** Seconds that it may take; by default as many as it takes. */
  readonly limit?: number;
  /** Called with 0 to 100 while it goes on. */
  readonly onPercent?: (percent: number) => void;
}

/** Seconds by which sound and picture may begin or end apart: cameras do not send both at once. */
const APART_SECONDS = 1;
/** Seconds before and after a joint that are decoded. */
const AROUND_JOINT = 1;
/** Key frames are looked at for at least so long, in seconds, whatever the joints took. */
const MIN_SAMPLE_SECONDS = 5;

/**
 * Finds out whether a film plays to its end: decodes all of it or, when that would take longer than the limit, where
 * its parts meet and each key frame; and compares the lengths of sound and picture.
 * @throws V2xError `ffmpeg` when there is no ffmpeg, or something killed it; the signal's reason when it is aborted
 */
export async function checkPlayback(path: string, options: PlaybackOptions): Promise<PlaybackReport> {
  const media = await probeOrFault(path, options);
  if ('reason' in media) return { decoded: 'all', seconds: 0, faults: [media] };
  const end = endOf(media.video);
  const apart = lengthFaults(media);
  const whole = await decodeStretch(
    path,
    { from: 0, to: end },
    { ...decodeOptions(options, end), wholeOnly: true },
  );
  if (whole.isComplete) return { decoded: 'all', seconds: end, faults: [...whole.faults, ...apart] };
  const { seconds, faults } = await decodeSamples(path, end, options);
  return { decoded: 'joints and samples', seconds, faults: [...faults, ...apart] };
}

/** What the film holds, or why it does not play at all. */
async function probeOrFault(
  path: string,
  { clock, signal }: PlaybackOptions,
): Promise<(MediaInfo & { readonly video: StreamInfo }) | PlaybackFault> {
  try {
    const media = await probe(path, { clock, signal });
    const { video } = media;
    if (video && endOf(video) > 0) return { ...media, video };
    return { from: 0, to: media.duration ?? 0, reason: 'there is no picture in it' };
  } catch (error) {
    signal.throwIfAborted();
    if (!isRefusal(error)) throw error;
    return { from: 0, to: 0, reason: messageOf(error) };
  }
}

function decodeOptions(
  { clock, signal, limit = Infinity, onPercent }: PlaybackOptions,
  end: number,
): DecodeOptions {
  let percent = 0;
  const onTime = (seconds: number) => {
    const reached = Math.max(0, Math.min(100, Math.floor((100 * seconds) / end)));
    if (reached > percent) onPercent?.((percent = reached));
  };
  return { clock, signal, limit, onTime };
}

/** Where parts meet, one after the other, then each key frame, as far as the limit reaches. */
async function decodeSamples(
  path: string,
  end: number,
  options: PlaybackOptions,
): Promise<Pick<PlaybackReport, 'seconds' | 'faults'>> {
  const { clock, signal, limit = Infinity } = options;
  const deadline = clock.monotonic() + limit;
  const left = () => Math.max(0, deadline - clock.monotonic());
  const done: Decoded[] = [];
  let seconds = 0;
  for (const stretch of stretchesAround(options.joints ?? [], end)) {
    if (left() === 0) break;
    const decoded = await decodeStretch(path, stretch, { clock, signal, limit: left() });
    seconds += decoded.reached - stretch.from;
    done.push(decoded);
  }
  const keys = { clock, signal, limit: Math.max(left(), MIN_SAMPLE_SECONDS), keyFramesOnly: true };
  done.push(await decodeStretch(path, { from: 0, to: end }, keys));
  return { seconds, faults: merged(done.flatMap(({ faults }) => faults)) };
}

/** Faults in the order of time; what overlaps is one. */
function merged(faults: readonly PlaybackFault[]): PlaybackFault[] {
  const result: PlaybackFault[] = [];
  for (const fault of [...faults].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last && fault.from <= last.to)
      result[result.length - 1] = { ...last, to: Math.max(last.to, fault.to) };
    else result.push(fault);
  }
  return result;
}

/** The beginning, the end, and what is around each joint; stretches that touch are one. */
export function stretchesAround(joints: readonly number[], end: number): TimeSpan[] {
  const stretches: { from: number; to: number }[] = [];
  for (const joint of [0, ...joints, end].sort((a, b) => a - b)) {
    const from = Math.max(0, joint - AROUND_JOINT);
    const to = Math.min(end, joint + AROUND_JOINT);
    const last = stretches.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else stretches.push({ from, to });
  }
  return stretches;
}

function endOf({ start = 0, duration = 0 }: StreamInfo): number {
  return start + duration;
}

/** Sound that ends long before the picture or behind it is lost, or was stretched. */
function lengthFaults({
  video,
  audio,
}: {
  readonly video: StreamInfo;
  readonly audio?: StreamInfo;
}): PlaybackFault[] {
  if (audio?.duration === undefined) return [];
  const from = Math.min(endOf(video), endOf(audio));
  const to = Math.max(endOf(video), endOf(audio));
  if (to - from <= APART_SECONDS) return [];
  const reason = `the video ends at ${endOf(video).toFixed(1)} s, the audio at ${endOf(audio).toFixed(1)} s`;
  return [{ from, to, reason }];
}
