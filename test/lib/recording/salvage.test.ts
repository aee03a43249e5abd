import assert from 'node:assert/strict';
import { copyFile, link, mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { systemClock as clock } from '../../../nodes/lib/clock';
import { ffmpegArguments } from '../../../nodes/lib/ffmpeg/command';
import { runFfmpeg } from '../../../nodes/lib/ffmpeg/run';
import { Ring } from '../../../nodes/lib/recording/ring';
import { salvage } from '../../../nodes/lib/recording/salvage';
import { atEnd } from '../../support/at-end';
import { temporaryDirectory } from '../../support/flow';

describe('salvage', () => {
  it('takes in what can be read, in order, and deletes the rest', async (t) => {
    const directory = await temporaryDirectory(t);
    const retention = { maxAge: 0, maxBytes: 0, minFreeBytes: 0 };
    const onError = (error: unknown) => {
      throw error;
    };
    const ring = await Ring.open({ directory, segmentSeconds: 2, retention, clock, onError });
    atEnd(t, () => ring.close());
    const run = join(ring.workDirectory, '1700000000-abcdef');
    await mkdir(run);
    await writeFilm(join(run, '000003.mp4'));
    await copyFile(join(run, '000003.mp4'), join(run, '000004.mp4'));
    await truncate(join(run, '000004.mp4'), 9000);
    await copyFile(join(run, '000003.mp4'), join(run, '000002.mp4'));
    await link(join(run, '000002.mp4'), join(directory, 'seg_1700000000.mp4'));
    await writeFile(join(run, '000005.mp4'), '');
    await writeFile(join(run, '000006.mp4'), 'garbage');
    await writeFile(join(run, 'notes.txt'), 'garbage');

    const saved = await salvage(ring, clock);

    assert.deepEqual(
      saved.map(({ run, number }) => `${run} ${number}`),
      ['1700000000-abcdef 3', '1700000000-abcdef 4'],
    );
    assert.equal(saved[1]?.from, saved[0]?.to);
    assert.deepEqual(await readdir(ring.workDirectory), []);
  });
});

async function writeFilm(path: string): Promise<void> {
  const inputs = [{ url: 'testsrc2=size=64x64:rate=10:duration=3', options: ['-f', 'lavfi'] }];
  const options = ['-c:v', 'libx264', '-g', '10', '-movflags', '+frag_keyframe+delay_moov+default_base_moof'];
  await runFfmpeg(ffmpegArguments({ inputs, outputs: [{ url: path, options }] }), { clock });
}
