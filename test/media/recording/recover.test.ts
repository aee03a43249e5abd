import assert from 'node:assert/strict';
import {
  chmod,
  copyFile,
  link,
  mkdir,
  readdir,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { systemClock as clock } from '../../../nodes/lib/time/clock';
import { findBinary } from '../../../nodes/lib/ffmpeg/binary';
import { ffmpegArguments } from '../../../nodes/lib/ffmpeg/command';
import { probe } from '../../../nodes/lib/ffmpeg/probe';
import { runFfmpeg } from '../../../nodes/lib/ffmpeg/run';
import { Ring } from '../../../nodes/lib/recording/ring/ring';
import { MOV_FLAGS } from '../../../nodes/lib/recording/run/encoding';
import { writeSegmentTimes } from '../../../nodes/lib/recording/segment-box';
import { recover } from '../../../nodes/lib/recording/recover';
import { firstPictureTime } from '../../../nodes/lib/recording/times/first-picture';
import { atEnd } from '../../support/at-end';
import { temporaryDirectory } from '../../support/flow';

const RUN = '1700000000-abcdef';
/** When the recorder was killed, in seconds since the epoch. */
const KILLED = 1_700_000_040;

/** A ring, and the work directory of a recorder that was killed. */
async function setUp(t: TestContext) {
  const directory = await temporaryDirectory(t);
  const retention = { maxAge: 0, maxBytes: 0, minFreeBytes: 0 };
  const onError = (error: unknown) => {
    throw error;
  };
  const ring = await Ring.open({ directory, segmentSeconds: 2, retention, clock, onError });
  atEnd(t, () => ring.close());
  const run = join(ring.workDirectory, RUN);
  await mkdir(run);
  return { directory, ring, run };
}

describe('recover', () => {
  it('takes in what can be read, in order, and deletes the rest', async (t) => {
    const { directory, ring, run } = await setUp(t);
    await writeFilm(join(run, '000003.mp4'));
    await copyFile(join(run, '000003.mp4'), join(run, '000004.mp4'));
    await truncate(join(run, '000004.mp4'), 9000);
    await copyFile(join(run, '000003.mp4'), join(run, '000002.mp4'));
    await link(join(run, '000002.mp4'), join(directory, 'seg_1700000000.mp4'));
    await writeFile(join(run, '000005.mp4'), '');
    await writeFile(join(run, '000006.mp4'), 'garbage');
    await writeFile(join(run, 'notes.txt'), 'garbage');

    const saved = await recover(ring, clock);

    assert.deepEqual(
      saved.map(({ run, number }) => `${run} ${number}`),
      [`${RUN} 3`, `${RUN} 4`],
    );
    assert.equal(saved[1]?.from, saved[0]?.to);
    assert.deepEqual(await readdir(ring.workDirectory), []);
  });

  it('believes a segment that was closed and not taken in any more', async (t) => {
    const { ring, run } = await setUp(t);
    const path = join(run, '000003.mp4');
    await writeFilm(path);
    const times = { from: 1_700_000_030.25, to: 1_700_000_033.25, run: RUN, number: 3, measured: true };
    await writeSegmentTimes(path, times);

    const [{ name, bytes, ...saved }] = await recover(ring, clock);
    assert.deepEqual(saved, times);
    assert.equal((await stat(join(ring.directory, name))).size, bytes);
  });

  it('takes the video-only copy where sound kept the rest from being written', async (t) => {
    const { ring, run } = await setUp(t);
    const videoOnly = join(run, 'video-only');
    await mkdir(videoOnly);
    await writeFilm(join(videoOnly, '000003.mp4'));
    await writeFile(join(run, '000003.mp4'), '');
    await writeFilm(join(videoOnly, '000004.mp4'));
    await writeFilm(join(run, '000005.mp4'), ['-t', '2'], true);
    await copyFile(join(videoOnly, '000003.mp4'), join(videoOnly, '000005.mp4'));

    const saved = await recover(ring, clock);

    assert.deepEqual(
      saved.map(({ number, from, to }) => `${number} ${(to - from).toFixed(1)}`),
      ['3 3.0', '4 3.0', '5 3.0'],
    );
    const { audio } = await probe(join(ring.directory, saved[2].name), { clock });
    assert.ok(audio, 'what there is of the sound is kept');
    assert.deepEqual(await readdir(ring.workDirectory), []);
  });

  it("does not count the 2 s by which ffmpeg's guess puts a run's first picture too early", async (t) => {
    for (const sound of [false, true]) {
      const { ring, run } = await setUp(t);
      const videoOnly = join(run, 'video-only');
      await mkdir(videoOnly);
      const [path, alone] = [join(run, '000000.mp4'), join(videoOnly, '000000.mp4')];
      await writeFilm(path, sound ? ['-t', '1.5'] : [], sound);
      await guessFirst(path);
      if (sound) {
        await writeFilm(alone);
        await guessFirst(alone);
      }
      await utimes(sound ? alone : path, KILLED, KILLED);

      const [{ name, from, to }] = await recover(ring, clock);

      assert.ok(Math.abs(to - KILLED) < 0.01, `ends ${to - KILLED} s late`);
      assert.ok(Math.abs(to - from - 3) < 0.3, `${to - from} s long`);
      const saved = join(ring.directory, name);
      assert.ok(((await firstPictureTime(saved, { clock })) ?? NaN) > -0.3);
      assert.equal((await probe(saved, { clock })).audio !== undefined, sound);
    }
  });

  it('keeps for the next time what ffprobe was killed over', async (t) => {
    const { ring, run } = await setUp(t);
    await writeFilm(join(run, '000003.mp4'));
    await killFfprobe(t, () => recover(ring, clock));

    assert.deepEqual(await readdir(run), ['000003.mp4']);
    assert.deepEqual(
      (await recover(ring, clock)).map(({ number }) => number),
      [3],
    );
    assert.deepEqual(await readdir(ring.workDirectory), []);
  });

  it('leaves alone what no recorder put there', async (t) => {
    const { ring } = await setUp(t);
    await writeFile(join(ring.workDirectory, 'notes'), 'mine');
    await mkdir(join(ring.workDirectory, 'films'));

    assert.deepEqual(await recover(ring, clock), []);
    assert.deepEqual((await readdir(ring.workDirectory)).sort(), ['films', 'notes']);
  });
});

/** Has every ffprobe killed while something is done, as the system does when memory runs out. */
async function killFfprobe(t: TestContext, act: () => Promise<unknown>): Promise<void> {
  await findBinary('ffprobe');
  const directory = await temporaryDirectory(t);
  const path = process.env.PATH ?? '';
  await writeFile(join(directory, 'ffprobe'), '#!/bin/sh\nkill -9 $$\n');
  await chmod(join(directory, 'ffprobe'), 0o755);
  process.env.PATH = directory + delimiter + path;
  try {
    await act();
  } finally {
    process.env.PATH = path;
  }
}

async function writeFilm(path: string, more: readonly string[] = [], sound = false): Promise<void> {
  const lavfi = ['-f', 'lavfi'];
  const inputs = [
    { url: 'testsrc2=size=64x64:rate=10:duration=3', options: lavfi },
    ...(sound ? [{ url: 'sine=duration=3', options: lavfi }] : []),
  ];
  const format = ['-c:v', 'libx264', '-g', '10', '-movflags', '+frag_keyframe+delay_moov+default_base_moof'];
  await runFfmpeg(ffmpegArguments({ inputs, outputs: [{ url: path, options: [...format, ...more] }] }), {
    clock,
  });
}

/** Puts the first picture of a film 2 s earlier, as an open segment of an RTSP camera has it. */
async function guessFirst(path: string): Promise<void> {
  const whole = `${path}.whole`;
  await rename(path, whole);
  const earlier = ['-c', 'copy', '-bsf:v', 'setts=ts=if(eq(N\\,0)\\,TS-2/TB\\,TS)'];
  const format = ['-avoid_negative_ts', 'disabled', '-f', 'mp4', '-movflags', MOV_FLAGS];
  await runFfmpeg(
    ffmpegArguments({ inputs: [{ url: whole }], outputs: [{ url: path, options: [...earlier, ...format] }] }),
    { clock },
  );
  await rm(whole);
}
