import { V2xError } from '../../errors';
import { HeadFile } from '../mp4/head-file';
import type { MediaFile, Sample, Track } from '../mp4/media';
import { parseMedia } from '../mp4/media-file';
import { bringsSettings, decoderSettings, pictureHead } from '../codec/parameter-sets';
import type { JoinPart } from './options';

/** A sample, and what is to be changed in it. */
export interface SourceSample extends Sample {
  /** Decoder settings to be put into it, and where in it. */
  readonly insert?: { readonly at: number; readonly bytes: Buffer };
  /** What takes the place of its bytes. */
  readonly content?: Buffer;
}

export interface SourceTrack {
  readonly track: Track;
  /** In the order of decoding, as they lie one behind the other in the file. */
  readonly runs: readonly (readonly SourceSample[])[];
}

export interface SourceFile {
  readonly picture: SourceTrack | undefined;
  readonly sound: SourceTrack | undefined;
}

/**
 * Reads the heads of a file.
 * @param withSettings find for each key picture the decoder settings that it does not bring itself
 * @throws V2xError `segment` when it is no file that can be joined; or the disk cannot
 *   read it; the system's error when it cannot be opened
 */
export async function readSource(part: JoinPart, withSettings: boolean): Promise<SourceFile> {
  const source = await HeadFile.with(part.path, async (data) => {
    const file = parseMedia(await data.heads());
    const picture = file && trackOf(file, 'video');
    if (!file) return undefined;
    return {
      picture: picture && withSettings ? await settingsInserted(picture, data) : picture,
      sound: trackOf(file, 'audio'),
    };
  }).catch((error: unknown) => {
    // It is no MP4 file any more.
    if (error instanceof RangeError) return undefined;
    throw readFault(error, part);
  });
  if (!source) throw changed(part);
  return source;
}

export function changed({ name }: JoinPart): V2xError {
  return new V2xError('segment', `${name} has changed since it was inspected`, { segment: name });
}

/** What reading a part threw: where the disk cannot read it (`EIO`) the segment is at fault, and stays so. */
export function readFault(error: unknown, { name }: JoinPart): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code !== 'EIO' || syscall !== 'read') return error;
  return new V2xError('segment', `${name} cannot be read: the disk reports an error (EIO)`, {
    segment: name,
  });
}

function trackOf({ tracks, runs }: MediaFile, kind: Track['kind']): SourceTrack | undefined {
  const track = tracks.find((candidate) => candidate.kind === kind);
  if (!track) return undefined;
  return { track, runs: runs.filter((run) => run.track === track).map(({ samples }) => samples) };
}

async function settingsInserted({ track, runs }: SourceTrack, data: HeadFile): Promise<SourceTrack> {
  const decoder = decoderSettings(track.description);
  if (!decoder) return { track, runs };
  const { lengthBytes, sets } = decoder;
  const bytes = Buffer.concat(
    sets.flatMap((unit) => {
      const length = Buffer.alloc(lengthBytes);
      length.writeUIntBE(unit.length, 0, lengthBytes);
      return [length, unit];
    }),
  );
  const prepared = async (sample: SourceSample): Promise<SourceSample> => {
    if (!sample.key) return sample;
    const head = pictureHead(decoder, await data.read(sample.at, sample.at + sample.size));
    if (!head || bringsSettings(decoder, head.sets)) return sample;
    return { ...sample, size: sample.size + bytes.length, insert: { at: head.setsAt, bytes } };
  };
  const result: SourceSample[][] = [];
  for (const run of runs) result.push(await Promise.all(run.map(prepared)));
  return { track, runs: result };
}
