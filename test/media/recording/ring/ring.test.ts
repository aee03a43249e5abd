import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import files, { existsSync } from 'node:fs';
import fs, { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { Ring } from '../../../../nodes/lib/recording/ring/ring';
import { SegmentLog } from '../../../../nodes/lib/recording/ring/segment-log';
import type { Retention } from '../../../../nodes/lib/recording/ring/retention';
import type { Segment } from '../../../../nodes/lib/recording/segment';
import { atEnd } from '../../../support/at-end';
import { FakeClock, settle } from '../../../support/fake-clock';
import { temporaryDirectory } from '../../../support/flow';

const START = 1_700_000_000;
const RUN = `${START}-abcdef`;
const UNLIMITED: Retention = { maxAge: 0, maxBytes: 0, minFreeBytes: 0 };

async function openRing(t: TestContext, directory: string, retention: Partial<Retention> = {}) {
  const clock = new FakeClock(START);
  const failures: unknown[] = [];
  const ring = await Ring.open({
    directory,
    segmentSeconds: 10,
    retention: { ...UNLIMITED, ...retention },
    clock,
    onError: (error) => failures.push(error),
  });
  atEnd(t, async () => {
    await ring.close();
    assert.deepEqual(failures, []);
  });
  return { ring, clock, failures };
}

/** Puts a finished file of a recorder into the ring. */
async function adopt(ring: Ring, from: number, number = 0, bytes = 100): Promise<Segment> {
  const path = join(ring.workDirectory, 'work.mp4');
  // Its times make it as long as asked for.
  await writeFile(path, Buffer.alloc(bytes - 72));
  return ring.adopt(path, { from, to: from + 10, run: RUN, number, measured: true });
}

/** A file as another program writes it. */
async function foreign(directory: string, second: number, modified: number): Promise<void> {
  const path = join(directory, `seg_${second}.mp4`);
  await writeFile(path, 'x');
  await utimes(path, modified, modified);
}

/** Arguments of `unshare` for a program that gets no watch of inotify. */
const NO_WATCHES = (...program: string[]) => [
  ...['--user', '--map-root-user', 'sh', '-c'],
  ...['echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"', 'sh', ...program],
];

/** Holds up each look at a directory until the test lets it go on; what it has seen is old then. */
function slowLooks(t: TestContext) {
  const begun: (() => void)[] = [];
  const testEnd = new AbortController();
  atEnd(t, () => {
    testEnd.abort();
  });
  const beginnings = new EventEmitter();
  const { readdir } = fs;
  const state = {
    running: 0,
    /** Resolves with what lets the next look go on. */
    async next(): Promise<() => void> {
      if (begun.length === 0) await once(beginnings, 'look');
      return begun.shift() ?? assert.fail();
    },
  };
  const slow = async (path: string) => {
    if (path.endsWith('.recording')) return readdir(path);
    state.running += 1;
    const names = await readdir(path);
    await new Promise<void>((resolve) => {
      begun.push(resolve);
      testEnd.signal.addEventListener('abort', () => {
        resolve();
      });
      beginnings.emit('look');
    });
    state.running -= 1;
    return names;
  };
  t.mock.method(fs, 'readdir', slow as typeof readdir);
  return state;
}

/** Resolves when the ring wants to look soon, since something has changed. */
function nextNews(t: TestContext, clock: FakeClock): Promise<void> {
  return new Promise((resolve) => {
    t.mock.method(clock, 'after', (seconds: number, callback: () => void) => {
      if (seconds < 1) resolve();
      return FakeClock.prototype.after.call(clock, seconds, callback);
    });
  });
}

const starts = (segments: readonly Segment[]) => segments.map(({ from }) => from);

describe('Ring', () => {
  it('names segments after their second, never replaces one, and finds them by window', async (t) => {
    const directory = await temporaryDirectory(t);
    const { ring } = await openRing(t, directory);
    const seen: string[] = [];
    const end = ring.onSegment(({ name }) => seen.push(name));

    const first = await adopt(ring, START + 0.25);
    const second = await adopt(ring, START + 0.75);
    end();
    await adopt(ring, START + 20);

    assert.deepEqual([first.name, second.name], [`seg_${START}.mp4`, `seg_${START + 1}.mp4`]);
    assert.deepEqual(seen, [first.name, second.name]);
    assert.deepEqual(starts(await ring.window(START + 5, START + 20)), [START + 0.25, START + 0.75]);
    assert.deepEqual(await readdir(ring.workDirectory), []);
  });

  it('knows since when a segment is open, and before anyone hears that it has closed', async (t) => {
    const directory = await temporaryDirectory(t);
    const { ring } = await openRing(t, directory);
    assert.equal(ring.openSince(), undefined);

    ring.setOpen(START);
    const heard: unknown[] = [];
    ring.onSegment(() => heard.push(ring.openSince()));
    await adopt(ring, START);
    assert.deepEqual(heard, [START + 10]);

    ring.setOpen(undefined);
    assert.equal(ring.openSince(), undefined);
  });

  it('knows since when another process has a segment open', async (t) => {
    const directory = await temporaryDirectory(t);
    const run = join(directory, '.recording', `${START}-abcdef`);
    await mkdir(run, { recursive: true });
    await writeFile(join(run, '000000.mp4'), 'x');
    await utimes(join(run, '000000.mp4'), START - 9, START - 9);
    assert.equal((await openRing(t, directory)).ring.openSince(), undefined, 'it was left behind');

    const { birthtimeMs } = await stat(join(run, '000000.mp4'));
    await utimes(join(run, '000000.mp4'), START - 1, START - 1);
    assert.equal((await openRing(t, directory)).ring.openSince(), birthtimeMs / 1000);

    await foreign(directory, START - 4, START - 1);
    assert.equal((await openRing(t, directory)).ring.openSince(), START - 4, 'one of another program');
  });

  it('does not replace a file that it did not know', async (t) => {
    const directory = await temporaryDirectory(t);
    const { ring } = await openRing(t, directory);
    await writeFile(join(directory, `seg_${START}.mp4`), 'precious');

    assert.equal((await adopt(ring, START)).name, `seg_${START + 1}.mp4`);
    assert.equal(await readFile(join(directory, `seg_${START}.mp4`), 'utf8'), 'precious');
  });

  it('knows the measured times after a restart, whether its index is there, cut off or lost', async (t) => {
    const directory = await temporaryDirectory(t);
    const { ring } = await openRing(t, directory);
    const segments = [await adopt(ring, START + 0.5), await adopt(ring, START + 10.5, 1)];
    const path = join(ring.workDirectory, 'slow.mp4');
    await writeFile(path, 'film');
    const clock = { rate: 0.84, timeError: 0.35 };
    const span = { from: START + 20.5, to: START + 30.5 };
    segments.push(await ring.adopt(path, { ...span, ...clock, run: RUN, number: 2, measured: true }));
    await ring.close();

    const index = join(directory, '.segments.jsonl');
    assert.deepEqual((await openRing(t, directory)).ring.segments, segments);

    await writeFile(index, (await readFile(index, 'utf8')).slice(0, -20));
    assert.deepEqual((await openRing(t, directory)).ring.segments, segments);

    await rm(index);
    assert.deepEqual((await openRing(t, directory)).ring.segments, segments);
    const again = (await readFile(index, 'utf8')).trim().split('\n');
    assert.equal(again.length, 3, 'it was written anew');
  });

  it('takes nothing in without a sane time', async (t) => {
    const { ring } = await openRing(t, await temporaryDirectory(t));
    for (const from of [Infinity, NaN, -1, 1e12]) await assert.rejects(adopt(ring, from), RangeError);
    const path = join(ring.workDirectory, 'work.mp4');
    const times = { from: START, to: START - 1, run: RUN, number: 0, measured: true };
    await assert.rejects(ring.adopt(path, times), RangeError);
    assert.deepEqual(ring.segments, []);
  });

  it('loses no line but the one that a power cut tore', async (t) => {
    const directory = await temporaryDirectory(t);
    const { ring } = await openRing(t, directory);
    const segments = [await adopt(ring, START + 0.5), await adopt(ring, START + 10.5, 1)];
    const index = join(directory, '.segments.jsonl');
    await writeFile(index, (await readFile(index, 'utf8')).slice(0, -20));
    segments.push(await adopt(ring, START + 20.5, 2));

    const known = await new SegmentLog(directory).read();
    assert.deepEqual([...known.values()], [segments[0], segments[2]]);
  });

  it('ignores what an index says of files that are gone, and lines that are none', async (t) => {
    const directory = await temporaryDirectory(t);
    const line = { name: 'seg_1.mp4', from: 1, to: 2, bytes: 3, run: '', number: 0 };
    const endless = { ...line, name: 'seg_2.mp4', from: 2, to: 1e99 };
    await writeFile(join(directory, 'seg_2.mp4'), '');
    const evil = { ...line, name: '../../etc/passwd' };
    const text = [line, evil, endless, { ...line, from: null }, 7]
      .map((entry) => JSON.stringify(entry))
      .join('\n');
    await writeFile(join(directory, '.segments.jsonl'), `${text}\nnot json`);
    assert.deepEqual((await openRing(t, directory)).ring.segments, []);
  });

  it('takes a directory of the seed recorder as it is, and follows it while it is recorded', async (t) => {
    const directory = await temporaryDirectory(t);
    await foreign(directory, START - 20, START - 9.5);
    await foreign(directory, START - 10, START - 1);
    await writeFile(join(directory, 'notes.txt'), 'left alone');
    const { ring, clock } = await openRing(t, directory);
    assert.deepEqual(starts(ring.segments), [START - 20]);

    const closed = new Promise<Segment>((resolve) => ring.onSegment(resolve));
    await foreign(directory, START, START);
    await clock.advance(10);
    const segment = await closed;

    assert.deepEqual([segment.from, segment.to], [START - 9.5, START - 1]);
    assert.ok(existsSync(join(directory, 'notes.txt')));
  });

  it('forgets segments that somebody deleted', async (t) => {
    const directory = await temporaryDirectory(t);
    const { ring, clock } = await openRing(t, directory);
    const { name } = await adopt(ring, START);
    await rm(join(directory, name));
    await clock.advance(30);
    await ring.close();
    assert.deepEqual(ring.segments, []);
  });

  it('leaves no watch behind when it cannot be opened', async (t) => {
    const directory = await temporaryDirectory(t);
    await foreign(directory, START - 10, START - 1);
    await mkdir(join(directory, '.segments.jsonl'));
    const { watch } = files;
    const ends: Promise<unknown>[] = [];
    t.mock.method(files, 'watch', ((path: string, listener: () => void) => {
      const watcher = watch(path, listener);
      ends.push(once(watcher, 'close'));
      return watcher;
    }) as typeof watch);

    await assert.rejects(openRing(t, directory), { code: 'EISDIR' });
    assert.equal(ends.length, 1);
    await ends[0];
  });

  it('looks once at a time, and keeps what is adopted meanwhile', async (t) => {
    const directory = await temporaryDirectory(t);
    const { ring, clock } = await openRing(t, directory);
    const told: string[] = [];
    ring.onSegment((segment) => told.push(segment.name));
    const looks = slowLooks(t);
    const news = nextNews(t, clock);

    await clock.advance(30);
    const first = await looks.next();
    const { name } = await adopt(ring, START);
    await foreign(directory, START - 10, START - 1);
    await news;
    await clock.advance(1);
    // As long as a second look would have needed to begin.
    for (let times = 0; times < 3; times++) await ring.prepare();
    assert.equal(looks.running, 1);

    first();
    (await looks.next())();
    await ring.close();
    assert.deepEqual(told, [name, `seg_${START - 10}.mp4`]);
    assert.deepEqual(starts(ring.segments), [START - 10, START]);
  });

  it('looks again soon for news that come during a look', async (t) => {
    const directory = await temporaryDirectory(t);
    const { ring, clock } = await openRing(t, directory);
    const looks = slowLooks(t);
    const news = nextNews(t, clock);

    await clock.advance(30);
    const first = await looks.next();
    await foreign(directory, START - 10, START - 1);
    await news;
    first();
    await settle();
    await clock.advance(1);
    (await looks.next())();
    await ring.close();

    assert.deepEqual(starts(ring.segments), [START - 10]);
  });

  it('deletes the oldest that no clip needs, and the files with them', async (t) => {
    const directory = await temporaryDirectory(t);
    const { ring } = await openRing(t, directory, { maxBytes: 200 });
    for (let number = 0; number < 5; number++) await adopt(ring, START + 10 * number, number);
    ring.pin('clip', START + 12, START + 13);

    assert.equal((await ring.trim()).missingBytes, 0);
    assert.deepEqual(starts(ring.segments), [START + 10, START + 40]);
    assert.equal((await readdir(directory)).filter((name) => name.startsWith('seg_')).length, 2);

    ring.pin('clip', START, START + 100);
    await adopt(ring, START + 50);
    assert.equal((await ring.trim()).missingBytes, 100);
    ring.unpin('clip');
    assert.equal((await ring.trim()).missingBytes, 0);
    assert.deepEqual(starts(ring.segments), [START + 40, START + 50]);
  });

  it('makes its directory anew when it was removed, and goes on', async (t) => {
    const directory = await temporaryDirectory(t);
    const { ring } = await openRing(t, directory);
    await adopt(ring, START);
    await rm(directory, { recursive: true });

    await ring.prepare();
    await adopt(ring, START + 10);

    assert.ok(existsSync(join(directory, `seg_${START + 10}.mp4`)));
  });

  it('lists footage when the index cannot take a line more, says so once, and writes it anew when it can', async (t) => {
    const directory = await temporaryDirectory(t);
    const { ring, failures } = await openRing(t, directory);
    const index = join(directory, '.segments.jsonl');
    await mkdir(index);

    const segments = [await adopt(ring, START), await adopt(ring, START + 10, 1)];
    await ring.trim();

    assert.deepEqual(ring.segments, segments);
    const [error, ...more] = failures.splice(0);
    assert.match(String(error), /The index of .* cannot be written \(EISDIR: .*\); recording continues/);
    assert.deepEqual(more, []);

    await rm(index, { recursive: true });
    segments.push(await adopt(ring, START + 20, 2));
    await ring.trim();
    await ring.close();
    assert.deepEqual((await openRing(t, directory)).ring.segments, segments);
  });

  it(
    'says once that no watch is left, and looks for itself',
    { skip: spawnSync('unshare', NO_WATCHES('true')).status === 0 ? false : 'needs user namespaces' },
    async (t) => {
      const directory = await temporaryDirectory(t);
      const script = `
        const { Ring } = require('./nodes/lib/recording/ring/ring');
        const { systemClock: clock } = require('./nodes/lib/time/clock');
        const retention = { maxAge: 0, maxBytes: 0, minFreeBytes: 0 };
        const say = (...words) => console.log(...words);
        void Ring.open({ directory: process.argv[1], segmentSeconds: 1, retention, clock, onError: say, onWarning: say })
          .then((ring) => ring.onSegment(({ name }) => say(name)))
          .then(() => say('open'));
      `;
      const program = [process.execPath, '--import', 'tsx', '-e', script, directory];
      const child = spawn('unshare', NO_WATCHES(...program), { stdio: ['ignore', 'pipe', 'inherit'] });
      atEnd(t, () => child.kill('SIGKILL'));
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      const next = async () => String((await lines.next()).value);

      assert.match(await next(), /cannot be watched .* every 1 s instead/);
      // What is there before the ring is open is listed, and not told.
      assert.equal(await next(), 'open');
      for (const second of [START, START + 1]) {
        await foreign(directory, second, START + 5);
        assert.equal(await next(), `seg_${second}.mp4`);
      }
    },
  );

  it('says which directory it cannot use', async (t) => {
    const path = join(await temporaryDirectory(t), 'file');
    await writeFile(path, '');
    await assert.rejects(openRing(t, path), { code: 'directory' });
  });
});
