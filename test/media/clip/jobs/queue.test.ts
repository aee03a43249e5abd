import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ToolError, V2xError } from '../../../../nodes/lib/errors';
import { finishedJobs } from '../../../../nodes/lib/clip/jobs/job-files';
import type { ClipJob } from '../../../../nodes/lib/clip/jobs/job-store';
import type { ClipPreview, FinishedClip, MakeOptions } from '../../../../nodes/lib/clip/maker';
import { ClipQueue, type ClipObserver, type ClipProgress } from '../../../../nodes/lib/clip/jobs/queue';
import type { ClipRequest } from '../../../../nodes/lib/clip/jobs/request';
import type { Segment } from '../../../../nodes/lib/recording/segment';
import { atEnd } from '../../../support/at-end';
import { FakeClock, settle } from '../../../support/fake-clock';
import { temporaryDirectory } from '../../../support/flow';
import { FakeRing } from '../../../support/footage/footage';

const T0 = 1_700_000_000;
const PREVIEW = { path: 'preview.mp4', snapshot: 'preview.jpg', image: Buffer.of(), from: T0 - 8, to: T0 };
const CLIP = { path: 'accident.mp4' } as FinishedClip;

function request(id = 'crash', t0 = T0): ClipRequest {
  return { id, t0, pre: 8, post: 6, event: { type: 'collision', id }, context: { file: `${id}.json` } };
}

function segment(from: number): Segment {
  const name = `seg_${from}.mp4`;
  return { name, from, to: from + 10, bytes: 1, run: 'a', number: from, measured: true };
}

/** Cuts when told to, so that a test can stop anywhere. */
class FakeMaker {
  readonly archive = '/archive';
  readonly asked: { request: ClipRequest; options: MakeOptions; finish: (error?: Error) => void }[] = [];
  /** What a clip that is cut has to wait for before it is whole. */
  check = Promise.resolve();
  /** What a preview has to wait for. */
  shown = Promise.resolve(PREVIEW);
  private readonly calls = new EventEmitter();

  cut(asked: ClipRequest, options: MakeOptions): Promise<() => Promise<FinishedClip>> {
    const { check } = this;
    return new Promise((resolve, reject) => {
      const finish = (error?: Error) => {
        options.signal.removeEventListener('abort', onAbort);
        if (error) reject(error);
        else resolve(() => check.then(() => CLIP));
      };
      const onAbort = () => {
        finish(new Error('aborted'));
      };
      options.signal.addEventListener('abort', onAbort);
      this.asked.push({ request: asked, options, finish });
      this.calls.emit('call');
    });
  }

  readonly removed: string[] = [];

  remove(path: string): Promise<void> {
    this.removed.push(path);
    return Promise.resolve();
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  preview(): Promise<ClipPreview> {
    return this.shown;
  }

  async call(n: number) {
    while (this.asked.length <= n) await once(this.calls, 'call');
    return this.asked[n];
  }
}

class Witness implements ClipObserver {
  readonly progressed: ClipProgress[] = [];
  readonly over: string[] = [];
  readonly errors: unknown[] = [];
  private readonly changes = new EventEmitter();

  progress(_job: ClipJob, progress: ClipProgress): void {
    this.progressed.push(progress);
    this.changes.emit('change');
  }

  finished({ request: { id } }: ClipJob): void {
    this.over.push(`${id} finished`);
    this.changes.emit('change');
  }

  failed({ request: { id } }: ClipJob, error: unknown, final: boolean): void {
    this.errors.push(error);
    this.over.push(`${id} ${final ? 'failed' : 'fails'}: ${String(error)}`);
    this.changes.emit('change');
  }

  damaged(path: string): void {
    this.over.push(`damaged ${path}`);
  }

  async state(state: ClipProgress['state']): Promise<ClipProgress> {
    for (;;) {
      const found = this.progressed.find((progress) => progress.state === state);
      if (found) return found;
      await once(this.changes, 'change');
    }
  }

