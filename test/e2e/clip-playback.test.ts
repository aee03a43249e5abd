import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { checkPlayback } from '../../nodes/lib/clip/check/playback';
import { ClipMaker } from '../../nodes/lib/clip/maker';
import { systemClock as clock } from '../../nodes/lib/time/clock';
import { noBrowser } from '../support/unit/editor';
import { cutTail, makeFilm } from '../support/footage/film';
import { temporaryDirectory } from '../support/flow';
import { FakeRing, recordSegments } from '../support/footage/footage';
import { Player } from '../support/footage/player';

const START = 1_700_000_000;
const SECONDS = 12;

describe('a clip in a browser', { skip: noBrowser }, () => {
  let player: Player;
  before(async () => {
    player = await Player.open();
  });
  after(() => player.close());

  for (const [what, flips, exact] of [
    ['copied', 0, false],
    ['cut exactly', 0, true],
    ['with flipped bits in its footage', 60, false],
  ] as const) {
    it(`plays to its end: ${what}`, async (t) => {
      const directory = await temporaryDirectory(t);
      const segments = await recordSegments(directory, { start: START, seconds: SECONDS, segmentSeconds: 2 });
      const path = join(directory, segments[2].name);
      const data = await readFile(path);
      for (let i = 0; i < flips; i += 1) data[data.indexOf('mdat') + 600 + 7 * i] ^= 0x55;
      await writeFile(path, data);
      const archive = join(directory, 'archive');
      const maker = new ClipMaker(new FakeRing(directory, 2, segments), archive, clock);
      const request = { id: what, t0: START + 6.3, pre: 5, post: 5, exact, event: {} };
      const options = { work: join(archive, '.jobs', 'job'), signal: new AbortController().signal };

      const clip = await maker.make(request, options);
      const { ended, error, frames, duration, time } = await player.play(clip.path);

      assert.deepEqual({ ended, error }, { ended: true, error: '' });
      assert.ok(frames > 200, `${frames} frames`);
      assert.ok(Math.abs(duration - clip.description.duration_s) < 0.2, `${duration} s`);
      assert.ok(Math.abs(time - duration) < 0.2, `stopped at ${time} of ${duration} s`);
    });
  }

  it('does not play to its end when the check says so: its tail is missing', async (t) => {
    const path = await makeFilm(join(await temporaryDirectory(t), 'film.mp4'), 8);
    await cutTail(path);

    assert.ok((await checkPlayback(path, { clock, signal: new AbortController().signal })).faults.length > 0);
    const { ended, error } = await player.play(path);

    assert.ok(!ended || error !== '', JSON.stringify({ ended, error }));
  });
});
