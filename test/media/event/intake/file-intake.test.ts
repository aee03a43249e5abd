import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PendingNames } from '../../../../nodes/lib/event/intake/pending-names';
import type { IncidentEvent } from '../../../../nodes/lib/event/event';
import type { Claims } from '../../../../nodes/lib/event/intake/claim/claim';
import { ClaimByMoving } from '../../../../nodes/lib/event/intake/claim/claim-by-moving';
import { messageOf } from '../../../../nodes/lib/errors';
import { ClaimByJournal } from '../../../../nodes/lib/event/intake/claim/claim-by-journal';
import {
  FileIntake,
  type RefusedFile,
  type TakenEvent,
} from '../../../../nodes/lib/event/intake/file-intake';
import { localDisk } from '../../../../nodes/lib/event/intake/disk';
import { FakeClock, settle } from '../../../support/fake-clock';
import { temporaryDirectory } from '../../../support/flow';

type Context = Parameters<typeof temporaryDirectory>[0];

/** A file intake on a directory of its own; `disturb` makes its claims misbehave. */
async function openIntake(
  t: Context,
  disturb: (claims: Claims, directory: string) => void = () => undefined,
  after: 'done' | 'leave' = 'done',
  place?: string,
) {
  const directory = place ?? (await temporaryDirectory(t));
  const leave = after === 'leave';
  const claims: Claims = leave
    ? new ClaimByJournal(directory, join(directory, '.taken'), localDisk)
    : new ClaimByMoving(directory, { keepDone: true, limit: 10 }, localDisk);
  disturb(claims, directory);
  const taken: TakenEvent[] = [];
  const hands: (() => void)[] = [];
  const returns: (() => void)[] = [];
  const refused: RefusedFile[] = [];
  const failures: unknown[] = [];
  const clock = new FakeClock();
  const pending = new PendingNames();
  const intake = new FileIntake(
    { directory, leave, incomplete: 5, stale: 600 },
    claims,
    localDisk,
    {
      taken: (event, handled, giveBack) => {
        taken.push(event);
        returns.push(giveBack);
        hands.push(handled);
      },
      refused: (file) => refused.push(file),
      failed: (error) => failures.push(error),
    },
    clock,
    pending,
  );
  await intake.open();
  const look = (name: string) => intake.look(name, { waited: false });
  return { directory, intake, look, taken, hands, returns, refused, failures, clock, pending };
}

function byNumber(one: IncidentEvent, other: IncidentEvent): number {
  return Number(one.number) - Number(other.number);
}

