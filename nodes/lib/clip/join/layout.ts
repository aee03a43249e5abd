import type { TimeSpan } from '../../../contracts';
import { allDone } from '../../async/all-done';
import { Limiter } from '../../async/limiter';
import { ascii, box, u32, u64 } from '../mp4/boxes';
import { chapterTrack } from '../mp4/chapters';
import type { Track } from '../mp4/media';
import { movieHeader } from '../mp4/movie';
import { decoderSettings } from '../codec/parameter-sets';
import { entryRepaired } from './entry';
import type { JoinPart, JoinPlan } from './options';
import { pictureUnits } from './picture-units';
import { SoundTimeline } from './sound-units';
import { changed, readSource, type SourceFile } from './source-file';
import { isRange, TrackTable, type ByteRange, type Unit } from './track-table';

/** What is copied from one file at a time. */
export interface Copy {
  readonly part: JoinPart;
  readonly bytes: readonly (ByteRange | Buffer)[];
}

export interface Layout {
  /** All before the first byte that is copied. */
  readonly head: Buffer;
  readonly copies: readonly Copy[];
  readonly silences: readonly TimeSpan[];
}

const FTYP = box('ftyp', ascii('isom'), u32(0x200), ascii('isomiso2mp41'));
/** Type and size of a box that may be larger than 4 GiB. */
const LARGE_BOX_BYTES = 16;
/** Files that are read side by side. */
const AT_A_TIME = 4;
/** As much of a file as is read at a time. */
const COPY_BYTES = 32 << 20;

interface PlacedUnit extends Unit {
  readonly part: JoinPart;
}

/**
 * Decides what of each file goes where: the header has to know before the first byte is written.
 * @throws V2xError `segment` with the `segment` that is not as it was when it was inspected
 */
export async function layOut(plan: JoinPlan): Promise<Layout> {
  const sources = await sourcesOf(plan);
  const picture = await layPicture(plan, sources);
  const sound = laySound(plan, sources, picture?.table.end ?? plan.soundSeconds ?? 0);
  const { chapters, media } = chapterTrack(plan.chapters);
  const units = merged(picture?.units ?? [], sound?.units ?? []);
  let at = media.length;
  for (const { table, samples, bytes } of units) {
    table.chunks.push({ at, samples });
    at += bytes.reduce((sum, piece) => sum + lengthOf(piece), 0);
  }
  const tables = [picture?.table, sound?.table].filter(
    (table) => table !== undefined && table.dts.length > 0,
  );
  const movie = { tables: tables as TrackTable[], chapters, began: plan.began };
  const mediaAt = FTYP.length + movieHeader(movie, 0).length + LARGE_BOX_BYTES;
  const mdat = [u32(1), ascii('mdat'), u64(LARGE_BOX_BYTES + at)];
  return {
    head: Buffer.concat([FTYP, movieHeader(movie, mediaAt), ...mdat, media]),
    copies: copiesOf(units),
    silences: sound?.silences ?? [],
  };
}

/** Each file is read once. */
async function sourcesOf({ picture, sound, settingsDiffer }: JoinPlan): Promise<Map<string, SourceFile>> {
  const parts = new Map([...picture, ...sound].map((part) => [part.path, part]));
  const gate = new Limiter(AT_A_TIME);
  const read = [...parts].map(([path, part]) =>
    gate.run(async () => [path, await readSource(part, settingsDiffer)] as const),
  );
  return new Map(await allDone(read));
}

async function layPicture({ picture, model }: JoinPlan, sources: ReadonlyMap<string, SourceFile>) {
  const first = picture.at(0);
  if (!first) return undefined;
  const track = sources.get(model ?? first.path)?.picture?.track;
  if (!track) throw changed(first);
  const table = new TrackTable(playable(track));
  const units: PlacedUnit[] = [];
  for (const part of picture) {
    const source = sources.get(part.path)?.picture;
    if (!source) throw changed(part);
    const decodable = part.entry ? await entryRepaired(source, part) : source;
    units.push(...pictureUnits(table, decodable, part).map((unit) => ({ ...unit, part })));
  }
  return { table, units };
}

function laySound({ sound }: JoinPlan, sources: ReadonlyMap<string, SourceFile>, end: number) {
  const track = sources.get(sound.at(0)?.path ?? '')?.sound?.track;
  const last = sound.at(-1);
  if (!track || !last) return undefined;
  const timeline = new SoundTimeline(track, end);
  const units = sound.flatMap((part) => {
    const source = sources.get(part.path)?.sound;
    return (source ? timeline.add(source, part) : []).map((unit) => ({ ...unit, part }));
  });
  units.push(...timeline.finish().map((unit) => ({ ...unit, part: last })));
  return { table: timeline.table, units, silences: timeline.silences };
}

/**
 * Players on Apple systems and browsers know HEVC in MP4 only as `hvc1`, and H.264 best as `avc1`. Both names promise
 * decoder settings out of band (ISO/IEC 14496-15, 5.4.2 and 8.4.1), so that an entry without any keeps its own.
 */
function playable(track: Track): Track {
  const names = { hev1: 'hvc1', avc3: 'avc1' } as const;
  const at = 20;
  const name = names[track.description.toString('latin1', at, at + 4) as keyof typeof names] as
    string | undefined;
  if (name === undefined || decoderSettings(track.description)?.sets.length === 0) return track;
  const description = Buffer.from(track.description);
  description.write(name, at, 'latin1');
  return { ...track, description };
}

/** Picture and sound in the order of time, each in its own order. */
function merged(picture: readonly PlacedUnit[], sound: readonly PlacedUnit[]): PlacedUnit[] {
  const result: PlacedUnit[] = [];
  const rest = sound.values();
  let next = rest.next();
  for (const unit of picture) {
    for (; !next.done && next.value.time < unit.time; next = rest.next()) result.push(next.value);
    result.push(unit);
  }
  return next.done ? result : [...result, next.value, ...rest];
}

function copiesOf(units: readonly PlacedUnit[]): Copy[] {
  const copies: { part: JoinPart; bytes: (ByteRange | Buffer)[]; size: number }[] = [];
  for (const { part, bytes } of units) {
    const size = bytes.reduce((sum, piece) => sum + lengthOf(piece), 0);
    const last = copies.at(-1);
    if (last?.part.path === part.path && last.size + size <= COPY_BYTES) {
      last.bytes.push(...bytes);
      last.size += size;
    } else copies.push({ part, bytes: [...bytes], size });
  }
  return copies;
}

function lengthOf(piece: ByteRange | Buffer): number {
  return isRange(piece) ? piece.end - piece.start : piece.length;
}
