import assert from 'node:assert/strict';
import { join } from 'node:path';
import { stat } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../../nodes/lib/time/clock';
import { ffmpegArguments } from '../../../nodes/lib/ffmpeg/command';
import { measureStream } from '../../../nodes/lib/ffmpeg/measure';
import { runFfmpeg } from '../../../nodes/lib/ffmpeg/run';
import { temporaryDirectory } from '../../support/flow';

const clock = systemClock;

/** A film of 12 s at 10 frames per second with a key frame in so many frames. */
async function film(t: TestContext, frames: number): Promise<string> {
  const url = join(await temporaryDirectory(t), 'film.mp4');
  const encode = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-g',
    String(frames),
    '-sc_threshold',
    '0',
    '-bf',
    '2',
  ];
  const sound = { url: 'sine', options: ['-f', 'lavfi'] };
  const picture = { url: 'testsrc2=size=64x64:rate=10', options: ['-f', 'lavfi'] };
  await runFfmpeg(
    ffmpegArguments({ inputs: [picture, sound], outputs: [{ url, options: [...encode, '-t', '12'] }] }),
    { clock },
  );
  return url;
}

describe('measureStream', () => {
  it('finds the distance of key frames and the bit rate of picture and sound', async (t) => {
    const url = await film(t, 25);
    const measure = await measureStream(url, { clock, seconds: 60 });
    assert.ok(measure);
    assert.ok(Math.abs(measure.gop - 2.5) < 0.01, `${measure.gop}`);
    const fileRate = (await stat(url)).size / 12;
    assert.ok(
      Math.abs(measure.bytesPerSecond / fileRate - 1) < 0.1,
      `${measure.bytesPerSecond} of ${fileRate}`,
    );
  });

  it('says that a single key frame is at least as long as was looked', async (t) => {
    const measure = await measureStream(await film(t, 1000), { clock, seconds: 4 });
    assert.ok(measure);
    assert.ok(measure.seconds >= 3.5 && measure.seconds < 6, `${measure.seconds}`);
    assert.equal(measure.gop, measure.seconds);
  });

  it('throws on what is no film', async () => {
    await assert.rejects(measureStream(__filename, { clock, seconds: 1 }), /Invalid data/);
  });
});
