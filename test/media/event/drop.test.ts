import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { V2xError } from '../../../nodes/lib/errors';
import { dropEvent } from '../../../nodes/lib/event/drop';
import { FakeClock } from '../../support/fake-clock';
import { temporaryDirectory } from '../../support/flow';

const clock = new FakeClock(1_700_000_000);

describe('dropEvent', () => {
  it('writes the event as it is, under a name that sorts by time', async (t) => {
    const directory = await temporaryDirectory(t);

    const path = await dropEvent(directory, { type: 'fire.2', lane: 3 }, clock);

    assert.match(path, /\/1700000000000-fire_2-[0-9a-f]{16}\.json$/);
    assert.equal(await readFile(path, 'utf8'), '{"type":"fire.2","lane":3}\n');
    assert.deepEqual(await readdir(directory), [path.slice(directory.length + 1)]);
  });

  const circular: Record<string, unknown> = { type: 'fire' };
  circular.self = circular;
  const wrong: [what: string, event: unknown, message: RegExp][] = [
    ['no object', 'fire', /must be an object/],
    ['nothing', undefined, /must be an object/],
    [
      'a name that leads elsewhere',
      { type: '../../etc/passwd' },
      /"type" is "..\/..\/etc\/passwd" and must be a short word/,
    ],
    ['what JSON cannot hold', circular, /cannot be written as JSON/],
    ['what nobody would take', { type: 'fire', more: 'x'.repeat(70_000) }, /at most 65536/],
  ];
  for (const [what, event, message] of wrong) {
    it(`refuses ${what} and writes nothing`, async (t) => {
      const directory = await temporaryDirectory(t);

      await assert.rejects(
        dropEvent(directory, event, clock),
        (error) => error instanceof V2xError && error.code === 'event' && message.test(error.message),
      );
      assert.deepEqual(await readdir(directory), []);
    });
  }

  it('fails when the directory is missing', async (t) => {
    const directory = join(await temporaryDirectory(t), 'missing');

    await assert.rejects(dropEvent(directory, { type: 'fire' }, clock), { code: 'ENOENT' });
  });
});
