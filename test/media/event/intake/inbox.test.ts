import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  openSync,
  closeSync,
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, it } from 'node:test';
import { V2xError } from '../../../../nodes/lib/errors';
import { ClaimByMoving } from '../../../../nodes/lib/event/intake/claim/claim-by-moving';
import { localDisk } from '../../../../nodes/lib/event/intake/disk';
import { stampOf } from '../../../../nodes/lib/event/intake/read';
import { atEnd } from '../../../support/at-end';
import { FakeClock } from '../../../support/fake-clock';
import { temporaryDirectory } from '../../../support/flow';
import { Arrivals, openInbox, stopInboxes } from './inbox-probe';

const fire = '{"type": "fire"}';
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const numbered = (index: number) =>
  JSON.stringify({ type: 'fire', ts: 1_700_000_000 + index, number: index });

/** Starts an inbox in another process; resolves when it watches. */
async function inboxProcess(
  directory: string,
  after: string,
  taken: (id: string) => void,
  { uid, handle = false }: { readonly uid?: number | undefined; readonly handle?: boolean } = {},
) {
  const script = join(__dirname, 'inbox-child.ts');
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', script, directory, after, handle ? 'handle' : ''],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(uid !== undefined && { uid, gid: uid }),
    },
  );
  const lines = createInterface({ input: child.stdout });
  await once(lines, 'line');
  lines.on('line', taken);
  return child;
}

