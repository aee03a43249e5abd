import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Changes } from '../../../nodes/lib/event/changes';
import { MovingCustody } from '../../../nodes/lib/event/custody';
import { Taker, type RefusedFile, type TakenEvent } from '../../../nodes/lib/event/taker';
import { FakeClock } from '../../support/fake-clock';
import { temporaryDirectory } from '../../support/flow';

type Context = Parameters<typeof temporaryDirectory>[0];

/** A taker on a directory of its own; `disturb` makes its custody misbehave. */
async function openTaker(t: Context, disturb: (custody: MovingCustody, directory: string) => void) {
  const directory = await temporaryDirectory(t);
  const custody = new MovingCustody(directory, { keepDone: true, limit: 10 });
  disturb(custody, directory);
  const taken: TakenEvent[] = [];
  const refused: RefusedFile[] = [];
  const failures: unknown[] = [];
  const clock = new FakeClock();
  const changes = new Changes();
  const taker = new Taker(
    { directory, leave: false, incomplete: 5, stale: 600 },
    custody,
    {
      taken: (event) => taken.push(event),
      refused: (file) => refused.push(file),
      failed: (error) => failures.push(error),
    },
    clock,
    changes,
  );
  await taker.open();
  const look = (name: string) => taker.look(name, { waited: false });
  return { directory, taker, look, taken, refused, failures, clock, changes };
}

describe('Taker', () => {
  it('loses nothing when the writer goes on between reading and claiming', async (t) => {
    const { directory, look, taken, changes } = await openTaker(t, (custody, place) => {
      const claim = custody.claim.bind(custody);
      custody.claim = (name) => {
        custody.claim = claim;
        writeFileSync(join(place, name), '{"type": "rollover", ');
        return claim(name);
      };
    });
    writeFileSync(join(directory, 'a.json'), '{"type": "fire"}');

    await look('a.json');
    assert.equal(taken.length, 0);
    assert.equal(changes.next(), 'a.json');
    await look('a.json');
    appendFileSync(join(directory, 'a.json'), '"severity": "low"}');
    await look('a.json');

    assert.deepEqual(
      taken.map(({ event }) => [event.type, event.severity]),
      [['rollover', 'low']],
    );
  });

  it('puts a file away once its event had time to be kept by others', async (t) => {
    const { directory, taker, look, clock } = await openTaker(t, () => undefined);
    writeFileSync(join(directory, 'a.json'), '{"type": "fire"}');
    await look('a.json');

    await taker.putAway();
    assert.deepEqual(await readdir(join(directory, 'done')), []);
    await clock.advance(1);
    await taker.putAway();

    assert.deepEqual(await readdir(join(directory, 'done')), ['a.json']);
  });

  it('frees on closing what it could not put away', async (t) => {
    const { directory, taker, look, taken, failures } = await openTaker(t, (custody) => {
      custody.finish = () => Promise.reject(new Error('no space'));
    });
    writeFileSync(join(directory, 'a.json'), '{"type": "fire"}');

    await look('a.json');
    await taker.close();

    assert.equal(taken.length, 1);
    assert.deepEqual(failures.map(String), ['Error: no space']);
    assert.ok((await readdir(directory)).includes('a.json'));
  });

  it('gives a file that it may not move some time, then says so once and goes on', async (t) => {
    const { directory, look, taken, refused, clock, changes } = await openTaker(t, (custody) => {
      const claim = custody.claim.bind(custody);
      custody.claim = (name) => {
        if (name === 'mine.json') throw new Error('EPERM');
        return claim(name);
      };
      custody.reject = () => Promise.reject(new Error('EPERM'));
    });
    writeFileSync(join(directory, 'mine.json'), '{"type": "fire"}');
    writeFileSync(join(directory, 'other.json'), '{"type": "fog"}');

    await look('mine.json');
    await look('other.json');
    await clock.advance(5);
    assert.equal(changes.next(), 'mine.json');
    await look('mine.json');
    await look('mine.json');

    assert.deepEqual(
      taken.map(({ file }) => file),
      ['other.json'],
    );
    const [refusal, ...more] = refused;
    assert.match(
      refusal.reason,
      /^mine\.json: user \S+ cannot take it \(EPERM\); run: sudo chown .*; it stays where it is \(EPERM\)$/,
    );
    assert.deepEqual(more, []);
  });
});
