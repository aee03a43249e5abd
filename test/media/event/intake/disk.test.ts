import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { V2xError } from '../../../../nodes/lib/errors';
import { answerOf, remoteDisk, type Disk } from '../../../../nodes/lib/event/intake/disk';
import { Inbox } from '../../../../nodes/lib/event/intake/inbox';
import type { TakenEvent } from '../../../../nodes/lib/event/intake/file-intake';
import { FakeClock, settle } from '../../../support/fake-clock';
import { temporaryDirectory } from '../../../support/flow';
import { Arrivals } from './inbox-probe';

/** A file system that hangs until it is let go. */
function hang() {
  let letGo: () => void = () => undefined;
  const hung = new Promise<void>((resolve) => (letGo = resolve));
  return { hung, letGo };
}

const isHung = (error: unknown) =>
  error instanceof V2xError && error.message.includes('has not answered for 30 s');

describe('answerOf', () => {
  it('stops waiting, and begins nothing more there until the first operation has ended', async () => {
    const clock = new FakeClock();
    const { hung, letGo } = hang();
    const begun: string[] = [];
    const work = (name: string, until: Promise<void>) => async () => {
      begun.push(name);
      await until;
      return name;
    };

    const first = assert.rejects(answerOf('/a', clock, work('first', hung)), isHung);
    const second = assert.rejects(answerOf('/a', clock, work('second', Promise.resolve())), isHung);
    assert.equal(await answerOf('/b', clock, work('elsewhere', Promise.resolve())), 'elsewhere');
    await clock.advance(30);
    await Promise.all([first, second]);
    const third = answerOf('/a', clock, work('third', Promise.resolve()));
    await settle();
    assert.deepEqual(begun, ['first', 'elsewhere']);
    letGo();

    assert.equal(await third, 'third');
    // Nobody waits for the second any more: it must not happen behind the back of others.
    assert.deepEqual(begun, ['first', 'elsewhere', 'third']);
  });
});

describe('an inbox on a network file system', () => {
  const options = (directory: string) =>
    ({ directory, after: 'done', incomplete: 5, stale: 600, state: `${directory}.state` }) as const;

  function openInbox(directory: string, disk: Disk, clock: FakeClock) {
    const stop = new AbortController();
    const taken = new Arrivals<TakenEvent>();
    const watching = new Arrivals<true>();
    const handlers = {
      watching: () => {
        watching.push(true);
      },
      taken: (event: TakenEvent, handled: () => void) => {
        taken.push(event);
        handled();
      },
      refused: () => undefined,
      failed: () => undefined,
    };
    const ended = new Inbox(options(directory), handlers, clock, stop.signal, disk, 1).run();
    const end = async () => {
      stop.abort();
      await ended;
    };
    return { taken, watching, ended, end };
  }

  it('takes files like on a local one', async (t) => {
    const directory = await temporaryDirectory(t);
    const clock = new FakeClock();
    const inbox = openInbox(directory, remoteDisk(directory, clock), clock);
    await inbox.watching.next();

    writeFileSync(join(directory, 'a.json'), '{"type": "fire"}');

    assert.equal((await inbox.taken.next()).file, 'a.json');
    await inbox.end();
  });

  it('blocks nothing while it hangs, says so, and goes on afterwards with each event once', async (t) => {
    const directory = await temporaryDirectory(t);
    const clock = new FakeClock();
    const { hung, letGo } = hang();
    const reading = new Arrivals<string>();
    const remote = remoteDisk(directory, clock);
    const disk: Disk = {
      ...remote,
      read: (path) =>
        answerOf(directory, clock, async () => {
          reading.push(path);
          await hung;
          throw new Error('the connection was lost');
        }),
    };
    const first = openInbox(directory, disk, clock);
    await first.watching.next();
    writeFileSync(join(directory, 'a.json'), '{"type": "fire"}');
    await reading.next();

    // This process goes on: its timers and its other files are not held up.
    const outcome = new Arrivals<unknown>();
    first.ended.catch((error: unknown) => {
      outcome.push(error);
    });
    while (outcome.all.length === 0) await clock.advance(30);
    assert.ok(isHung(outcome.all[0]));

    const second = openInbox(directory, remote, clock);
    letGo();
    assert.equal((await second.taken.next()).file, 'a.json');
    await second.end();
    assert.equal(second.taken.all.length, 1);
    assert.equal(first.taken.all.length, 0);
  });
});