describe('runInbox: taking files', () => {
  afterEach(stopInboxes);

  it('takes a file written in place in several steps as soon as it is whole, without a wait', async (t) => {
    const directory = await temporaryDirectory(t);
    // This clock never moves.
    const inbox = await openInbox(directory, {}, new FakeClock());

    const file = openSync(join(directory, 'slow.json'), 'w');
    writeSync(file, '{"type": "ro');
    writeFileSync(join(directory, 'quick.json'), fire);
    assert.equal((await inbox.taken.next()).file, 'quick.json');
    writeSync(file, 'llover"}');
    closeSync(file);

    assert.equal((await inbox.taken.next()).event.type, 'rollover');
    assert.deepEqual(inbox.refused.all, []);
  });

  it('takes a file that is renamed into the directory, and ignores hidden and temporary names', async (t) => {
    const directory = await temporaryDirectory(t);
    const inbox = await openInbox(directory);

    writeFileSync(join(directory, '.hidden.json'), fire);
    writeFileSync(join(directory, 'event.json.tmp'), fire);
    renameSync(join(directory, 'event.json.tmp'), join(directory, 'event.json'));

    assert.equal((await inbox.taken.next()).file, 'event.json');
    await inbox.stop();
    assert.equal(inbox.taken.all.length, 1);
    assert.ok((await readdir(directory)).includes('.hidden.json'));
  });

  it('rejects a file that does not become whole in time', async (t) => {
    const directory = await temporaryDirectory(t);
    const clock = new FakeClock();
    const inbox = await openInbox(directory, { incomplete: 5 }, clock);

    writeFileSync(join(directory, 'half.json'), '{"type": "fire"');
    writeFileSync(join(directory, 'whole.json'), fire);
    await inbox.taken.next();
    await clock.advance(4.9);
    assert.deepEqual(inbox.refused.all, []);
    await clock.advance(0.1);

    const { file, reason, line, column } = await inbox.refused.next();
    assert.equal(reason, 'half.json, line 1, column 1: an object starts here and never ends');
    assert.deepEqual({ file, line, column }, { file: 'half.json', line: 1, column: 1 });
    assert.deepEqual(await readdir(join(directory, 'rejected')), ['half.json']);
  });

  for (const [how, goOn] of [
    ['through its handle', (_path: string, file: number) => writeSync(file, '}')],
    [
      'by its name',
      (path: string) => {
        appendFileSync(path, '}');
      },
    ],
    [
      'with another file under the same name',
      (path: string) => {
        writeFileSync(`${path}.tmp`, '{"type": "fire"}');
        renameSync(`${path}.tmp`, path);
      },
    ],
  ] as const) {
    it(`looks again at a rejected file when its writer goes on ${how}`, async (t) => {
      const directory = await temporaryDirectory(t);
      const path = join(directory, 'slow.json');
      const clock = new FakeClock();
      const inbox = await openInbox(directory, { incomplete: 5 }, clock);

      const file = openSync(path, 'w');
      atEnd(t, () => {
        closeSync(file);
      });
      writeSync(file, '{"type": "fire"');
      while (inbox.refused.all.length === 0) await clock.advance(1);
      goOn(path, file);

      assert.equal((await inbox.taken.next()).event.type, 'fire');
      await clock.advance(120);
      await inbox.stop();
      assert.equal(inbox.taken.all.length, 1);
      assert.equal(inbox.refused.all.length, 1);
      assert.deepEqual(await readdir(join(directory, 'done')), ['slow.json']);
      // What was replaced stays for those who look for it.
      const replaced = how.startsWith('with') ? ['slow.json'] : [];
      assert.deepEqual(await readdir(join(directory, 'rejected')), replaced);
    });
  }

  it('takes a rejected file out of the directory when its writer does not go on for a minute', async (t) => {
    const directory = await temporaryDirectory(t);
    const clock = new FakeClock();
    const inbox = await openInbox(directory, {}, clock);
    writeFileSync(join(directory, 'bad.json'), '[]');
    await inbox.refused.next();
    assert.ok((await readdir(directory)).includes('bad.json'));

    while ((await readdir(directory)).includes('bad.json')) await clock.advance(60);

    assert.deepEqual(await readdir(join(directory, 'rejected')), ['bad.json']);
    assert.equal(inbox.refused.all.length, 1);
  });

  it('does not report a rejected file again after a restart', async (t) => {
    const directory = await temporaryDirectory(t);
    const first = await openInbox(directory);
    writeFileSync(join(directory, 'bad.json'), '[]');
    await first.refused.next();
    await first.stop();

    const second = await openInbox(directory);
    writeFileSync(join(directory, 'good.json'), fire);
    await second.taken.next();

    assert.deepEqual(second.refused.all, []);
    assert.deepEqual(await readdir(join(directory, 'rejected')), ['bad.json']);
  });

  it('no longer calls rejected what its writer completed while no process watched', async (t) => {
    const directory = await temporaryDirectory(t);
    const clock = new FakeClock();
    const first = await openInbox(directory, { incomplete: 5 }, clock);
    writeFileSync(join(directory, 'slow.json'), '{"type": "fire"');
    while (first.refused.all.length === 0) await clock.advance(1);
    await first.stop();
    appendFileSync(join(directory, 'slow.json'), '}');

    const second = await openInbox(directory);
    await second.taken.next();
    await second.stop();

    assert.deepEqual(await readdir(join(directory, 'done')), ['slow.json']);
    assert.deepEqual(await readdir(join(directory, 'rejected')), []);
  });

  it('takes what is written over a rejected file in the moment in which that is removed', async (t) => {
    const directory = await temporaryDirectory(t);
    const claims = new ClaimByMoving(directory, { keepDone: true, limit: 10 }, localDisk);
    await claims.open();
    const path = join(directory, 'a.json');
    for (const replace of [
      () => {
        renameSync(`${path}.tmp`, path);
      },
      () => {
        writeFileSync(path, fire);
      },
    ]) {
      writeFileSync(path, '[]');
      writeFileSync(`${path}.tmp`, fire);
      const rejection = await claims.reject('a.json', stampOf(lstatSync(path)));
      replace();
      await rejection?.settle?.();
      assert.equal(readFileSync(path, 'utf8'), fire);
    }
    await claims.close();
  });

  it('takes what waited by the time of its events, and says what is stale', async (t) => {
    const directory = await temporaryDirectory(t);
    const clock = new FakeClock(1_700_000_000);
    await writeFile(join(directory, 'a.json'), '{"type": "fire", "ts": 1699999999}');
    await writeFile(join(directory, 'b.json'), '{"type": "fire", "ts": 1699990000}');
    await writeFile(join(directory, 'c.json'), fire);
    await utimes(join(directory, 'c.json'), 1_699_999_900, 1_699_999_900);

    const inbox = await openInbox(directory, { stale: 600 }, clock);

    const taken = await inbox.taken.take(3);
    assert.deepEqual(
      taken.map(({ file, stale, event }) => [file, stale, event.ts]),
      [
        ['b.json', true, 1_699_990_000],
        ['c.json', false, 1_699_999_900],
        ['a.json', false, 1_699_999_999],
      ],
    );
  });

  it('takes 1000 files dropped at once, in order, each once', async (t) => {
    const directory = await temporaryDirectory(t);
    const inbox = await openInbox(directory, { limit: 10 });

    for (const index of numbers(1000)) writeFileSync(join(directory, `e${index}.json`), numbered(index));
    const taken = await inbox.taken.take(1000);
    await inbox.stop();

    assert.deepEqual(
      taken.map(({ event }) => event.number),
      numbers(1000),
    );
    assert.equal(inbox.taken.all.length, 1000);
    assert.equal(new Set(taken.map(({ event }) => event.id)).size, 1000);
  });

  it('takes each event of a writer that uses one name again and again', async (t) => {
    const directory = await temporaryDirectory(t);
    const inbox = await openInbox(directory);

    const ids = new Set<string>();
    for (const index of numbers(3)) {
      writeFileSync(join(directory, 'event.json'), numbered(index));
      const { event } = await inbox.taken.next();
      assert.equal(event.number, index);
      ids.add(event.id);
    }
    await inbox.stop();

    assert.equal(ids.size, 3);
    assert.equal((await readdir(join(directory, 'done'))).length, 3);
  });

  it('keeps the latest files only', async (t) => {
    const directory = await temporaryDirectory(t);
    await mkdir(join(directory, 'done'));
    await writeFile(join(directory, 'done', 'oldest.json'), fire);
    const inbox = await openInbox(directory, { limit: 3 });

    for (const index of numbers(4)) {
      writeFileSync(join(directory, `e${index}.json`), numbered(index));
      writeFileSync(join(directory, `x${index}.json`), '{}');
      await inbox.taken.next();
      await inbox.refused.next();
    }
    await inbox.stop();

    assert.deepEqual((await readdir(join(directory, 'done'))).sort(), ['e1.json', 'e2.json', 'e3.json']);
    assert.deepEqual((await readdir(join(directory, 'rejected'))).sort(), ['x1.json', 'x2.json', 'x3.json']);
  });
});

