import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { cameraSource } from '../../../../nodes/lib/camera/source';
import { ffmpegArguments } from '../../../../nodes/lib/ffmpeg/command';
import { runFfmpeg } from '../../../../nodes/lib/ffmpeg/run';
import { Ring } from '../../../../nodes/lib/recording/ring/ring';
import { RunMonitor } from '../../../../nodes/lib/recording/run/run-monitor';
import { RunSegments } from '../../../../nodes/lib/recording/run/run-segments';
import type { Segment } from '../../../../nodes/lib/recording/segment';
import { systemClock } from '../../../../nodes/lib/time/clock';
import { atEnd } from '../../../support/at-end';
import { FakeClock } from '../../../support/fake-clock';
import { temporaryDirectory } from '../../../support/flow';

const START = 1_700_000_000;
/** Seconds of sound before the first picture. */
const SOUND_BEFORE = 0.4;

async function setUp(t: TestContext) {
  const clock = new FakeClock(START);
  const retention = { maxAge: 0, maxBytes: 0, minFreeBytes: 0 };
  const ring = await Ring.open({
    directory: await temporaryDirectory(t),
    segmentSeconds: 2,
    retention,
    clock,
    onError: unexpected,
  });
  atEnd(t, () => ring.close());
  const adopted: Segment[] = [];
  const segments = new RunSegments(
    {
      ring,
      clock,
      source: cameraSource({ address: '' }),
      onRecording: () => undefined,
      onSegment: (segment) => void adopted.push(segment),
      onWarning: unexpected,
    },
    unexpected,
    { isHeldBack: false, guessedLead: 0 },
    new RunMonitor('none'),
  );
  await mkdir(segments.directory, { recursive: true });
  await writeFilm(join(segments.directory, '000000.mp4'));
  return { clock, ring, segments, adopted };
}

describe('RunSegments', () => {
  for (const step of [0, 3600]) {
    it(`begins with the first picture, not with sound before it, when the clock steps by ${step} s`, async (t) => {
      const { clock, segments, adopted } = await setUp(t);
      await clock.advance(SOUND_BEFORE);
      await segments.takeLog(Buffer.from('#tb 0: 1/1000\n0, 400, 400, 40, 100, 0x00000000\n'));
      clock.stepWallClock(step);
      await segments.takeLog(Buffer.from('000000.mp4,0.000000,2.400000\n'));
      await segments.finish();

      const [{ from, number }] = adopted;
      assert.ok(
        Math.abs(from - START - step - SOUND_BEFORE) < 0.001,
        `it begins ${from - START - step} s late`,
      );
      assert.equal(number, 0);
    });
  }

  it('takes no segment in of which no picture came with a time', async (t) => {
    const { clock, segments, adopted } = await setUp(t);
    await clock.advance(10);
    await segments.takeLog(Buffer.from('000000.mp4,0.000000,10.000000\n'));
    await segments.takeLog(
      Buffer.from('#tb 0: 1/15\n0, -9223372036854775808, -9223372036854775808, 1, 9, 0x00000000\n'),
    );
    await segments.takeLog(Buffer.from('000001.mp4,10.000000,20.000000\n'));
    await segments.finish();

    assert.deepEqual(adopted, []);
    assert.deepEqual(await readdir(segments.directory), []);
  });

  it('records nothing while no key frame comes for 400 s, and from the first one on', async (t) => {
    const { clock, ring, segments, adopted } = await setUp(t);
    await segments.takeLog(Buffer.from('#tb 0: 1/1000\n'));
    for (let second = 0; second < 400; second++) {
      await segments.takeLog(Buffer.from(`0, ${second}000, ${second}000, 40, 100, 0x00000000, F=0x0\n`));
      await clock.advance(1);
    }
    // What ffmpeg closes then holds no picture.
    await segments.takeLog(Buffer.from('000001.mp4,0.000000,400.000000\n'));
    await segments.finish();
    assert.deepEqual([adopted, ring.openSince()], [[], undefined]);

    await segments.takeLog(Buffer.from('0, 400000, 400000, 40, 100, 0x00000000\n'));
    assert.ok(Math.abs((ring.openSince() ?? NaN) - START - 400) <= 5);
  });

  it('refuses pictures of which none has a time, instead of filling the disk', async (t) => {
    const { segments } = await setUp(t);
    const frames = '0, 7, -9223372036854775808, 1, 9, 0x00000000\n'.repeat(200);
    await assert.rejects(segments.takeLog(Buffer.from(`#tb 0: 1/15\n${frames}`)), /has no timestamps/);
  });
});

async function writeFilm(path: string): Promise<void> {
  const lavfi = ['-f', 'lavfi', '-t', '2'];
  const args = ffmpegArguments({
    inputs: [
      { url: 'testsrc2=size=64x64:rate=10', options: [...lavfi, '-itsoffset', String(SOUND_BEFORE)] },
      { url: 'sine', options: lavfi },
    ],
    outputs: [
      { url: path, options: ['-fps_mode', 'passthrough', '-c:v', 'libx264', '-c:a', 'aac', '-f', 'mp4'] },
    ],
  });
  await runFfmpeg(args, { clock: systemClock });
}

function unexpected(what?: unknown): void {
  throw new Error(String(what));
}
