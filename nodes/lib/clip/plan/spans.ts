import { goesOn, type SegmentTracks, type TimeSpan } from './footage';
import type { ClipPart } from './plan';

/** A stretch of a clip's picture, in seconds of the clip, and the footage that it comes from. */
export interface PictureSpan extends TimeSpan {
  readonly parts: JoinableParts;
  readonly copied: boolean;
}

/** Whose tracks are known. */
export type JoinablePart = ClipPart & { readonly media: { readonly tracks: SegmentTracks } };
type JoinableParts = readonly [JoinablePart, ...JoinablePart[]];

export interface PicturePlan {
  readonly spans: readonly PictureSpan[];
  /** What the pictures that are encoded have to be like; undefined when none is copied. */
  readonly model: JoinablePart | undefined;
  /** Size of the clip's picture in pixels, as it is shown. */
  readonly size: PictureSize;
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

export interface PictureWish {
  /** Where the clip is to begin and end, in seconds of the plan's clip. */
  readonly begin: number;
  readonly end: number;
  /** Begin and end on the very frame instead of at key frames. */
  readonly exact: boolean;
  /** Whether a clip that begins with an open GOP decodes from there, without the pictures shown before its key frame. */
  readonly opensCleanly?: boolean;
  /** Default: what needs it. */
  readonly encode?: Encoding;
}

/** Which pictures are encoded; `none` is for footage of one kind, which is copied even where it may not decode. */
export type Encoding = 'needed' | 'all' | 'none';

/** Key frames closer than this to a moment, in seconds, are at it. */
const SAME_FRAME = 0.002;
/** The matrix of a picture that is not turned, in hexadecimal (ISO/IEC 14496-12, 8.3.2). */
const UPRIGHT = `00010000${'0'.repeat(24)}00010000${'0'.repeat(24)}40000000`;

/**
 * Decides which pictures of a clip can be copied and which have to be encoded: those of another kind than the largest,
 * those that cannot be decoded from where they begin, and both ends of an exact clip as far as the next key frame.
 * Only H.264 takes encoded pictures between copied ones: other codecs cannot tell new decoder settings within the
 * stream, so that everything is encoded there.
 */
export function planPicture(parts: readonly JoinablePart[], wish: PictureWish): PicturePlan {
  const model = modelOf(parts);
  const stretches = stretchesOf(parts).map((stretch, i, all) => {
    const next = all.at(i + 1);
    const from = i === 0 ? wish.begin : entryOf(stretch[0]);
    return { from, to: next ? entryOf(next[0]) : wish.end, parts: stretch };
  });
  const spans = stretches.flatMap((stretch, i) => {
    const [isFirst, isLast] = [i === 0, i === stretches.length - 1];
    return spansOf(stretch.parts, stretch, { model, wish, isFirst, isLast });
  });
  if (wish.encode !== 'all' && (spans.every(({ copied }) => copied) || takesEncoded(model, parts))) {
    const isCopied = spans.some(({ copied }) => copied);
    return isCopied
      ? { spans, model, size: model.media }
      : { spans, model: undefined, size: largestSize(parts) };
  }
  const whole = stretches.map((stretch) => ({ ...stretch, copied: false }));
  return { spans: whole, model: undefined, size: largestSize(parts) };
}

/** Of pictures turned upright. */
function largestSize(parts: readonly JoinablePart[]): PictureSize {
  const sizes = parts.map(({ media: { width, height, tracks } }) =>
    tracks.picture.matrix.startsWith('00000000') ? { width: height, height: width } : { width, height },
  );
  return {
    width: even(Math.max(...sizes.map(({ width }) => width))),
    height: even(Math.max(...sizes.map(({ height }) => height))),
  };
}

/** H.264 with half as many colour samples (4:2:0) has no odd sizes. */
function even(pixels: number): number {
  return 2 * Math.ceil(pixels / 2);
}

/** The kind with the largest picture, of those the one that lasts longest. */
function modelOf(parts: readonly JoinablePart[]): JoinablePart {
  const area = ({ media }: JoinablePart) => media.width * media.height;
  const lasts = ({ media: { format } }: JoinablePart) =>
    parts
      .filter(({ media }) => media.format === format)
      .reduce((sum, { media }) => sum + media.end - media.firstFrame, 0);
  return parts.reduce((best, part) =>
    area(part) > area(best) || (area(part) === area(best) && lasts(part) > lasts(best)) ? part : best,
  );
}

/** Encoded pictures are upright or, where they are of the model's kind, turned as the model is. */
function takesEncoded({ media: { tracks } }: JoinablePart, parts: readonly JoinablePart[]): boolean {
  const { codec, matrix } = tracks.picture;
  const sameWay = parts.every(({ media }) => media.tracks.picture.matrix === matrix);
  return codec === 'h264' && (matrix === UPRIGHT || sameWay);
}

/** Parts that can be decoded on from the one before. */
function stretchesOf(parts: readonly JoinablePart[]): JoinableParts[] {
  const stretches: [JoinablePart, ...JoinablePart[]][] = [];
  for (const part of parts) {
    const last = stretches.at(-1)?.at(-1);
    const continues = last && goesOn(last, part) && last.media.format === part.media.format;
    if (continues) stretches.at(-1)?.push(part);
    else stretches.push([part]);
  }
  return stretches;
}

/** The first picture that can be decoded: those of an open GOP before its key frame need what is not there. */
function entryOf({ media, shift }: ClipPart): number {
  return (media.keyFrames.at(0) ?? media.firstFrame) + shift;
}

function beginOf({ media, shift }: ClipPart): number {
  return media.firstFrame + shift;
}

interface SpanContext {
  readonly model: JoinablePart;
  readonly wish: PictureWish;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

function spansOf(
  parts: JoinableParts,
  { from, to }: TimeSpan,
  { model, wish, isFirst, isLast }: SpanContext,
): PictureSpan[] {
  const encoded = (begin: number, end: number) =>
    end - begin > SAME_FRAME ? [{ from: begin, to: end, parts, copied: false }] : [];
  if (wish.encode === 'none') return [{ from, to, parts, copied: true }];
  if (parts[0].media.format !== model.media.format) return encoded(from, to);
  const keys = parts.flatMap(({ media, shift }) => media.tracks.picture.closed.map((key) => key + shift));
  const startsHere = isFirst && !wish.exact && (wish.opensCleanly === true || !isLed(parts[0], from));
  const first = startsHere ? from : keys.find((key) => key >= from - SAME_FRAME);
  const isCutShort = isLast && wish.exact && parts.at(-1)?.outpoint !== undefined;
  const isReordered = parts.some(({ media }) => media.tracks.picture.reordered);
  // Without reordering a copy ends on any frame.
  const last = isCutShort && isReordered ? keys.findLast((key) => key <= to + SAME_FRAME) : to;
  if (first === undefined || last === undefined || last - first <= SAME_FRAME) return encoded(from, to);
  return [...encoded(from, first), { from: first, to: last, parts, copied: true }, ...encoded(last, to)];
}

/**
 * Whether pictures are missing behind a key frame when decoding begins there. HEVC names them, so that decoders expect
 * it (RASL, ITU-T H.265, 3.142); those of H.264 complain of what later pictures say about the missing ones.
 */
export function isLed({ media: { tracks }, shift }: JoinablePart, time: number): boolean {
  const { codec, led } = tracks.picture;
  return codec === 'h264' && led.some((key) => Math.abs(key + shift - time) < SAME_FRAME);
}

/** The parts of a span, each from and to where the span takes it up. */
export function partsBetween(parts: readonly JoinablePart[], { from, to }: TimeSpan): JoinablePart[] {
  return parts
    .filter((part) => beginOf(part) < to - SAME_FRAME && part.media.end + part.shift > from + SAME_FRAME)
    .map((part) => {
      const { media, shift } = part;
      const key = media.keyFrames.findLast((time) => time + shift <= from + SAME_FRAME);
      const begins = key !== undefined && key > media.firstFrame + SAME_FRAME;
      const ends = to - shift < media.end - SAME_FRAME;
      return { ...part, inpoint: begins ? key : undefined, outpoint: ends ? to - shift : undefined };
    });
}
