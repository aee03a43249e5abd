import assert from 'node:assert/strict';
import { V2xError } from '../../../nodes/lib/errors';
import { toEvent } from '../../../nodes/lib/event/event';
import { parseEvent } from '../../../nodes/lib/event/parse/parse';
import { fuzz, mutate, type FuzzResult } from '../../support/fuzz';

const TEXTS = [
  '{"ts": 1700000000.5, "type": "collision", "severity": "high", "lat": 37.39, "lon": 126.64, "road": "국도 1호선"}',
  '{"ts": "1700000000", "type": "fire", "distance_m": 500, "clip_hint": true, "confidence": 0.9}',
  '{"type": "blockage", "id": "lorry-7", "action": "cancel", "camera": "north", "more": {"a": [1, null, "\\u00e9"]}}',
  '{"ts": "2026-11-28T15:00:00+09:00", "Type": " Collision ", "serverity": null, "lat": "37,5", "lon": NaN, "clip_hint": "no",}',
];
const SEEDS = [
  ...TEXTS.map((text) => Buffer.from(text)),
  ...TEXTS.map((text) => Buffer.from(`\ufeff${text}`)),
  ...TEXTS.map((text) => Buffer.from(`\ufeff${text}`, 'utf16le')),
  ...TEXTS.map((text) => Buffer.from(text, 'utf16le').swap16()),
  ...TEXTS.map((text) => Buffer.from(`${text}\0\0`, 'latin1')),
];

/**
 * Event files with hostile content in any encoding: each is an event, with notes or without, incomplete, or refused.
 * @throws when the parser throws anything else
 */
export function fuzzEventFiles(runs: number, seconds: number): Promise<FuzzResult> {
  return fuzz(runs, seconds, () => {
    try {
      const { event, notes } = parseEvent(mutate(SEEDS), { file: 'fuzz.json', id: 'fuzz', ts: 0 });
      // Whatever was made of it, every node takes it, and what is logged stays short.
      assert.deepEqual(toEvent(event, { id: '', ts: -1 }), event);
      assert.ok(notes.every(({ text }) => text.length < 1000));
      return notes.length > 0 ? 'noted' : 'taken';
    } catch (error) {
      if (error instanceof V2xError) return error.code;
      throw error;
    }
  });
}
