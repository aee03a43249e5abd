import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { assembleClip } from '../../../../nodes/lib/clip/cut/assemble';
import { takeStill } from '../../../../nodes/lib/clip/cut/still';
import { inspectMedia } from '../../../../nodes/lib/clip/plan/inspect';
import { ClipMaker } from '../../../../nodes/lib/clip/maker';
import { systemClock as clock } from '../../../../nodes/lib/time/clock';
import { isDiskFull } from '../../../../nodes/lib/errors';
import { probe } from '../../../../nodes/lib/ffmpeg/probe';
import type { Segment } from '../../../../nodes/lib/recording/segment';
import { FakeRing, FPS, frameNumberAt, frameNumbers, recordSegments } from '../../../support/footage/footage';
import { temporaryDirectory } from '../../../support/flow';
import { smallDisk, smallDiskMissing } from '../../../support/small-disk';

const START = 1_700_000_000.3;
/** What a number in a picture can tell. */
const FRAME = 1 / FPS;

interface Given {
  readonly encoding?: readonly string[];
  readonly gop: number;
  readonly seconds: number;
  readonly segmentSeconds: number;
}

const GIVEN: Readonly<Record<string, Given>> = {
  'a GOP of 10 s': {
    encoding: ['-g', String(FPS * 10), '-sc_threshold', '0'],
    gop: 10,
    seconds: 30,
    segmentSeconds: 10,
  },
  'B-frames': {
    encoding: ['-preset', 'medium', '-bf', '3', '-g', String(FPS * 2), '-sc_threshold', '0'],
    gop: 2,
    seconds: 12,
    segmentSeconds: 4,
  },
  HEVC: {
    encoding: ['-c:v', 'libx265', '-tag:v', 'hvc1', '-x265-params', 'log-level=error:keyint=25'],
    gop: 1,
    seconds: 8,
    segmentSeconds: 2,
  },
};

async function clipOf(
  t: TestContext,
  directory: string,
  list: readonly Segment[],
  window: [number, number, number],
) {
  const [t0, pre, post] = window;
  const archive = await temporaryDirectory(t);
  const maker = new ClipMaker(new FakeRing(directory, 2, list), archive, clock);
  const request = { id: 'crash', t0: START + t0, pre, post, event: {} };
  return maker.make(request, { work: join(archive, 'work'), signal: new AbortController().signal });
}

describe('the times of a clip', () => {
  for (const [name, { gop, encoding = [], ...footage }] of Object.entries(GIVEN)) {
    it(`are right at T0 and at both ends with ${name}`, async (t) => {
      const directory = await temporaryDirectory(t);
      const list = await recordSegments(directory, { start: START, encoding, ...footage });
      const t0 = footage.seconds * 0.6;
      const { path, description } = await clipOf(t, directory, list, [t0, 3.1, 1.9]);

      const frames = await frameNumbers(path);
      const first = frames[0] * FRAME;
      const last = (frames[frames.length - 1] + 1) * FRAME;
      assert.ok(first <= t0 - 3.1 && first > t0 - 3.1 - gop, `begins at ${first} s`);
      assert.ok(Math.abs(description.achieved.from - START - first) < 0.002, 'says when it begins');
      assert.ok(last > t0 + 1.9 - FRAME && last < t0 + 1.9 + 5 * FRAME, `ends at ${last} s`);
      assert.equal(await frameNumberAt(path, description.t0_offset_s ?? NaN), Math.floor(t0 * FPS + 1e-6));
      assert.deepEqual([description.method, description.notes], ['copy', []]);
    });
  }

  it('are right with a variable frame rate', async (t) => {
    const directory = await temporaryDirectory(t);
    // Every frame keeps its number and its time; three of seven are missing.
    const encoding = [
      '-vf',
      "select='lt(mod(n,7),4)'",
      '-vsync',
      'vfr',
      '-force_key_frames',
      'expr:gte(t,n_forced)',
    ];
    const list = await recordSegments(directory, { start: START, seconds: 12, segmentSeconds: 4, encoding });
    const { path, description } = await clipOf(t, directory, list, [7.28, 3, 3]);

    const numbers = await frameNumbers(path);
    assert.ok(numbers.every((number) => number % 7 < 4));
    assert.equal(await frameNumberAt(path, description.t0_offset_s ?? NaN), 7.28 * FPS);
    const { duration = 0 } = await probe(path, { clock });
    assert.ok(Math.abs(duration - description.duration_s) < 0.15, `${duration} s`);
  });

  it('do not drift over 60 segments with sound of 8 kHz', async (t) => {
    const directory = await temporaryDirectory(t);
    const list = await recordSegments(directory, { start: START, seconds: 60, segmentSeconds: 1 });
    assert.equal(list.length, 60);
    const { path, description } = await clipOf(t, directory, list, [58.5, 58, 1]);

    assert.equal(await frameNumberAt(path, description.t0_offset_s ?? NaN), Math.floor(58.5 * FPS));
    assert.ok(Math.abs(description.duration_s - 59.5) < FRAME);
    const { audio } = await probe(path, { clock });
    assert.ok(Math.abs((audio?.duration ?? 0) - 59.5) < 0.3, `sound of ${audio?.duration} s`);
  });
});

