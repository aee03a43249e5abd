import { createHash } from 'node:crypto';
import { aacSettings, silentFrame } from '../codec/aac';
import { pictureFormat } from '../codec/h264-sps';
import type { HeadFile } from '../mp4/head-file';
import type { MediaFile, Sample, Track } from '../mp4/media';
import {
  decoderSettings,
  effectiveSets,
  ENTRY_AT,
  entryBox,
  pictureHead,
  sampleEntry,
  sequenceSet,
  type DecoderSettings,
  type PictureHead,
} from '../codec/parameter-sets';
import type { PictureTrack, SegmentMedia, SoundTrack } from './footage';

/** Bytes in which a picture's parameter sets and the head of its first slice usually are. */
const PICTURE_HEAD_BYTES = 1024;
/** Where in the end of `tkhd` the matrix is. */
const MATRIX = { from: 16, to: 52 };
const CHROMA = ['gray', 'yuv420p', 'yuv422p', 'yuv444p'];

/**
 * Describes what a file holds.
 * @param source the same file: the heads of key pictures are read from it
 * @returns undefined when there is no picture
 */
export async function segmentMedia(file: MediaFile, source: HeadFile): Promise<SegmentMedia | undefined> {
  const track = file.tracks.find(({ kind }) => kind === 'video');
  const samples = track ? samplesOf(file, track) : [];
  if (!track || !samples.some(({ key }) => key)) return undefined;
  const decoder = decoderSettings(track.description);
  const entries = await keyPictures(samples, decoder, source);
  const settings = [...new Set(entries.map(({ head }) => settingsHash(decoder, head)))];
  const seconds = (ticks: number) => ticks / track.timescale;
  const shown = [...samples].sort((a, b) => a.pts - b.pts);
  const [first, last, entry] = [shown.at(0), shown.at(-1), entries.at(0)];
  if (!entry || !first || !last) return undefined;
  const sound = soundTrack(file);
  return {
    start: Math.min(seconds(first.pts), sound?.from ?? Infinity),
    firstFrame: seconds(first.pts),
    lastFrame: seconds(last.pts),
    end: seconds(last.pts + last.duration),
    keyFrames: entries.map(({ sample }) => seconds(sample.pts)).sort((a, b) => a - b),
    ...sizeOf(track),
    format: formatText(track, decoder, { head: entry.head, settings }),
    tracks: {
      picture: pictureTrack({ track, decoder, samples, entries, settings }),
      ...(sound && { sound }),
    },
  };
}

function samplesOf({ runs }: MediaFile, track: Track): Sample[] {
  return runs.filter((run) => run.track === track).flatMap(({ samples }) => samples);
}

interface KeyPicture {
  readonly sample: Sample;
  /** Whether pictures that are decoded after it are shown before it. */
  readonly leads: boolean;
  /** Undefined for another codec. */
  readonly head: PictureHead | undefined;
}

async function keyPictures(
  samples: readonly Sample[],
  decoder: DecoderSettings | undefined,
  source: HeadFile,
): Promise<KeyPicture[]> {
  const keys = [...samples.entries()].filter(([, { key }]) => key);
  const found: KeyPicture[] = [];
  for (const [n, [i, sample]] of keys.entries()) {
    const leads = samples.slice(i + 1, keys.at(n + 1)?.[0]).some(({ pts }) => pts < sample.pts);
    found.push({ sample, leads, head: decoder && (await headOf(sample, decoder, source)) });
  }
  return found;
}

/** @throws RangeError when the sample holds no picture */
async function headOf(
  { at, size }: Sample,
  decoder: DecoderSettings,
  source: HeadFile,
): Promise<PictureHead> {
  for (const bytes of [Math.min(PICTURE_HEAD_BYTES, size), size]) {
    const head = pictureHead(decoder, await source.read(at, at + bytes));
    if (head) return head;
  }
  throw new RangeError('A key picture has no slice');
}

