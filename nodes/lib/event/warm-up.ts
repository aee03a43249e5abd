import { eventIdOf } from './id';
import { parseEvent } from './parse';

/** Enough for the engine to compile what it would otherwise compile under the first real event. */
const ROUNDS = 50;

/**
 * Parses an event that goes nowhere. The first event of a unit that has waited for months is the one that
 * matters: compiled on the spot, its parsing would take some 10 ms.
 */
export function warmUpParsing(): void {
  const bytes = Buffer.from(
    '{"ts": 1, "type": "unknown", "severity": "low", "lat": 1.5, "lon": -1.5, "road": "a"}',
  );
  for (let round = 0; round < ROUNDS; round += 1) {
    const id = eventIdOf('warm-up.json', round, bytes);
    parseEvent(bytes, { file: 'warm-up.json', id, ts: 0 });
  }
}
