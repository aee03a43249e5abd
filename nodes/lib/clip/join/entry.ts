import { HeadFile } from '../mp4/head-file';
import { MarkingRepair } from '../codec/h264-marking';
import { sliceContext } from '../codec/h264-slice';
import { decoderSettings, pictureHead, type DecoderSettings } from '../codec/parameter-sets';
import type { PicturePart } from './options';
import { wantedSamples } from './picture-units';
import type { SourceSample, SourceTrack } from './source-file';

/** No reference picture is older for a decoder (max_num_ref_frames, ITU-T H.264, A.3.1), even if each is a field. */
const REFERENCES = 32;

/**
 * Lets a decoder begin where an open GOP of H.264 does: pictures behind it may name those that are left out.
 * @returns the track with those pictures rewritten; as it is where nothing needs it, or it cannot be done
 * @throws the system's error when the file cannot be read
 */
export async function entryRepaired(track: SourceTrack, part: PicturePart): Promise<SourceTrack> {
  const decoder = decoderSettings(track.track.description);
  const samples = wantedSamples(track, part);
  if (decoder?.codec !== 'h264' || samples.length === 0) return track;
  const replaced = await HeadFile.with(part.path, (file) => repaired(samples, decoder, file)).catch(
    (error: unknown) => {
      // It has pictures of a kind that is not rewritten.
      if (error instanceof RangeError) return new Map<SourceSample, SourceSample>();
      throw error;
    },
  );
  if (replaced.size === 0) return track;
  return { ...track, runs: track.runs.map((run) => run.map((sample) => replaced.get(sample) ?? sample)) };
}

async function repaired(
  samples: readonly SourceSample[],
  decoder: DecoderSettings,
  file: HeadFile,
): Promise<Map<SourceSample, SourceSample>> {
  const replaced = new Map<SourceSample, SourceSample>();
  const bytesOf = ({ at, size, insert }: SourceSample) =>
    file.read(at, at + size - (insert?.bytes.length ?? 0));
  const [first] = samples;
  const head = first && pictureHead(decoder, await bytesOf(first));
  const context = head && !head.isEntry && sliceContext([...decoder.sets, ...head.sets]);
  if (!context) return replaced;
  const repair = new MarkingRepair(context, decoder.lengthBytes);
  for (const sample of samples) {
    if (repair.count >= REFERENCES) break;
    const before = await bytesOf(sample);
    const after = repair.next(before);
    if (!after.equals(before)) replaced.set(sample, withContent(sample, after));
  }
  return replaced;
}

function withContent({ insert, ...sample }: SourceSample, picture: Buffer): SourceSample {
  const content = insert
    ? Buffer.concat([picture.subarray(0, insert.at), insert.bytes, picture.subarray(insert.at)])
    : picture;
  return { ...sample, size: content.length, content };
}