describe('runInbox: hostile directories', () => {
  afterEach(stopInboxes);

  it('ends each strange file in a clear outcome and goes on', async (t) => {
    const directory = await temporaryDirectory(t);
    const inbox = await openInbox(directory);
    const place: [name: string, make: (path: string) => void, reason: RegExp][] = [
      [
        'link.json',
        (path) => {
          symlinkSync('/etc/passwd', path);
        },
        /link\.json: this is a symbolic link/,
      ],
      [
        'pipe.json',
        (path) => {
          execFileSync('mkfifo', [path]);
        },
        /pipe\.json: this is a named pipe/,
      ],
      [
        'huge.json',
        (path) => {
          writeFileSync(path, ' '.repeat(70_000));
        },
        /has 70000 bytes/,
      ],
      [
        'two\nlines.json',
        (path) => {
          writeFileSync(path, '{"type": 1}');
        },
        /^two\\nlines\.json, line 1, column 10/,
      ],
      [
        'dir.json',
        (path) => {
          mkdirSync(path);
        },
        /this is a directory.*; it stays where it is/,
      ],
    ];

    for (const [name, make, reason] of place) {
      make(join(directory, name));
      const refused = await inbox.refused.next();
      assert.equal(refused.file, name);
      assert.match(refused.reason, reason);
    }
    writeFileSync(join(directory, 'good.json'), fire);

    assert.equal((await inbox.taken.next()).file, 'good.json');
    assert.equal(await readFile('/etc/passwd', 'utf8').then((text) => text.length > 0), true);
    assert.deepEqual(inbox.failures, []);
  });

  it('ends when its directory goes away, naming directory and command', async (t) => {
    const directory = join(await temporaryDirectory(t), 'events');
    const inbox = await openInbox(directory);

    await rm(directory, { recursive: true });

    const error = await inbox.ended;
    assert.ok(error instanceof V2xError && error.code === 'directory');
    assert.ok(error.message.includes(directory) && error.message.includes('mkdir -p'));
  });

  it('ends when its directory is replaced by another, whose inode may have the same number', async (t) => {
    const directory = join(await temporaryDirectory(t), 'events');
    for (const replace of [
      () => {
        rmSync(directory, { recursive: true });
      },
      () => {
        renameSync(directory, `${directory}.old`);
      },
    ]) {
      // The clock never moves: no listing comes to help.
      const inbox = await openInbox(directory, {}, new FakeClock());
      replace();
      mkdirSync(directory);

      const error = await inbox.ended;
      assert.ok(error instanceof V2xError && error.code === 'directory');
    }
  });

  it('goes on when an entry is called like its directory', async (t) => {
    const directory = join(await temporaryDirectory(t), 'events');
    // The clock never moves: nothing would begin the watch anew.
    const inbox = await openInbox(directory, {}, new FakeClock());

    await mkdir(join(directory, 'events'));
    await rm(join(directory, 'events'), { recursive: true });
    writeFileSync(join(directory, 'a.json'), fire);

    assert.equal((await inbox.taken.next()).file, 'a.json');
    await inbox.stop();
    assert.equal(await inbox.ended, undefined);
  });

  it('watches a directory behind a symbolic link and with a slash at its end', async (t) => {
    const root = await temporaryDirectory(t);
    await mkdir(join(root, 'events'));
    await symlink(join(root, 'events'), join(root, 'link'));
    const inbox = await openInbox(`${join(root, 'link')}/`);

    writeFileSync(join(root, 'events', 'a.json'), fire);

    assert.equal((await inbox.taken.next()).file, 'a.json');
  });
});