  async outcome(n = 0): Promise<string> {
    while (this.over.length <= n) await once(this.changes, 'change');
    return this.over[n];
  }
}

async function setUp(t: TestContext, segments: readonly Segment[] = []) {
  const queues: ClipQueue[] = [];
  const directory = await temporaryDirectory(t);
  atEnd(t, () => Promise.all(queues.map((queue) => queue.close())));
  const ring = new FakeRing('/rec', 10, segments);
  const clock = new FakeClock(T0);
  const open = async () => {
    const maker = new FakeMaker();
    const observer = new Witness();
    const queue = new ClipQueue({
      directory,
      ring,
      maker,
      observer,
      parallelCuts: 1,
      clock,
      random: () => 0,
    });
    await queue.open();
    queues.push(queue);
    return { queue, maker, observer };
  };
  return { directory, ring, clock, open };
}

/** The ids of finished jobs that a cancel dropped. */
async function droppedIn(directory: string): Promise<string[]> {
  return (await finishedJobs(directory)).flatMap(({ request }) => (request?.dropped ? request.id : []));
}

/** What there is of jobs that are not finished. */
async function jobsIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => !['done', '.lock'].includes(name));
}

describe('ClipQueue', () => {
  it('waits for the segment that ends after the window, and counts down', async (t) => {
    const { ring, clock, open } = await setUp(t, [segment(T0 - 10)]);
    const { queue, maker, observer } = await open();

    await queue.accept(request());
    assert.deepEqual(await observer.state('waiting'), { state: 'waiting', left: 6 });
    await clock.advance(4);
    assert.deepEqual(observer.progressed.at(-1), { state: 'waiting', left: 2 });
    ring.close(segment(T0));

    (await maker.call(0)).finish();
    assert.equal(await observer.outcome(), 'crash finished');
  });

  it('cuts what there is when no segment closes in time', async (t) => {
    const { clock, open } = await setUp(t, [segment(T0 - 10)]);
    const { queue, maker, observer } = await open();

    await queue.accept(request());
    await observer.state('waiting');
    await clock.advance(6 + 29);
    assert.equal(maker.asked.length, 0);
    await clock.advance(1);

    assert.equal((await maker.call(0)).request.id, 'crash');
  });

  it('waits for a segment that is much longer than it should be, and cuts what there is when it is given up', async (t) => {
    for (const end of ['closes', 'is given up']) {
      const { ring, clock, open } = await setUp(t, [segment(T0 - 15)]);
      const { queue, maker, observer } = await open();
      ring.open = T0 - 5;

      await queue.accept(request());
      await observer.state('waiting');
      await clock.advance(54);
      assert.equal(maker.asked.length, 0);
      if (end === 'closes') ring.close({ ...segment(T0 - 5), to: T0 + 55 });
      else ring.open = undefined;
      await clock.advance(30);

      assert.equal((await maker.call(0)).request.id, 'crash');
    }
  });

  it('cuts after a restart only when the recorder had time to bring what it left behind', async (t) => {
    const { ring, clock, open } = await setUp(t, [segment(T0 - 300)]);
    const { queue, maker, observer } = await open();

    await queue.accept(request('before', T0 - 100));
    await observer.state('waiting');
    await clock.advance(10);
    assert.equal(maker.asked.length, 0);
    ring.close({ ...segment(T0 - 130), to: T0 - 70 });

    assert.equal((await maker.call(0)).request.id, 'before');
  });

  it('waits all the same when a clock that was set back has left footage of a time to come', async (t) => {
    const { ring, clock, open } = await setUp(t, [segment(T0 - 10), segment(T0 + 9 * 3600)]);
    const { queue, maker, observer } = await open();

    await queue.accept(request());
    await observer.state('waiting');
    ring.close(segment(T0 + 5 * 3600));
    await clock.advance(9);
    assert.equal(maker.asked.length, 0);
    ring.close(segment(T0));

    assert.ok(await maker.call(0));
  });

  it('cuts a late event at once', async (t) => {
    const { open } = await setUp(t, [segment(T0 - 100), segment(T0)]);
    const { queue, maker } = await open();

    await queue.accept(request('late', T0 - 95));

    assert.equal((await maker.call(0)).request.id, 'late');
  });

  it('shows a preview as soon as the segment with T0 has closed', async (t) => {
    const { ring, clock, open } = await setUp(t, []);
    const { queue, maker, observer } = await open();

    await queue.accept(request());
    await observer.state('waiting');
    ring.close(segment(T0 - 7));
    assert.deepEqual(await observer.state('preview'), { state: 'preview', ...PREVIEW });
    assert.equal(maker.asked.length, 0);
    await clock.advance(13);
    ring.close(segment(T0 + 3));

    assert.ok(await maker.call(0));
  });

  it('needs no preview when the whole window is there', async (t) => {
    const { open } = await setUp(t, [segment(T0)]);
    const { queue, maker, observer } = await open();

    await queue.accept(request());
    await maker.call(0);

    assert.ok(!observer.progressed.some(({ state }) => state === 'preview'));
  });

  it('pins the window until the clip is there', async (t) => {
    const { ring, open } = await setUp(t, [segment(T0)]);
    const { queue, maker, observer } = await open();

    await queue.accept(request());
    const call = await maker.call(0);
    assert.deepEqual([...ring.pins.values()], [{ from: T0 - 8, to: T0 + 6 }]);
    call.finish();
    await observer.outcome();
    await queue.close();

    assert.equal(ring.pins.size, 0);
  });

  it('accepts an event once: while it waits, when it is done, and after a restart', async (t) => {
    const { open } = await setUp(t, [segment(T0)]);
    const { queue, maker, observer } = await open();

    assert.deepEqual(await Promise.all([queue.accept(request()), queue.accept(request())]), [true, false]);
    (await maker.call(0)).finish();
    await observer.outcome();
    assert.equal(await queue.accept(request()), false);
    await queue.close();

    const { queue: reopened, maker: idle } = await open();
    assert.equal(await reopened.accept(request()), false);
    assert.equal(idle.asked.length, 0);
  });

  for (const step of ['waiting', 'cutting'] as const) {
    it(`goes on after a restart while ${step}`, async (t) => {
      const { ring, open } = await setUp(t, step === 'waiting' ? [] : [segment(T0)]);
      const before = await open();
      await before.queue.accept(request());
      await before.observer.state(step);
      await before.queue.close();
      assert.deepEqual(before.observer.over, []);

      const { maker, observer } = await open();
      await observer.state(step);
      if (step === 'waiting') ring.close(segment(T0));
      const call = await maker.call(0);
      assert.deepEqual(call.request, request());
      call.finish();

      assert.equal(await observer.outcome(), 'crash finished');
    });
  }

  it('takes a new incident under an id that was used before, also after a restart, but no late update', async (t) => {
    const { open } = await setUp(t, [segment(T0 - 200), segment(T0 - 10), segment(T0)]);
    const first = await open();
    await first.queue.accept(request('tunnel-7', T0 - 195));
    (await first.maker.call(0)).finish();
    await first.observer.outcome();
    await first.queue.close();
    const { queue, maker, observer } = await open();

    assert.equal(await queue.accept(request('tunnel-7', T0 - 6), false), false);
    assert.equal(await queue.accept(request('tunnel-7', T0 - 6)), true);
    assert.equal(await queue.accept(request('tunnel-7', T0 - 5)), false);

    (await maker.call(0)).finish();
    assert.equal(await observer.outcome(), 'tunnel-7 finished');
    assert.equal(await queue.accept(request('tunnel-7', T0 - 5)), false);
  });

  it('waits for several windows at a time and cuts one at a time', async (t) => {
    const { ring, open } = await setUp(t);
    const { queue, maker, observer } = await open();

    await queue.accept(request('a'));
    await queue.accept(request('b'));
    ring.close(segment(T0));
    const first = await maker.call(0);
    await settle();
    assert.equal(maker.asked.length, 1);
    first.finish();
    (await maker.call(1)).finish();

    await observer.outcome(1);
    assert.deepEqual(observer.over.sort(), ['a finished', 'b finished']);
  });

  it('tries again after a failure that may pass, and lets others go first meanwhile', async (t) => {
    const { clock, open } = await setUp(t, [segment(T0)]);
    const { queue, maker, observer } = await open();

    await queue.accept(request('a'));
    (await maker.call(0)).finish(new V2xError('ffmpeg', 'ffmpeg failed'));
    assert.equal(await observer.outcome(), 'a fails: V2xError: ffmpeg failed');
    await queue.accept(request('b'));
    (await maker.call(1)).finish();
    assert.equal(await observer.outcome(1), 'b finished');
    await clock.advance(1);
    (await maker.call(2)).finish();

    assert.equal(await observer.outcome(2), 'a finished');
  });

  for (const [who, error] of [
    ['the system', Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })],
    ['the thread that joins', new V2xError('ENOSPC', 'ENOSPC: no space left on device, writev')],
    ['ffmpeg', new V2xError('ffmpeg', 'ffmpeg did not finish clip.mp4: No space left on device')],
  ] as const) {
    it(`names the archive when ${who} finds its disk full, and what to do, and tries again`, async (t) => {
      const { clock, open } = await setUp(t, [segment(T0)]);
      const { queue, maker, observer } = await open();

      await queue.accept(request());
      (await maker.call(0)).finish(error);
      assert.match(
        await observer.outcome(),
        /^crash fails: .*\/archive is full.*; free disk space, or lower/,
      );
      assert.equal((observer.errors[0] as V2xError).code, 'space');
      await clock.advance(2);
      (await maker.call(1)).finish();

      assert.equal(await observer.outcome(1), 'crash finished');
    });
  }

  it('goes on with its end when the disk takes a clip, and not the word that it is there', async (t) => {
    const { directory, clock, open } = await setUp(t, [segment(T0)]);
    const { queue, maker, observer } = await open();
    const done = join(directory, 'done');
    await queue.accept(request());
    await rm(done, { recursive: true });
    (await maker.call(0)).finish();
    assert.match(await observer.outcome(), /^crash fails: .*ENOENT/);

    await mkdir(done);
    await clock.advance(2);
    (await maker.call(1)).finish();
    assert.equal(await observer.outcome(1), 'crash finished');
    await queue.close();

    assert.equal((await readdir(done)).length, 1);
    assert.deepEqual(await jobsIn(directory), []);
  });

  it('gives up where there is no footage', async (t) => {
    const { directory, ring, open } = await setUp(t, [segment(T0)]);
    const { queue, maker, observer } = await open();

    await queue.accept(request());
    (await maker.call(0)).finish(new V2xError('no-footage', 'nothing there'));

    assert.equal(await observer.outcome(), 'crash failed: V2xError: nothing there');
    await queue.close();
    assert.equal(ring.pins.size, 0);
    assert.deepEqual(await jobsIn(directory), []);
  });

  it('drops a job that waits or is cut, and never takes its event again', async (t) => {
    for (const step of ['waiting', 'cutting'] as const) {
      const { directory, ring, open } = await setUp(t, step === 'waiting' ? [] : [segment(T0)]);
      const { queue, observer } = await open();
      await queue.accept(request());
      await observer.state(step);

      assert.equal(await queue.drop('crash'), true);

      assert.deepEqual(observer.progressed.at(-1), { state: 'dropped' });
      assert.deepEqual(observer.over, []);
      assert.equal(ring.pins.size, 0);
      assert.deepEqual(await jobsIn(directory), []);
      assert.deepEqual(await droppedIn(directory), ['crash']);
      assert.equal(await queue.accept(request()), false);
      await queue.close();
    }
  });

  it('drops a finished clip once, also after a restart, and nothing of an unknown event', async (t) => {
    const { directory, open } = await setUp(t, [segment(T0)]);
    const before = await open();
    await before.queue.accept(request());
    (await before.maker.call(0)).finish();
    await before.observer.outcome();
    await before.queue.close();

    const { queue, maker } = await open();
    assert.equal(await queue.drop('other'), false);
    assert.equal(await queue.drop('crash'), true);
    assert.equal(await queue.drop('crash'), false);

    assert.deepEqual(maker.removed, ['accident.mp4']);
    assert.deepEqual(await droppedIn(directory), ['crash']);
  });

  for (const step of ['preview', 'cut', 'check'] as const) {
    it(`drops a job at once that waits for the ${step} of another, and takes further events`, async (t) => {
      const { ring, open } = await setUp(t, step === 'preview' ? [] : [segment(T0)]);
      const { queue, maker } = await open();
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      atEnd(t, () => {
        release();
      });
      if (step === 'preview') maker.shown = held.then(() => PREVIEW);
      if (step === 'check') maker.check = held;
      await queue.accept(request('a'));
      await queue.accept(request('b'));
      if (step === 'preview') ring.close(segment(T0 - 7));
      if (step === 'check') for (const n of [0, 1]) (await maker.call(n)).finish();
      await settle();

      assert.deepEqual(await Promise.all([queue.drop('b'), queue.accept(request('c'))]), [true, true]);
    });
  }

  it('sets a damaged job aside and goes on with the others', async (t) => {
    const { directory, open } = await setUp(t);
    const { queue } = await open();
    await queue.accept(request());
    await queue.close();
    const damaged = join(directory, `${'0'.repeat(32)}.json`);
    await writeFile(damaged, '{"id": 1}');

    const { observer } = await open();

    assert.deepEqual(observer.over, [`damaged ${damaged}.damaged`]);
    assert.ok(await observer.state('waiting'));
  });

  it('has its jobs alone, says so to another process, and lets it take over', async (t) => {
    const { directory, open } = await setUp(t, [segment(T0)]);
    const first = await open();
    await first.queue.accept(request());
    await first.maker.call(0);

    await assert.rejects(open(), { code: 'in-use', message: new RegExp(`clips of ${directory}; end it`) });
    await first.queue.close();
    await assert.rejects(first.queue.accept(request('late')), { code: 'closed' });
    const { maker, observer } = await open();
    (await maker.call(0)).finish();

    assert.equal(await observer.outcome(), 'crash finished');
  });

  it('never makes a path of an event id', async (t) => {
    const { directory, open } = await setUp(t);
    const { queue } = await open();

    await queue.accept(request('../../etc/passwd'));

    const names = await jobsIn(directory);
    assert.equal(names.length, 1);
    assert.match(names[0], /^[0-9a-f]{32}\.json$/);
  });

  it('cuts the next clip while one is checked', async (t) => {
    const { open } = await setUp(t, [segment(T0)]);
    const { queue, maker, observer } = await open();
    let checked: () => void = () => undefined;
    maker.check = new Promise((resolve) => (checked = resolve));
    await queue.accept(request('a'));
    const first = await maker.call(0);
    maker.check = Promise.resolve();
    await queue.accept(request('b'));
    first.finish();

    const second = await maker.call(1);
    assert.equal(second.request.id, 'b');
    assert.deepEqual(observer.over, []);
    checked();
    await observer.outcome();
    second.finish();

    await observer.outcome(1);
    assert.deepEqual(observer.over, ['a finished', 'b finished']);
  });

  it('gives up what ffmpeg refuses again and again, and says so', async (t) => {
    const { directory, ring, clock, open } = await setUp(t, [segment(T0)]);
    const { queue, maker, observer } = await open();
    await queue.accept(request());
    for (let n = 0; n < 8; n += 1) {
      (await maker.call(n)).finish(new ToolError('ffmpeg', 'ffmpeg failed (1)', 1, undefined));
      await observer.outcome(n);
      await clock.advance(300);
    }

    assert.equal(observer.over.filter((line) => line.startsWith('crash fails')).length, 7);
    assert.match(observer.over[7], /^crash failed: .*given up after 8 tries: ffmpeg failed/);
    await queue.close();
    assert.equal(maker.asked.length, 8);
    assert.equal(ring.pins.size, 0);
    assert.deepEqual(await jobsIn(directory), []);
  });

  it('keeps on trying when something kills ffmpeg', async (t) => {
    const { clock, open } = await setUp(t, [segment(T0)]);
    const { queue, maker, observer } = await open();
    await queue.accept(request());
    for (let n = 0; n < 10; n += 1) {
      (await maker.call(n)).finish(new ToolError('ffmpeg', 'ffmpeg failed (SIGKILL)', undefined, 'SIGKILL'));
      await observer.outcome(n);
      await clock.advance(300);
    }

    (await maker.call(10)).finish();
    assert.equal(await observer.outcome(10), 'crash finished');
  });

  it('lets event 101 wait on disk with its footage held, and makes its clip too', async (t) => {
    const { ring, open } = await setUp(t);
    const { queue, maker, observer } = await open();
    for (let n = 0; n <= 100; n += 1) assert.equal(await queue.accept(request(`event-${n}`)), true);
    assert.equal(ring.pins.size, 101);
    assert.equal(await queue.accept(request('event-100')), false);

    ring.close(segment(T0));
    for (let n = 0; n <= 100; n += 1) {
      (await maker.call(n)).finish();
      await observer.outcome(n);
    }

    assert.equal(observer.over.at(-1), 'event-100 finished');
    await queue.close();
    assert.equal(ring.pins.size, 0);
  });

  it('drops a job that waits behind a hundred others', async (t) => {
    const { directory, ring, open } = await setUp(t);
    const { queue } = await open();
    for (let n = 0; n <= 100; n += 1) await queue.accept(request(`event-${n}`));

    assert.equal(await queue.drop('event-100'), true);

    assert.equal(ring.pins.size, 100);
    assert.equal((await jobsIn(directory)).length, 100);
  });

  it('asks for a later try of what exceeds a thousand jobs', async (t) => {
    const { open } = await setUp(t);
    const { queue } = await open();
    for (let n = 0; n < 1000; n += 1) await queue.accept(request(`event-${n}`));

    await assert.rejects(queue.accept(request('one-more')), { code: 'queue-full', retry: 'later' });
    assert.equal(await queue.accept(request('event-5')), false);
  });
});