describe('FileIntake', () => {
  it('loses nothing when the writer goes on between reading and claiming', async (t) => {
    const { directory, look, taken, pending } = await openIntake(t, (claims, place) => {
      const claim = claims.claim.bind(claims);
      claims.claim = (name, content) => {
        claims.claim = claim;
        writeFileSync(join(place, name), '{"type": "rollover", ');
        return claim(name, content);
      };
    });
    writeFileSync(join(directory, 'a.json'), '{"type": "fire"}');

    await look('a.json');
    assert.equal(taken.length, 0);
    assert.equal(pending.next(), 'a.json');
    await look('a.json');
    appendFileSync(join(directory, 'a.json'), '"severity": "low"}');
    await look('a.json');

    assert.deepEqual(
      taken.map(({ event }) => [event.type, event.severity]),
      [['rollover', 'low']],
    );
  });

  it('puts a file away once its event is in good hands, and gives it back otherwise', async (t) => {
    const { directory, intake, look, hands } = await openIntake(t);
    writeFileSync(join(directory, 'a.json'), '{"type": "fire"}');
    writeFileSync(join(directory, 'b.json'), '{"type": "fire"}');
    await look('a.json');
    await look('b.json');
    assert.deepEqual(await readdir(join(directory, 'done')), []);

    hands[0]();
    await intake.close();

    assert.deepEqual(await readdir(join(directory, 'done')), ['a.json']);
    assert.ok((await readdir(directory)).includes('b.json'));
  });

  for (const after of ['done', 'leave'] as const) {
    it(`leaves what it gave back to others, and tries again a few times (${after})`, async (t) => {
      const { directory, look, returns, taken, failures, clock, pending } = await openIntake(
        t,
        undefined,
        after,
      );
      writeFileSync(join(directory, 'a.json'), '{"type": "fire"}');
      utimesSync(join(directory, 'a.json'), clock.now(), clock.now());
      const isBack = () =>
        after === 'done'
          ? existsSync(join(directory, 'a.json'))
          : readdirSync(join(directory, '.taken')).length === 0;
      await look('a.json');
      for (let times = 1; times <= 8; times += 1) {
        returns.at(-1)?.();
        await settle();
        while (!isBack()) await settle();
        await look('a.json');
        await clock.advance(4.9);
        assert.equal(taken.length, times);
        await clock.advance(60);
        assert.equal(pending.next(), 'a.json');
        await look('a.json');
        assert.equal(taken.length, times + 1);
      }
      returns.at(-1)?.();
      while (failures.length === 0) await settle();

      assert.match(messageOf(failures[0]), /a\.json could not be handled/);
      assert.equal(new Set(taken.map(({ event }) => JSON.stringify(event))).size, 1);
      if (after === 'done') assert.deepEqual(await readdir(join(directory, 'done')), ['a.json']);
    });

    it(`gives an event that it gives back the same id and time again (${after})`, async (t) => {
      const first = await openIntake(t, undefined, after);
      const { directory } = first;
      // One name for two events, neither of them handled: both are kept apart.
      const path = join(directory, 'event.json');
      writeFileSync(path, '{"type": "fire", "number": 1}');
      await first.look('event.json');
      writeFileSync(path, '{"type": "fire", "number": 2}');
      await first.look('event.json');
      await first.intake.close();

      const second = await openIntake(t, undefined, after, directory);
      for (const name of await readdir(directory)) await second.look(name);

      const told = (taken: TakenEvent[]) => taken.map(({ event }) => event).sort(byNumber);
      // Where files stay, the first content is gone when it is written over.
      assert.deepEqual(told(second.taken), told(first.taken).slice(after === 'leave' ? 1 : 0));
    });
  }

  it('lets another watcher take what is left in place and given back', async (t) => {
    const first = await openIntake(t, undefined, 'leave');
    const second = await openIntake(t, undefined, 'leave', first.directory);
    writeFileSync(join(first.directory, 'a.json'), '{"type": "fire"}');
    await first.look('a.json');
    await second.look('a.json');
    assert.equal(second.taken.length, 0);

    first.returns[0]();
    while (readdirSync(join(first.directory, '.taken')).length > 0) await settle();
    await second.look('a.json');

    assert.equal(second.taken.length, 1);
  });

  it('tells the same time again of a file that was moved here and given back', async (t) => {
    const { directory, look, returns, taken, clock } = await openIntake(t);
    const path = join(directory, 'a.json');
    writeFileSync(path, '{"type": "fire"}');
    utimesSync(path, clock.now() - 3600, clock.now() - 3600);
    await look('a.json');
    const arrival = clock.now();

    returns[0]();
    await settle();
    while (!existsSync(path)) await settle();
    await clock.advance(5);
    await look('a.json');

    assert.deepEqual(
      taken.map(({ event, stale }) => [event.ts, stale]),
      [
        [arrival, false],
        [arrival, false],
      ],
    );
  });

  it('finishes an earlier content of a file late without forgetting the later one', async (t) => {
    const { directory, intake, look, hands, taken } = await openIntake(t, undefined, 'leave');
    const path = join(directory, 'event.json');
    writeFileSync(path, '{"type": "fire", "number": 1}');
    await look('event.json');
    writeFileSync(path, '{"type": "fire", "number": 2}');
    await look('event.json');

    hands[1]();
    hands[0]();
    await intake.close();

    const again = await openIntake(t, undefined, 'leave', directory);
    await again.look('event.json');
    assert.equal(taken.length, 2);
    assert.deepEqual(again.taken, []);
  });

  it('reports what it cannot put away, and frees it on closing', async (t) => {
    const { directory, intake, look, taken, hands, failures } = await openIntake(t, (claims) => {
      const claim = claims.claim.bind(claims);
      claims.claim = async (name, content) => {
        const claimed = await claim(name, content);
        if (claimed === undefined || claimed === 'done') return claimed;
        return { ...claimed, finish: () => Promise.reject(new Error('no space')) };
      };
    });
    writeFileSync(join(directory, 'a.json'), '{"type": "fire"}');

    await look('a.json');
    hands[0]();
    await intake.close();

    assert.equal(taken.length, 1);
    assert.deepEqual(failures.map(String), ['Error: no space']);
    assert.ok((await readdir(directory)).includes('a.json'));
  });

  it('gives a file that it may not move some time, then says so once and goes on', async (t) => {
    const { directory, look, taken, refused, clock, pending } = await openIntake(t, (claims) => {
      const claim = claims.claim.bind(claims);
      claims.claim = (name, content) => {
        if (name === 'mine.json') throw new Error('EPERM');
        return claim(name, content);
      };
      claims.reject = () => Promise.reject(new Error('EPERM'));
    });
    writeFileSync(join(directory, 'mine.json'), '{"type": "fire"}');
    writeFileSync(join(directory, 'other.json'), '{"type": "fog"}');

    await look('mine.json');
    await look('other.json');
    await clock.advance(5);
    assert.equal(pending.next(), 'mine.json');
    await look('mine.json');
    await look('mine.json');

    assert.deepEqual(
      taken.map(({ file }) => file),
      ['other.json'],
    );
    const [refusal, ...more] = refused;
    assert.match(
      refusal.reason,
      /^mine\.json: user \S+ cannot move it \(EPERM\); run: sudo chown .*; it stays where it is \(EPERM\)$/,
    );
    assert.deepEqual(more, []);
  });
});
