import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { toEvent } from '../../../nodes/lib/event/event';
import { eventIdOf, nameAgain } from '../../../nodes/lib/event/id';

const content = Buffer.from('{"type": "fire"}');

describe('eventIdOf', () => {
  it('is the same for the same file and another when name, time or content differ', () => {
    const id = eventIdOf('evt_1.json', 1_700_000_000, content);

    assert.match(id, /^evt_1-[0-9a-f]{8}$/);
    assert.equal(eventIdOf('evt_1.json', 1_700_000_000, content), id);
    assert.notEqual(eventIdOf('evt_1.json', 1_700_000_000.001, content), id);
    assert.notEqual(eventIdOf('evt_1.json', 1_700_000_000, Buffer.from('{}')), id);
  });

  it('is the same when the file was given back under another name, however often and however long', () => {
    for (const stem of ['evt_1', 'x'.repeat(51), `${'긴 이름 '.repeat(15)}.tail`, 'x'.repeat(250)]) {
      const id = eventIdOf(`${stem}.json`, 1, content);
      const again = nameAgain(stem, '0123abcd', '.json');
      const oftener = nameAgain(again.replace('.json', ''), '4567cdef', '.json');

      assert.equal(eventIdOf(again, 1, content), id);
      assert.equal(eventIdOf(oftener, 1, content), id);
      assert.ok(Buffer.byteLength(oftener) <= 255);
    }
  });

  it('tells long names apart', () => {
    const ids = ['a', 'b'].map((end) => eventIdOf(`${'x'.repeat(100)}${end}.json`, 1, content));
    assert.notEqual(ids[0], ids[1]);
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
