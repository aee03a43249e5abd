import { eventIdOf } from './id';
import { parseEvent } from './parse/parse';

/** Enough for V8 to optimise what it would otherwise interpret for the first thousand events: 30 us each instead of 90. */
const ROUNDS = 1000;

let isWarm = false;

/**
 * Parses an event that goes nowhere, once in a process. The first event of a unit that has waited for months is the one that
 * matters: compiled on the spot, its parsing would take some 10 ms.
 */
export function warmUpParsing(): void {
  if (isWarm) return;
  isWarm = true;
  const bytes = Buffer.from(
    '{"ts": 1.5, "type": "unknown", "severity": "low", "lat": 1.5, "lon": -1.5, "road": "a", "clip_hint": false}',
  );
  for (let round = 0; round < ROUNDS; round += 1) {
    const id = eventIdOf('warm-up.json', round, bytes);
    parseEvent(bytes, { file: 'warm-up.json', id, ts: 0 });
  }
}