function pictureTrack({
  track,
  decoder,
  samples,
  entries,
  settings,
}: {
  readonly track: Track;
  readonly decoder: DecoderSettings | undefined;
  readonly samples: readonly Sample[];
  readonly entries: readonly KeyPicture[];
  readonly settings: readonly string[];
}): PictureTrack {
  const pixels = pixelsOf(decoder, entries.at(0)?.head);
  // What a CRA of HEVC cannot decode is left out where a clip begins with it.
  const isClosed = ({ leads, head }: KeyPicture) =>
    (head?.isEntry ?? true) && (decoder?.codec === 'hevc' || !leads);
  const timesOf = (keys: readonly KeyPicture[]) => keys.map(({ sample }) => sample.pts / track.timescale);
  // Encoded pieces have lengths of 4 bytes, so copies that go with them need the same.
  const isUsual = decoder?.codec !== 'h264' || decoder.lengthBytes === 4;
  return {
    codec: (isUsual ? decoder?.codec : undefined) ?? sampleEntry(track.description),
    closed: timesOf(entries.filter(isClosed)),
    led: timesOf(entries.filter(({ leads }) => leads)),
    settings,
    reordered: samples.some(({ pts }, i) => pts < (samples[i - 1]?.pts ?? pts)),
    matrix: matrixOf(track),
    ...(pixels && { pixels }),
  };
}

function settingsHash(decoder: DecoderSettings | undefined, head: PictureHead | undefined): string {
  return decoder && head ? hashOf(...effectiveSets(decoder, head.sets)) : '';
}

function pixelsOf(
  decoder: DecoderSettings | undefined,
  head: PictureHead | undefined,
): PictureTrack['pixels'] {
  const set = decoder?.codec === 'h264' && firstSequenceSet(decoder, head);
  if (!set) return undefined;
  const { chroma, depth, fullRange } = pictureFormat(set);
  const format = `${CHROMA.at(chroma) ?? CHROMA[1]}${depth > 8 ? `${depth}le` : ''}`;
  return { format, fullRange };
}

function firstSequenceSet(
  { codec, sets }: DecoderSettings,
  head: PictureHead | undefined,
): Buffer | undefined {
  return sequenceSet(codec, sets) ?? sequenceSet(codec, head?.sets ?? []);
}

/**
 * H.264 may carry changed decoder settings within the stream, as long as the pictures stay of one kind; the settings
 * of HEVC have to be the same (14496-15, 8.3.2: `hvc1` has none in band).
 */
function formatText(
  track: Track,
  decoder: DecoderSettings | undefined,
  { head, settings }: { readonly head: PictureHead | undefined; readonly settings: readonly string[] },
): string {
  const { description } = track;
  const { width, height } = sizeOf(track);
  const look = `${width}x${height} ${matrixOf(track)}`;
  if (!decoder) return `${sampleEntry(description)} ${look} ${hashOf(description)}`;
  const codec = `${decoder.codec} ${decoder.lengthBytes} ${look}`;
  if (decoder.codec === 'hevc') return `${codec} ${settings.join(' ')}`;
  const set = firstSequenceSet(decoder, head);
  const picture = set && pictureFormat(set);
  const shape = picture?.pixelShape ?? pixelShape(description);
  return `${codec} ${JSON.stringify({ ...picture, profile: undefined, pixelShape: shape })}`;
}

/** Width to height of a pixel (ISO/IEC 14496-12, 12.1.4); undefined when square. */
function pixelShape(description: Buffer): string | undefined {
  const pasp = entryBox(description, 'pasp');
  if (!pasp || pasp.length < 8) return undefined;
  const [width, height] = [pasp.readUInt32BE(0), pasp.readUInt32BE(4)];
  return width === height ? undefined : `${width}:${height}`;
}

function sizeOf({ description }: Track): { width: number; height: number } {
  return {
    width: description.readUInt16BE(ENTRY_AT + 32),
    height: description.readUInt16BE(ENTRY_AT + 34),
  };
}

function matrixOf({ look }: Track): string {
  return look.toString('hex', MATRIX.from, MATRIX.to);
}

function soundTrack(file: MediaFile): SoundTrack | undefined {
  const track = file.tracks.find(({ kind }) => kind === 'audio');
  const samples = track ? samplesOf(file, track) : [];
  const [first, last] = [samples.at(0), samples.at(-1)];
  if (!track || !first || !last) return undefined;
  const { description, timescale } = track;
  const aac = aacSettings(description);
  const channels = aac?.channels ?? description.readUInt16BE(ENTRY_AT + 24);
  const settings = aac ? aac.config.toString('hex') : hashOf(description);
  return {
    from: first.pts / timescale,
    to: (last.pts + last.duration) / timescale,
    format: `${sampleEntry(description)} ${timescale} ${channels} ${settings}`,
    rate: description.readUInt16BE(ENTRY_AT + 32),
    channels,
    canBeSilent: aac !== undefined && silentFrame(aac) !== undefined,
  };
}

function hashOf(...parts: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('base64');
}
