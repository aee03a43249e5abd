import { createHash } from 'node:crypto';
import type { SegmentMedia } from './footage';
import { formatText, type Settings } from './format';
import type { FragmentedFile, Sample, Track } from '../mp4/fragmented';

/** Sample entries (ISO/IEC 14496-15) whose codec and decoder settings are known here: the codec, and their box. */
const CODECS: ReadonlyMap<string, readonly [codec: string, box: string]> = new Map([
  ['avc1', ['h264', 'avcC']],
  ['hvc1', ['hevc', 'hvcC']],
  ['hev1', ['hevc', 'hvcC']],
]);

/** Behind the headers of `stsd`: size, type, reserved fields, size of the picture (14496-12, 8.5.2 and 12.1.3). */
const ENTRY_AT = 16;

interface TimedSamples {
  readonly track: Track;
  /** In the order of showing, seconds. */
  readonly frames: readonly { readonly time: number; readonly duration: number; readonly key: boolean }[];
}

/**
 * Tells what a fragmented file holds.
 * @returns undefined when it holds no video of a codec that is known here
 */
export function mediaOfFragments(file: FragmentedFile): SegmentMedia | undefined {
  const video = timesOf(file, 'video');
  const settings = video && settingsOf(video.track);
  const first = video?.frames.at(0);
  const last = video?.frames.at(-1);
  const keyFrames = video?.frames.filter(({ key }) => key).map(({ time }) => time) ?? [];
  if (!settings || !first || !last || keyFrames.length === 0) return undefined;
  const sound = timesOf(file, 'audio')?.frames.at(0)?.time ?? Infinity;
  return {
    start: Math.min(first.time, sound),
    firstFrame: first.time,
    lastFrame: last.time,
    end: last.time + last.duration,
    keyFrames,
    format: formatText(settings),
    width: settings.width,
    height: settings.height,
    ...(isPlayable(video.track) && canBeCutAtKeyFrames(file) && { splice: spliceText(file) }),
  };
}

/** The samples of the first track of a kind. */
function timesOf({ tracks, fragments }: FragmentedFile, kind: Track['kind']): TimedSamples | undefined {
  const track = tracks.find((candidate) => candidate.kind === kind);
  if (!track) return undefined;
  const frames = fragments
    .flatMap((fragment) => fragment.tracks.filter((piece) => piece.track === track))
    .flatMap(({ samples }) => samples)
    .map(({ pts, duration, key }: Sample) => ({
      time: pts / track.timescale,
      duration: duration / track.timescale,
      key,
    }))
    .sort((a, b) => a.time - b.time);
  return { track, frames };
}

function settingsOf({ description }: Track): Settings | undefined {
  const known = CODECS.get(sampleEntry(description));
  if (!known) return undefined;
  const [codec, name] = known;
  const at = description.indexOf(name, ENTRY_AT, 'latin1') - 4;
  if (at < 0) return undefined;
  const box = description.subarray(at + 8, at + description.readUInt32BE(at));
  return {
    codec,
    width: description.readUInt16BE(ENTRY_AT + 32),
    height: description.readUInt16BE(ENTRY_AT + 34),
    decoder: `MD5:${createHash('md5').update(box).digest('hex')}`,
  };
}

function sampleEntry(description: Buffer): string {
  return description.toString('latin1', ENTRY_AT + 4, ENTRY_AT + 8);
}

/** Players on Apple systems and browsers know HEVC in MP4 only as hvc1; ffmpeg makes that of hev1. */
function isPlayable({ description }: Track): boolean {
  return sampleEntry(description) !== 'hev1';
}

/** A cut leaves out whole fragments, so a key frame has to begin one. */
function canBeCutAtKeyFrames({ fragments }: FragmentedFile): boolean {
  return fragments.every(({ tracks }) =>
    tracks.every(
      ({ track, samples }) => track.kind !== 'video' || !samples.some(({ key }, i) => key && i > 0),
    ),
  );
}

/** Everything that must be the same for fragments to fit behind the head of another file. */
function spliceText({ tracks }: FragmentedFile): string {
  const hash = createHash('sha256');
  for (const { id, kind, timescale, description } of tracks) {
    hash.update(`${id} ${kind} ${timescale} `).update(description);
  }
  return hash.digest('base64');
}
