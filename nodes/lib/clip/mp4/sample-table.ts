import { MAX_SAMPLES, type Sample, type SampleRun, type Track } from './media';
import { child, children, type Box } from './read-boxes';

/**
 * The samples that a track's own table describes (ISO/IEC 14496-12, 8.6 and 8.7): of a plain MP4 file all of them, of
 * a fragmented one none.
 * @throws RangeError when the table is not whole
 */
export function runsOfTable(data: Buffer, trak: Box, track: Track): SampleRun[] {
  const stbl = child(data, trak, 'mdia', 'minf', 'stbl');
  const sizes = sizesOf(data, child(data, stbl, 'stsz'));
  if (sizes.length === 0) return [];
  const samples = timedSamples(data, stbl, sizes, track);
  const perChunk = entriesOf(data, child(data, stbl, 'stsc'), 3);
  let next = 0;
  return chunkOffsets(data, stbl).flatMap((dataAt, i) => {
    const count = perChunk.findLast(([firstChunk = 0]) => firstChunk <= i + 1)?.[1] ?? 0;
    const own = samples.slice(next, next + count);
    next += count;
    let at = dataAt;
    const placed = own.map((sample) => ({ ...sample, at: (at += sample.size) - sample.size }));
    return placed.length === 0 ? [] : [{ track, samples: placed }];
  });
}

function timedSamples(data: Buffer, stbl: Box, sizes: readonly number[], track: Track): Omit<Sample, 'at'>[] {
  const durations = expanded(entriesOf(data, child(data, stbl, 'stts'), 2), sizes.length);
  const ctts = children(data, stbl, 'ctts').at(0);
  // Signed, whatever the version says: recorders write no larger ones.
  const delays = ctts ? expanded(entriesOf(data, ctts, 2), sizes.length) : undefined;
  const stss = children(data, stbl, 'stss').at(0);
  const keys = stss && new Set(entriesOf(data, stss, 1).map(([number]) => number));
  let dts = -track.offset;
  return sizes.map((size, i) => {
    const duration = durations[i] ?? 0;
    const pts = dts + ((delays?.[i] ?? 0) | 0);
    const sample = { dts, pts, duration, size, key: keys?.has(i + 1) ?? true };
    dts += duration;
    return sample;
  });
}

function sizesOf(data: Buffer, { body }: Box): number[] {
  const [same, count] = [data.readUInt32BE(body + 4), data.readUInt32BE(body + 8)];
  if (count > MAX_SAMPLES) throw new RangeError('There are too many samples');
  return Array.from({ length: count }, (_, i) => (same === 0 ? data.readUInt32BE(body + 12 + 4 * i) : same));
}

function chunkOffsets(data: Buffer, stbl: Box): number[] {
  const large = children(data, stbl, 'co64').at(0);
  const { body } = large ?? child(data, stbl, 'stco');
  const count = data.readUInt32BE(body + 4);
  if (count > MAX_SAMPLES) throw new RangeError('There are too many chunks');
  return Array.from({ length: count }, (_, i) =>
    large ? Number(data.readBigUInt64BE(body + 8 + 8 * i)) : data.readUInt32BE(body + 8 + 4 * i),
  );
}

/** The entries of a list box, so many 32-bit fields each. */
function entriesOf(data: Buffer, { body }: Box, fields: number): number[][] {
  const count = data.readUInt32BE(body + 4);
  if (count > MAX_SAMPLES) throw new RangeError('A list is too long');
  return Array.from({ length: count }, (_entry, i) =>
    Array.from({ length: fields }, (_field, k) => data.readUInt32BE(body + 8 + 4 * (i * fields + k))),
  );
}

/** Entries of count and value, one value for each sample. */
function expanded(entries: readonly (readonly number[])[], length: number): number[] {
  const values: number[] = [];
  for (const [count = 0, value = 0] of entries) {
    for (let i = 0; i < count && values.length < length; i += 1) values.push(value);
  }
  if (values.length < length) throw new RangeError('A list is too short for its samples');
  return values;
}