describe('a clip that cannot be made as planned', () => {
  it('is re-encoded once, and kept with its fault when that does not help', async (t) => {
    const directory = await temporaryDirectory(t);
    const list = await recordSegments(directory, { start: START, seconds: 4, segmentSeconds: 2 });
    // What was found inside does not fit what is there, and there is no other segment to go on with.
    const footage = await Promise.all(
      list.slice(0, 1).map(async (segment) => {
        const media = await inspectMedia(join(directory, segment.name), { clock });
        return { segment, media: { ...media, end: media.end + 30 } };
      }),
    );
    const options = {
      clock,
      signal: new AbortController().signal,
      segments: directory,
      target: join(directory, 'clip.mp4'),
    };

    const clip = await assembleClip({ from: START, to: START + 30 }, START + 1, footage, options);

    assert.equal(clip?.fault?.code, 'clip-length');
    assert.match(clip.notes.at(-1) ?? '', /The clip is .* it is published anyway$/);
  });
});

describe('an archive on a full disk', { skip: smallDiskMissing() }, () => {
  it('gives an error, no half clip, and the clip when there is room again', async (t) => {
    const disk = await smallDisk(t, '200k');
    const rec = await temporaryDirectory(t);
    const list = await recordSegments(rec, { start: START, seconds: 20, segmentSeconds: 2 });
    const archive = join(disk.path, 'archive');
    const maker = new ClipMaker(new FakeRing(rec, 2, list), archive, clock);
    const request = { id: 'crash', t0: START + 10, pre: 9, post: 9, event: {} };
    const options = { work: join(archive, 'work'), signal: new AbortController().signal };
    await writeFile(join(disk.path, 'filler'), Buffer.alloc(150_000));

    // Joined here, and by ffmpeg.
    for (const exact of [false, true])
      await assert.rejects(maker.make({ ...request, exact }, options), isDiskFull);
    assert.deepEqual(
      (await readdir(archive)).filter((name) => name.startsWith('accident_')),
      [],
    );

    await disk.resize('50m');
    const { description } = await maker.make(request, options);
    assert.deepEqual(description.notes, []);
  });

  it('keeps no half of a picture', async (t) => {
    const { path } = await smallDisk(t, '4k');
    const rec = await temporaryDirectory(t);
    const encoding = ['-vf', 'scale=1920:1080'];
    const [{ name }] = await recordSegments(rec, { start: START, seconds: 2, segmentSeconds: 2, encoding });
    const options = { clock, signal: new AbortController().signal };

    await assert.rejects(takeStill(join(rec, name), 1, join(path, 'clip.jpg'), options), isDiskFull);
    assert.deepEqual(await readdir(path), []);
  });
});
