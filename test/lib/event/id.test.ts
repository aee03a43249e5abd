import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { toEvent } from '../../../nodes/lib/event/event';
import { eventIdOf } from '../../../nodes/lib/event/id';

const content = Buffer.from('{"type": "fire"}');

describe('eventIdOf', () => {
  it('is the same for the same file and another when name, time or content differ', () => {
    const id = eventIdOf('evt_1.json', 1_700_000_000, content);

    assert.match(id, /^evt_1-[0-9a-f]{8}$/);
    assert.equal(eventIdOf('evt_1.json', 1_700_000_000, content), id);
    assert.notEqual(eventIdOf('evt_1.json', 1_700_000_000.001, content), id);
    assert.notEqual(eventIdOf('evt_1.json', 1_700_000_000, Buffer.from('{}')), id);
  });

  it('suits the event schema, whatever the file name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (name) => {
        const id = eventIdOf(`${name}.json`, 1_700_000_000, content);
        assert.equal(toEvent({ type: 'fire', id }, { id: '', ts: 0 }).id, id);
      }),
      { numRuns: 200 },
    );
  });
});
