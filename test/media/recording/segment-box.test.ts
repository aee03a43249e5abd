import assert from 'node:assert/strict';
import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ffmpegArguments } from '../../../nodes/lib/ffmpeg/command';
import { probe } from '../../../nodes/lib/ffmpeg/probe';
import { runFfmpeg } from '../../../nodes/lib/ffmpeg/run';
import { readSegmentTimes, writeSegmentTimes } from '../../../nodes/lib/recording/segment-box';
import { systemClock as clock } from '../../../nodes/lib/time/clock';
import { temporaryDirectory } from '../../support/flow';

const TIMES = { from: 1_700_000_000.123456, to: 1_700_000_010.5, run: '1700000000-0abcde', number: 7 };

const fileIn = async (t: TestContext) => join(await temporaryDirectory(t), 'segment.mp4');

describe('writeSegmentTimes', () => {
  for (const measured of [true, false]) {
    it(`puts times into a segment that can be read back, measured: ${measured}`, async (t) => {
      const path = await fileIn(t);
      await writeFile(path, 'film');
      await writeSegmentTimes(path, { ...TIMES, measured });
      assert.deepEqual(await readSegmentTimes(path), { ...TIMES, measured });
    });
  }

  it('keeps how the times of the camera ran', async (t) => {
    const path = await fileIn(t);
    await writeFile(path, 'film');
    const times = { ...TIMES, measured: true, rate: 0.84, timeError: 0.35 };
    await writeSegmentTimes(path, times);
    assert.deepEqual(await readSegmentTimes(path), times);
  });

  it('replaces times that are there, and adds 72 bytes in all', async (t) => {
    const path = await fileIn(t);
    await writeFile(path, 'film');
    await writeSegmentTimes(path, { ...TIMES, measured: true });
    await writeSegmentTimes(path, { ...TIMES, number: 8, measured: true });
    assert.equal((await readSegmentTimes(path))?.number, 8);
    assert.equal((await stat(path)).size, 4 + 72);
  });

  it('makes no difference to ffprobe', async (t) => {
    const path = await fileIn(t);
    const inputs = [{ url: 'testsrc2=size=64x64:rate=10:duration=1', options: ['-f', 'lavfi'] }];
    const outputs = [{ url: path, options: ['-movflags', '+frag_keyframe+delay_moov'] }];
    await runFfmpeg(ffmpegArguments({ inputs, outputs }), { clock });
    const before = await probe(path, { clock });
    await writeSegmentTimes(path, { ...TIMES, measured: true });
    assert.deepEqual(await probe(path, { clock }), before);
  });
});

describe('readSegmentTimes', () => {
  it('finds none in what is not sealed, short, cut off or not sane', async (t) => {
    const path = await fileIn(t);
    await writeFile(path, '');
    assert.equal(await readSegmentTimes(path), undefined);
    await writeFile(path, Buffer.alloc(1000));
    assert.equal(await readSegmentTimes(path), undefined);
    await writeSegmentTimes(path, { ...TIMES, measured: true });
    const whole = await readFile(path);
    await truncate(path, 1071);
    assert.equal(await readSegmentTimes(path), undefined);
    for (const [from, to] of [
      [NaN, 1],
      [1, Infinity],
      [2, 1],
    ]) {
      const broken = Buffer.from(whole);
      broken.writeDoubleBE(from, broken.length - 32);
      broken.writeDoubleBE(to, broken.length - 24);
      await writeFile(path, broken);
      assert.equal(await readSegmentTimes(path), undefined);
    }
  });
});
