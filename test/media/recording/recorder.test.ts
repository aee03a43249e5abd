import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readdir, readFile, stat, watch } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, it, type TestContext } from 'node:test';
import { systemClock as clock } from '../../../nodes/lib/time/clock';
import { probe } from '../../../nodes/lib/ffmpeg/probe';
import { cameraSource } from '../../../nodes/lib/camera/source';
import { record } from '../../../nodes/lib/recording/recorder';
import { Ring } from '../../../nodes/lib/recording/ring/ring';
import type { Segment } from '../../../nodes/lib/recording/segment';
import { atEnd } from '../../support/at-end';
import { temporaryDirectory } from '../../support/flow';
import { smallDisk, smallDiskMissing } from '../../support/small-disk';
import { jumpingCamera } from '../../support/camera/rtsp-jump';
import {
  readBurntTimes,
  readShownTimes,
  rtspServerMissing,
  startRtspServer,
  type RtspOptions,
} from '../../support/camera/rtsp-server';

const skip = rtspServerMissing();
const FRAME = 1 / 25;
/** Room for some seconds of the synthetic picture. */
const SMALL = '1m';

/** A recorder under test, and the segments it has given so far. */
class Recording {
  private static readonly begun = new Set<Recording>();

  /** Ends those that a failed test left running. */
  static async endAll(): Promise<void> {
    for (const recording of Recording.begun) await recording.finish().catch(() => undefined);
    Recording.begun.clear();
  }

  readonly segments: Segment[] = [];
  private readonly stop = new AbortController();
  private readonly arrivals = new EventEmitter();
  private taken = 0;
  /** Ends when the recorder does. */
  readonly end: Promise<void>;

  constructor(
    readonly ring: Ring,
    address: string,
    onWarning: (text: string) => void = unexpected,
  ) {
    const onSegment = (segment: Segment) => {
      this.segments.push(segment);
      this.arrivals.emit('segment');
    };
    const hooks = { onSegment, onRecording: () => this.arrivals.emit('recording'), onWarning };
    this.end = record(
      { source: cameraSource({ address: address }), ring, clock, ...hooks },
      this.stop.signal,
    );
    this.end.catch(() => undefined);
    Recording.begun.add(this);
  }

  /** @throws what ended the recorder, when it ended without another segment */
  async next(): Promise<Segment> {
    while (this.segments.length <= this.taken) {
      const arrival = once(this.arrivals, 'segment');
      const ended = await Promise.race([arrival.then(() => false), this.end.then(() => true)]);
      assert.ok(!ended || this.segments.length > this.taken, 'the recorder ended without another segment');
    }
    const segment = this.segments[this.taken++];
    assert.ok(segment);
    return segment;
  }

  async finish(): Promise<void> {
    this.stop.abort();
    await this.end;
  }
}

async function openRing(t: TestContext, segmentSeconds = 2, directory?: string): Promise<Ring> {
  const retention = { maxAge: 0, maxBytes: 0, minFreeBytes: 0 };
  const onError = unexpected;
  const options = {
    directory: directory ?? (await temporaryDirectory(t)),
    segmentSeconds,
    retention,
    clock,
    onError,
  };
  const ring = await Ring.open(options);
  atEnd(t, () => ring.close());
  return ring;
}

async function serve(t: TestContext, options: RtspOptions) {
  const server = await startRtspServer(options);
  atEnd(t, () => server.stop());
  return server;
}

/** Asserts that a segment's times are those burnt into its frames, within `tolerance` seconds. */
async function checkTimes(recording: Recording, segment: Segment, tolerance: number): Promise<void> {
  const path = join(recording.ring.directory, segment.name);
  const [burnt, shown] = await Promise.all([readBurntTimes(path), readShownTimes(path)]);
  assert.equal(burnt.length, shown.length);
  const from = burnt.map((time, i) => segment.from + shown[i] - shown[0] - time);
  const errors = [Math.min(...from), Math.max(...from), segment.to - FRAME - (burnt.at(-1) ?? NaN)];
  assert.ok(
    errors.every((error) => error > -2 * FRAME && error < tolerance),
    `${segment.name} is off by ${errors.map((error) => Math.round(error * 1000)).join(' and ')} ms`,
  );
}