for (const after of ['done', 'leave'] as const) {
  describe(`runInbox: exactly once (${after})`, () => {
    afterEach(stopInboxes);

    it('shares a directory with other watchers, in this process and in another', async (t) => {
      const directory = await temporaryDirectory(t);
      const ids = new Arrivals<string>();
      const child = await inboxProcess(directory, after, (id) => {
        ids.push(id);
      });
      atEnd(t, () => child.kill('SIGKILL'));
      const inboxes = [await openInbox(directory, { after }), await openInbox(directory, { after })];
      for (const { taken } of inboxes)
        taken.each(({ event }) => {
          ids.push(event.id);
        });

      for (const index of numbers(100)) writeFileSync(join(directory, `e${index}.json`), numbered(index));
      await ids.take(100);
      for (const inbox of inboxes) await inbox.stop();

      assert.equal(new Set(ids.all).size, 100);
      assert.equal(ids.all.length, 100);
    });

    it('takes again, under the same id, what a killed process had taken', async (t) => {
      const directory = await temporaryDirectory(t);
      const ids = new Arrivals<string>();
      const child = await inboxProcess(directory, after, (id) => {
        ids.push(id);
      });
      atEnd(t, () => child.kill('SIGKILL'));
      writeFileSync(join(directory, 'a.json'), fire);
      const id = await ids.next();
      child.kill('SIGKILL');
      await once(child, 'exit');

      const inbox = await openInbox(directory, { after });

      assert.equal((await inbox.taken.next()).event.id, id);
      await inbox.stop();
      const next = await openInbox(directory, { after });
      writeFileSync(join(directory, 'b.json'), fire);
      assert.equal((await next.taken.next()).file, 'b.json');
    });

    it('takes what a killed process had taken at the next listing, though it watched before', async (t) => {
      const directory = await temporaryDirectory(t);
      const ids = new Arrivals<string>();
      const child = await inboxProcess(directory, after, (id) => {
        ids.push(id);
      });
      atEnd(t, () => child.kill('SIGKILL'));
      writeFileSync(join(directory, 'a.tmp'), fire);
      const { mtimeMs } = statSync(join(directory, 'a.tmp'));
      renameSync(join(directory, 'a.tmp'), join(directory, 'a.json'));
      const id = await ids.next();
      // So late, its file would pass for one that was moved here.
      const clock = new FakeClock(mtimeMs / 1000 + 60);
      const inbox = await openInbox(directory, { after }, clock);
      child.kill('SIGKILL');
      await once(child, 'exit');

      while (inbox.taken.all.length === 0) await clock.advance(30);

      const { event, file } = await inbox.taken.next();
      assert.deepEqual({ file, id: event.id, ts: event.ts }, { file: 'a.json', id, ts: mtimeMs / 1000 });
    });
  });
}

