import { V2xError } from '../../../nodes/lib/errors';
import { parseEvent } from '../../../nodes/lib/event/parse';
import { fuzz, mutate, type FuzzResult } from '../../support/fuzz';

const SEEDS = [
  '{"ts": 1700000000.5, "type": "collision", "severity": "high", "lat": 37.39, "lon": 126.64, "road": "국도 1호선"}',
  '{"ts": "1700000000", "type": "fire", "distance_m": 500, "clip_hint": true, "confidence": 0.9}',
  '{"type": "blockage", "id": "lorry-7", "action": "cancel", "camera": "north", "more": {"a": [1, null, "\\u00e9"]}}',
].map((text) => Buffer.from(text));

/**
 * Event files with hostile content: each is an event, incomplete, or refused.
 * @throws when the parser throws anything else
 */
export function fuzzEventFiles(runs: number, seconds: number): Promise<FuzzResult> {
  return fuzz(runs, seconds, () => {
    try {
      parseEvent(mutate(SEEDS), { file: 'fuzz.json', id: 'fuzz', ts: 0 });
      return 'taken';
    } catch (error) {
      if (error instanceof V2xError) return error.code;
      throw error;
    }
  });
}
