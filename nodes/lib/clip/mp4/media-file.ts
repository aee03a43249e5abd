/** Reads MP4 (ISO/IEC 14496-12), fragmented or plain, in a thousandth of the time that ffprobe takes. */
import type { FileHeads } from './file-heads';
import { runsOfFragments } from './fragments';
import type { MediaFile, SampleRun, Track } from './media';
import { boxesIn, child, children, type Box } from './read-boxes';
import { runsOfTable } from './sample-table';

const LOOK_BYTES = 60;

/**
 * Finds tracks and samples. Of a file that breaks off it finds what is there.
 * @returns undefined when it is no file of the simple kind that recorders write; ffprobe may know it
 */
export function parseMedia(heads: FileHeads): MediaFile | undefined {
  const { data, boxes, size } = heads;
  try {
    const moov = boxes.find(({ type }) => type === 'moov');
    if (!moov) return undefined;
    const traks = children(data, moov, 'trak');
    const movieTimescale = timescaleOf(data, child(data, moov, 'mvhd'));
    const boxed = traks.map((trak) => ({ trak, track: trackOf(data, trak, movieTimescale) }));
    const tracks = boxed.map(({ track }) => track);
    const plain = boxed.flatMap(({ trak, track }) => runsOfTable(data, trak, track));
    const runs = [...plain, ...runsOfFragments(heads, tracks)];
    const whole = runs.map((run) => wholePart(run, size)).filter(({ samples }) => samples.length > 0);
    return whole.length === 0 ? undefined : { tracks, runs: whole };
  } catch (error) {
    // Beyond the end of the data, or not of the simple kind.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The samples that the file holds to their end. */
function wholePart(run: SampleRun, end: number): SampleRun {
  const missing = run.samples.findIndex(({ at, size }) => at + size > end);
  return missing < 0 ? run : { ...run, samples: run.samples.slice(0, missing) };
}

function trackOf(data: Buffer, trak: Box, movieTimescale: number): Track {
  const tkhd = child(data, trak, 'tkhd');
  const hdlr = child(data, trak, 'mdia', 'hdlr');
  const minf = child(data, trak, 'mdia', 'minf');
  // Copied, so that a description does not keep the memory of all heads.
  const bytes = ({ start, end }: Box) => Buffer.from(data.subarray(start, end));
  const timescale = timescaleOf(data, child(data, trak, 'mdia', 'mdhd'));
  const handler = data.toString('latin1', hdlr.body + 8, hdlr.body + 12);
  return {
    id: data.readUInt32BE(tkhd.body + (data[tkhd.body] === 1 ? 20 : 12)),
    kind: handler === 'vide' ? 'video' : handler === 'soun' ? 'audio' : 'other',
    timescale,
    offset: editOffset(data, trak, timescale / movieTimescale),
    description: bytes(child(data, minf, 'stbl', 'stsd')),
    look: Buffer.from(data.subarray(tkhd.end - LOOK_BYTES, tkhd.end)),
    handler: bytes(hdlr),
    information: boxesIn(data, minf.body, minf.end)
      .filter(({ type }) => type !== 'stbl')
      .map(bytes),
  };
}

/** Of `mvhd` or `mdhd`. */
function timescaleOf(data: Buffer, { body }: Box): number {
  const timescale = data.readUInt32BE(body + (data[body] === 1 ? 20 : 12));
  if (timescale === 0) throw new RangeError('There are no ticks');
  return timescale;
}

/** An edit list of recorders waits (media time -1) and then begins somewhere in the media; others are not for us. */
function editOffset(data: Buffer, trak: Box, ticksPerMovieTick: number): number {
  const edts = children(data, trak, 'edts').at(0);
  if (!edts) return 0;
  const { body } = child(data, edts, 'elst');
  const long = data[body] === 1;
  const count = data.readUInt32BE(body + 4);
  let offset = 0;
  for (let i = 0; i < count; i += 1) {
    const at = body + 8 + i * (long ? 20 : 12);
    const duration = long ? Number(data.readBigUInt64BE(at)) : data.readUInt32BE(at);
    const begin = long ? Number(data.readBigInt64BE(at + 8)) : data.readInt32BE(at + 4);
    const last = i === count - 1;
    if (last ? begin < 0 : i > 0 || begin !== -1) throw new RangeError('The edit list is not simple');
    offset += last ? begin : -Math.round(duration * ticksPerMovieTick);
  }
  return offset;
}