describe('runInbox: files that stay', () => {
  afterEach(stopInboxes);

  it('takes a file again only when its content changed', async (t) => {
    const directory = await temporaryDirectory(t);
    const path = join(directory, 'latest.json');
    const inbox = await openInbox(directory, { after: 'leave' });

    writeFileSync(path, numbered(1));
    await inbox.taken.next();
    await utimes(path, 1, 1);
    writeFileSync(path, numbered(2));
    await inbox.taken.next();
    await inbox.stop();

    assert.deepEqual(
      inbox.taken.all.map(({ event }) => event.number),
      [1, 2],
    );
    assert.equal((await readdir(join(directory, '.taken'))).length, 1);
  });

  it('takes files once from a directory that it may only read, also after a restart', async (t) => {
    const directory = await temporaryDirectory(t);
    // Nothing keeps root from writing.
    const nobody = process.getuid?.() === 0 ? 65_534 : undefined;
    atEnd(t, async () => {
      await chmod(directory, 0o755);
      await rm(`${directory}.state`, { recursive: true, force: true });
    });
    const files = new Arrivals<string>();
    const takeNext = async (name: string) => {
      await chmod(directory, 0o755);
      writeFileSync(join(directory, `${name}.json`), JSON.stringify({ type: 'fire', id: name }));
      await chmod(directory, 0o555);
      const take = (id: string) => {
        files.push(id);
      };
      const child = await inboxProcess(directory, 'leave', take, { uid: nobody, handle: true });
      atEnd(t, () => child.kill('SIGKILL'));
      while (!files.all.includes(name)) await files.next();
      child.kill('SIGTERM');
      await once(child, 'exit');
    };

    await takeNext('first');
    await takeNext('second');

    assert.deepEqual(files.all, ['first', 'second']);
    assert.deepEqual((await readdir(directory)).sort(), ['first.json', 'second.json']);
  });

  it('leaves what it refuses, and says so once', async (t) => {
    const directory = await temporaryDirectory(t);
    await writeFile(join(directory, 'bad.json'), '{}');
    const first = await openInbox(directory, { after: 'leave' });
    await first.refused.next();
    await first.stop();

    const second = await openInbox(directory, { after: 'leave' });
    await writeFile(join(directory, 'good.json'), fire);
    await second.taken.next();

    assert.deepEqual(second.refused.all, []);
    assert.deepEqual((await readdir(directory)).sort(), ['.taken', 'bad.json', 'good.json']);
  });
});
