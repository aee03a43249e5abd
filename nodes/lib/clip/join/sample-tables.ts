import type { Fragment, FragmentedFile, Sample, Track, TrackFragment } from '../mp4/fragmented';
import type { SampleTable } from '../mp4/movie';
import type { ClipPart } from '../plan/plan';

/** Bytes of a segment's file that go into the clip. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Collects which samples a clip is made of, and where they are in its media data, part by part. */
export class SampleTables {
  private readonly growing: readonly GrowingTable[];

  /**
   * @param model the file of the first part, which the others are like
   * @param mediaBytes size of the media data before the first sample
   */
  constructor(
    model: FragmentedFile,
    private mediaBytes: number,
  ) {
    this.growing = (['video', 'audio'] as const)
      .map((kind) => model.tracks.find((track) => track.kind === kind))
      .filter((track) => track !== undefined)
      .map((track) => new GrowingTable(track));
  }

  /** Size of the media data so far. */
  get bytes(): number {
    return this.mediaBytes;
  }

  get tables(): SampleTable[] {
    return this.growing.filter(({ dts }) => dts.length > 0);
  }

  /**
   * Takes the samples of the next part.
   * @returns what of its file is the media data of these samples, in this order
   */
  add(file: FragmentedFile, part: ClipPart): ByteRange[] {
    const ranges: ByteRange[] = [];
    for (const piece of fragmentsBetween(file.fragments, part).flatMap(({ tracks }) => tracks)) {
      const table = this.growing.find(({ track }) => track.id === piece.track.id);
      const range = table?.add(piece, part, this.mediaBytes);
      if (!range) continue;
      this.mediaBytes += range.end - range.start;
      const last = ranges.at(-1);
      if (last?.end === range.start) ranges[ranges.length - 1] = { start: last.start, end: range.end };
      else ranges.push(range);
    }
    return ranges;
  }
}

class GrowingTable implements SampleTable {
  readonly dts: number[] = [];
  readonly pts: number[] = [];
  readonly sizes: number[] = [];
  readonly keys: number[] | undefined;
  readonly chunks: { at: number; samples: number }[] = [];
  lastDuration = 0;

  constructor(readonly track: Track) {
    this.keys = track.kind === 'video' ? [] : undefined;
  }

  /** @returns where in the part's file the samples that count are; undefined when there are none */
  add({ track, dataAt, samples }: TrackFragment, part: ClipPart, at: number): ByteRange | undefined {
    const shift = Math.round(part.shift * track.timescale);
    const first = track.kind === 'audio' ? this.firstHeard(samples, shift) : 0;
    const end = part.outpoint === undefined ? samples.length : samplesBefore(track, samples, part.outpoint);
    if (first < 0 || first >= end) return undefined;
    for (const sample of samples.slice(first, end)) this.push(sample, shift);
    this.chunks.push({ at, samples: end - first });
    const start = dataAt + bytesOf(samples.slice(0, first));
    return { start, end: start + bytesOf(samples.slice(first, end)) };
  }

  /** Sound before the clip's first picture is of no use, and where recordings join none is heard twice. */
  private firstHeard(samples: readonly Sample[], shift: number): number {
    const heardUntil = (this.pts.at(-1) ?? 0) + this.lastDuration;
    return samples.findIndex(({ pts, duration }) => pts + shift + duration / 2 > heardUntil);
  }

  private push({ dts, pts, size, duration, key }: Sample, shift: number): void {
    // Where recordings join, times of decoding may overlap; pictures are shown when they were taken all the same.
    const decoded = Math.max(dts + shift, (this.dts.at(-1) ?? -Infinity) + 1);
    this.dts.push(decoded);
    this.pts.push(this.keys ? pts + shift : decoded);
    this.sizes.push(size);
    this.lastDuration = duration;
    if (key) this.keys?.push(this.dts.length);
  }
}

function fragmentsBetween(fragments: readonly Fragment[], { inpoint, outpoint }: ClipPart): Fragment[] {
  const begin = inpoint === undefined ? 0 : fragments.findIndex((fragment) => startsAt(fragment, inpoint));
  return fragments
    .slice(Math.max(0, begin))
    .filter(
      ({ tracks }) =>
        outpoint === undefined ||
        tracks.some(({ track, samples }) => samplesBefore(track, samples, outpoint) > 0),
    );
}

/** Whether the first picture is the one of this time, in seconds of the file. */
function startsAt({ tracks }: Fragment, time: number): boolean {
  return tracks.some(
    ({ track, samples }) =>
      track.kind === 'video' && samples.length > 0 && Math.abs(samples[0].pts - time * track.timescale) < 1,
  );
}

/** How many samples have to be decoded to show all before a moment, in seconds of the file. */
function samplesBefore({ timescale }: Track, samples: readonly Sample[], moment: number): number {
  return samples.findLastIndex(({ pts }) => pts < moment * timescale - 0.5) + 1;
}

function bytesOf(samples: readonly Sample[]): number {
  return samples.reduce((sum, { size }) => sum + size, 0);
}
