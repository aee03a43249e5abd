import type { PictureTrack, SoundTrack } from '../../../nodes/lib/clip/plan/footage';
import type { JoinablePart } from '../../../nodes/lib/clip/plan/spans';

export interface PartOptions extends Partial<
  Pick<PictureTrack, 'codec' | 'closed' | 'led' | 'reordered' | 'matrix'>
> {
  /** Its place in the clip; each lasts 10 s. */
  readonly number?: number;
  readonly run?: string;
  readonly format?: string;
  readonly width?: number;
  readonly height?: number;
  readonly outpoint?: number;
  readonly sound?: Partial<SoundTrack>;
}

const SECONDS = 10;
const KEYS = [0, 2, 4, 6, 8];
const UPRIGHT = `00010000${'0'.repeat(24)}00010000${'0'.repeat(24)}40000000`;

/** A whole segment at its place in a clip: 10 s of H.264, a key frame each 2 s, no sound unless it is given. */
export function joinablePart(options: PartOptions = {}): JoinablePart {
  const { number = 0, run = 'a', format = 'h264', width = 640, height = 360, outpoint, sound } = options;
  const { codec = 'h264', closed = KEYS, led = [], reordered = false, matrix = UPRIGHT } = options;
  const from = 1000 + number * SECONDS;
  const heard = {
    from: 0,
    to: SECONDS,
    format: 'aac',
    rate: 16_000,
    channels: 1,
    canBeSilent: true,
    ...sound,
  };
  return {
    segment: { name: `seg_${from}.mp4`, from, to: from + SECONDS, bytes: 1, run, number, measured: true },
    media: {
      ...{ start: 0, firstFrame: 0, lastFrame: SECONDS - 0.04, end: SECONDS, keyFrames: KEYS },
      ...{ format, width, height },
      tracks: {
        picture: { codec, closed, led, settings: ['a'], reordered, matrix },
        ...(sound && { sound: heard }),
      },
    },
    inpoint: undefined,
    outpoint,
    shift: number * SECONDS,
  };
}
