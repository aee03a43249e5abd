import { messageOf } from '../../errors';
import { joinParts } from '../join/join';
import type { JoinPart } from '../join/options';
import type { TimeSpan } from '../plan/footage';
import type { SoundPlan, SoundStretch } from '../plan/sound';
import type { JoinablePart } from '../plan/spans';
import { encodeSound, type SoundSource } from './by-ffmpeg';
import type { CutOptions } from './options';
import { pathOf } from './readable';

/** The sound of a clip, ready to be joined. */
export interface CutSound {
  readonly parts: readonly JoinPart[];
  /** Where encoded sound is silent since none was recorded, in seconds after `begin`; joining reports it of copied sound. */
  readonly silences: readonly TimeSpan[];
  readonly notes: readonly string[];
}

/** More channels than two are mixed down. */
const MAX_CHANNELS = 2;

/**
 * Makes sound of one format of what was recorded, from `begin` to `end` (seconds of the plan's clip). Sound that cannot
 * be decoded costs itself, not the clip.
 */
export async function cutSound(
  plan: SoundPlan,
  { begin, end }: { readonly begin: number; readonly end: number },
  options: CutOptions,
): Promise<CutSound> {
  if (plan.method === 'none') return { parts: [], silences: [], notes: [] };
  if (plan.method === 'copy') return { parts: partsOf(plan.parts, options), silences: [], notes: [] };
  const target = `${options.target}.sound.mp4`;
  let sources: SilentSource[];
  try {
    sources = await sourcesOf(plan.stretches, { begin, end }, options);
    await encodeSound(sources, formatOf(plan.stretches), { ...options, target });
  } catch (error) {
    options.signal.throwIfAborted();
    const note = `The clip has no audio because it could not be encoded: ${messageOf(error)}`;
    return { parts: [], silences: [], notes: [note] };
  }
  const kinds = new Set(plan.stretches.flatMap(({ format }) => format ?? [])).size;
  const notes =
    kinds > 1 ? [`The audio was re-encoded because ${kinds} different formats were recorded`] : [];
  const silences = sources.flatMap((source) => source.silences);
  return { parts: [{ name: target, path: target, shift: begin }], silences, notes };
}

function partsOf(parts: readonly JoinablePart[], options: CutOptions): JoinPart[] {
  return parts.map((part) => ({
    name: part.segment.name,
    path: pathOf(part, options),
    shift: part.shift,
  }));
}

/** The best of all. */
function formatOf(stretches: readonly SoundStretch[]): { rate: number; channels: number } {
  const sounds = stretches.flatMap(({ parts }) => parts.flatMap(({ media }) => media.tracks.sound ?? []));
  return {
    rate: Math.max(...sounds.map(({ rate }) => rate)),
    channels: Math.min(MAX_CHANNELS, Math.max(...sounds.map(({ channels }) => channels))),
  };
}

interface SilentSource extends SoundSource {
  /** Where none was recorded, in seconds after the begin of all sound. */
  readonly silences: readonly TimeSpan[];
}

/** A file for each stretch, in which the times are right already. */
async function sourcesOf(
  stretches: readonly SoundStretch[],
  { begin, end }: { readonly begin: number; readonly end: number },
  options: CutOptions,
): Promise<SilentSource[]> {
  const sources: SilentSource[] = [];
  for (const [number, { format, parts }] of stretches.entries()) {
    const from = number === 0 ? begin : beginOf(parts[0]);
    const next = stretches.at(number + 1);
    const to = next ? beginOf(next.parts[0]) : end;
    const duration = to - from;
    if (duration <= 0) continue;
    const at = from - begin;
    if (format === undefined) {
      sources.push({ path: undefined, duration, silences: [{ from: at, to: at + duration }] });
      continue;
    }
    const path = `${options.target}.sound${number}.mp4`;
    const sound = partsOf(parts, options).map((part) => ({ ...part, shift: part.shift - from }));
    const rest = { picture: [], settingsDiffer: false, chapters: [], began: 0, soundSeconds: duration };
    const joined = await joinParts({ sound, ...rest }, { signal: options.signal, target: path });
    const silences = joined.silences.map((span) => ({ from: span.from + at, to: span.to + at }));
    sources.push({ path, duration, silences });
  }
  return sources;
}

function beginOf({ media, shift }: JoinablePart): number {
  return media.firstFrame + shift;
}