// A recorder that neither goes on nor ends is a failure too, and must say which test it is.
describe('record', () => {
  afterEach(() => Recording.endAll());

  const cameras: Record<string, RtspOptions> = {
    'H.264 with AAC': { audio: 'aac' },
    'H.264 with G.711': { audio: 'alaw' },
    'HEVC with key frames two seconds apart': { codec: 'h265', gopSeconds: 2 },
    'H.264 with B-frames': { bFrames: 2, audio: 'alaw' },
  };
  for (const [name, options] of Object.entries(cameras)) {
    it(`knows within 100 ms when the frames of ${name} were taken`, { skip }, async (t) => {
      const camera = await serve(t, options);
      const recording = new Recording(await openRing(t), camera.url);
      const segments = [await recording.next(), await recording.next()];
      await recording.finish();
      for (const segment of segments) await checkTimes(recording, segment, 0.1);
      assert.equal(segments[0]?.to, segments[1]?.from);
      assert.deepEqual([segments[0]?.number, segments[1]?.number], [0, 1]);
    });
  }

  it('keeps what a killed ffmpeg has written, joined to the segment before', async (t) => {
    const recording = new Recording(await openRing(t), '');
    const first = await recording.next();
    const pid = await processOf(recording.ring.directory);
    assert.ok(pid);
    await grown(recording.ring.workDirectory, 60_000);
    process.kill(pid, 'SIGKILL');

    await assert.rejects(recording.end, { code: 'camera' });
    const saved = await recording.next();
    const { video } = await probe(join(recording.ring.directory, saved.name), { clock });

    assert.deepEqual([saved.run, saved.number, saved.from], [first.run, 1, first.to]);
    assert.ok(video && saved.to > saved.from);
    assert.deepEqual(await readdir(recording.ring.workDirectory), []);
  });

  it('takes in what a killed Node left, and no ffmpeg of it lives on', async (t) => {
    const directory = await temporaryDirectory(t);
    const script = `
      const { record } = require('./nodes/lib/recording/recorder');
      const { Ring } = require('./nodes/lib/recording/ring/ring');
      const { cameraSource } = require('./nodes/lib/camera/source');
      const { systemClock: clock } = require('./nodes/lib/time/clock');
      const retention = { maxAge: 0, maxBytes: 0, minFreeBytes: 0 };
      const hooks = { onError: console.log, onRecording() {}, onWarning: console.log, onSegment: () => console.log('segment') };
      void Ring.open({ directory: process.argv[1], segmentSeconds: 2, retention, clock, ...hooks })
        .then((ring) => record({ ring, clock, source: cameraSource({ address: '' }), ...hooks }, new AbortController().signal));
    `;
    const node = spawn(process.execPath, ['--import', 'tsx', '-e', script, directory], {
      cwd: resolve('.'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    atEnd(t, () => node.kill('SIGKILL'));
    const exit = once(node, 'exit');
    const [line] = (await Promise.race([once(createInterface(node.stdout), 'line'), exit])) as unknown[];
    assert.equal(line, 'segment');
    await grown(join(directory, '.recording'), 60_000);
    node.kill('SIGKILL');
    await exit;
    await gone(directory);

    const recording = new Recording(await openRing(t, 2, directory), '');
    const saved = await recording.next();
    const { segments } = recording.ring;
    const before = segments[segments.findIndex(({ name }) => name === saved.name) - 1];
    await recording.next();
    await recording.finish();
    assert.deepEqual([saved.run, saved.number, saved.from], [before.run, before.number + 1, before.to]);
  });

  const noDisk = smallDiskMissing();
  it('makes room when something else fills the disk, says so, and goes on', { skip: noDisk }, async (t) => {
    const ring = await openRing(t, 1, (await smallDisk(t, SMALL)).path);
    const warnings: string[] = [];
    const recording = new Recording(ring, '', (text) => warnings.push(text));
    const first = await recording.next();
    for (let number = 0; number < 3; number++) await recording.next();
    spawnSync('dd', ['if=/dev/zero', `of=${ring.directory}/log`, 'bs=64k'], { stdio: 'ignore' });
    for (let number = 0; number < 3; number++) await recording.next();
    await recording.finish();

    assert.match(warnings.join('\n'), /is full: the oldest segments are deleted early/);
    assert.ok(!ring.segments.some(({ name }) => name === first.name));
    const last = ring.segments.at(-1)?.name ?? '';
    assert.ok((await probe(join(ring.directory, last), { clock })).video);
  });

  it('keeps what clips need on a full disk, and says so', { skip: noDisk }, async (t) => {
    const ring = await openRing(t, 1, (await smallDisk(t, SMALL)).path);
    ring.pin('clip', 0, Infinity);
    const recording = new Recording(ring, '', () => undefined);
    const first = await recording.next();

    await assert.rejects(recording.end, { code: 'space' });
    assert.equal(ring.segments[0]?.name, first.name);
  });

  it('ends when the camera freezes, and works again when it goes on', { skip }, async (t) => {
    const camera = await serve(t, { audio: 'aac' });
    const ring = await openRing(t);
    const recording = new Recording(ring, camera.url);
    await recording.next();
    process.kill(camera.pid, 'SIGSTOP');
    await assert.rejects(recording.end, { code: 'camera' });
    process.kill(camera.pid, 'SIGCONT');

    const again = new Recording(ring, camera.url);
    const segment = await again.next();
    await again.finish();
    await checkTimes(again, segment, 0.1);
    assert.notEqual(segment.run, recording.segments[0]?.run);
  });

  for (const seconds of [3600, -3600]) {
    it(
      `begins a new run when time stamps jump by ${seconds} s, with times that stay right`,
      { skip },
      async (t) => {
        const { port } = await serve(t, {});
        const camera = await jumpingCamera(port);
        atEnd(t, () => {
          camera.stop();
        });
        const recording = new Recording(await openRing(t), camera.url);
        const first = await recording.next();
        camera.jump(seconds);
        let segment = await recording.next();
        while (segment.run === first.run || segment.number === 0) segment = await recording.next();
        await recording.finish();

        await checkTimes(recording, segment, 0.1);
        // Cut neither at every key frame nor too late; the last one of a run ends where the run does.
        const { segments } = recording;
        const lengths = segments.filter(({ run }, i) => segments[i + 1]?.run === run);
        assert.ok(lengths.length > 0);
        assert.ok(lengths.every(({ from, to }) => to - from > 1.5 && to - from < 6));
      },
    );
  }

  it('reads a directory that the seed recorder fills while it is recorded', async (t) => {
    const ring = await openRing(t);
    const arrivals = new EventEmitter();
    ring.onSegment((segment) => arrivals.emit('segment', segment));
    const input = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=64x64:rate=10'];
    const output = ['-c:v', 'libx264', '-g', '10', '-f', 'segment', '-segment_time', '2', '-strftime', '1'];
    const pattern = join(ring.directory, 'seg_%s.mp4');
    const seed = spawn('ffmpeg', ['-v', 'error', ...input, ...output, pattern], { stdio: 'ignore' });
    atEnd(t, () => seed.kill('SIGKILL'));

    await once(arrivals, 'segment');
    const [segment] = (await once(arrivals, 'segment')) as [Segment];
    const { video } = await probe(join(ring.directory, segment.name), { clock });

    assert.equal(video?.codec, 'h264');
    assert.ok(Math.abs(segment.to - segment.from - 2) < 0.5, `${segment.to - segment.from} s`);
    assert.deepEqual(await ring.window(segment.from, segment.to), [segment]);
  });
});

function unexpected(what: unknown): void {
  throw new Error(String(what));
}

/** The process whose arguments name a directory's work directory: its ffmpeg; undefined when there is none. */
async function processOf(directory: string): Promise<number | undefined> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.startsWith('ffmpeg') && line.includes(directory)) return Number(pid);
  }
  return undefined;
}

/** The end of a process that is not our child is no event. */
async function gone(directory: string): Promise<void> {
  while (await processOf(directory)) await new Promise((done) => setTimeout(done, 50));
}

/** Waits until an unfinished file of the one run in a work directory holds so many bytes. */
async function grown(workDirectory: string, bytes: number): Promise<void> {
  const [run] = await readdir(workDirectory);
  const directory = join(workDirectory, run);
  for await (const { filename } of watch(directory)) {
    const path = join(directory, filename ?? '');
    // It may have closed meanwhile.
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    if (size >= bytes) return;
  }
}
