import type { TimeSpan } from '../plan/footage';
import { MOMENT } from '../plan/sound';

/** How many places are named. */
const NAMED = 3;

/**
 * Says where the picture was recorded without sound; where nothing at all was recorded, the gap says enough.
 * @param silences where silence was put, and `gaps` in the footage: seconds of the clip
 */
export function silenceNotes(silences: readonly TimeSpan[], gaps: readonly TimeSpan[]): string[] {
  const silent = silences
    .flatMap((silence) => outside(silence, gaps))
    .filter(({ from, to }) => to - from > MOMENT)
    .sort((a, b) => a.from - b.from);
  if (silent.length === 0) return [];
  const lost = silent.reduce((sum, { from, to }) => sum + to - from, 0);
  const where = silent.slice(0, NAMED).map(({ from, to }) => `${from.toFixed(1)}-${to.toFixed(1)} s`);
  const more = silent.length > NAMED ? ' and later' : '';
  return [`No audio was recorded for ${lost.toFixed(1)} s; the clip is silent at ${where.join(', ')}${more}`];
}

/** What is left of a span without others. */
function outside(span: TimeSpan, others: readonly TimeSpan[]): TimeSpan[] {
  return others.reduce<TimeSpan[]>(
    (rest, other) =>
      rest.flatMap(({ from, to }) => [
        ...(from < other.from ? [{ from, to: Math.min(to, other.from) }] : []),
        ...(to > other.to ? [{ from: Math.max(from, other.to), to }] : []),
      ]),
    [span],
  );
}
