import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decodeStretch } from '../../../../nodes/lib/clip/check/decode';
import {
  checkPlayback,
  stretchesAround,
  type PlaybackReport,
} from '../../../../nodes/lib/clip/check/playback';
import { systemClock as clock, type Clock } from '../../../../nodes/lib/time/clock';
import { cutTail, flipBits, makeFilm } from '../../../support/footage/film';
import { numberedFilm, numberedStream } from '../../../support/footage/numbered-footage';

const SECONDS = 12;
let directory: string;
let film: string;

/** A copy with some bits flipped in its middle. */
async function damaged(): Promise<string> {
  const path = join(directory, 'damaged.mp4');
  await copyFile(film, path);
  await flipBits(path);
  return path;
}

function check(path: string): Promise<PlaybackReport> {
  return checkPlayback(path, { clock, signal: new AbortController().signal });
}

/** Seconds that decoding all of a film may take. */
const LIMIT = 60;

/** A clock on which as many seconds are over at once as the first part of the work may take: decoding all of a film. */
function hurryingClock(): Clock {
  let left = LIMIT;
  const after = (seconds: number, callback: () => void) => {
    if (seconds !== 1 || left === 0) return clock.after(seconds, callback);
    left -= 1;
    queueMicrotask(callback);
    return () => undefined;
  };
  return { ...clock, after };
}

describe('checkPlayback', () => {
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'v2x-playback-'));
    film = await makeFilm(join(directory, 'film.mp4'), SECONDS);
  });
  after(() => rm(directory, { recursive: true }));

  it('decodes all of a film that plays', async () => {
    const percents: number[] = [];
    const { signal } = new AbortController();
    const report = await checkPlayback(film, {
      clock,
      signal,
      onPercent: (percent) => percents.push(percent),
    });

    assert.deepEqual(report, { decoded: 'all', seconds: SECONDS, faults: [] });
    assert.ok((percents.at(-1) ?? 0) >= 99);
    assert.deepEqual(
      percents,
      [...new Set(percents)].sort((a, b) => a - b),
    );
  });

  it('says from where to where flipped bits break it', async () => {
    const { decoded, faults } = await check(await damaged());

    assert.equal(decoded, 'all');
    assert.equal(faults.length, 1);
    const [{ from, to }] = faults;
    assert.ok(from > 4 && from < 8 && to > from && to - from <= 2, `${from} to ${to}`);
  });

  it('says from where on a film without its tail does not play', async () => {
    const path = join(directory, 'tail.mp4');
    await copyFile(film, path);
    await cutTail(path);

    const { faults } = await check(path);

    assert.equal(faults.at(-1)?.to, SECONDS);
    assert.ok(faults[0].from > 5 && faults[0].from < 11, String(faults[0].from));
  });

  for (const soundSeconds of [6, 20]) {
    it(`says that ${soundSeconds} s of sound do not belong to ${SECONDS} s of picture`, async () => {
      const path = join(directory, `sound${soundSeconds}.mp4`);
      const { faults } = await check(await makeFilm(path, SECONDS, soundSeconds));

      assert.equal(faults.length, 1);
      assert.match(faults[0].reason, /^the video ends at 12\.0 s, the audio at (6|20)\.\d s$/);
    });
  }

  it('finds what Chromium stops at and other players pass over: extras that break off', async () => {
    const { video } = await numberedStream({ seconds: 4 });
    const stream = await readFile(video);
    const delimiter = stream.indexOf(Buffer.of(0, 0, 1, 9), 5000);
    assert.ok(delimiter > 0);
    // An SEI message of 200 bytes (ITU-T H.264, 7.3.2.3) that ends after 4.
    const message = Buffer.of(0, 0, 1, 6, 5, 200, 65, 66, 67, 68, 128);
    const broken = [stream.subarray(0, delimiter + 5), message, stream.subarray(delimiter + 5)];
    const raw = join(directory, 'extras.h264');
    await writeFile(raw, Buffer.concat(broken));
    const path = join(directory, 'extras.mp4');
    execFileSync('ffmpeg', ['-v', 'quiet', '-r', '15', '-i', raw, '-c', 'copy', path]);

    const { faults } = await check(path);

    assert.equal(faults.length, 1);
    assert.match(faults[0].reason, /Invalid data/);
  });

  it('finds no fault where it begins to decode in the middle of open GOPs', async () => {
    const open = await numberedFilm('mp4', { seconds: 16, openGop: true, bFrames: 3 });
    const options = { signal: new AbortController().signal, limit: LIMIT, joints: [5.3, 8] };
    const report = await checkPlayback(open, { ...options, clock: hurryingClock() });
    assert.deepEqual([report.decoded, report.faults], ['joints and samples', []]);
  });

  it('says what is no film at all', async () => {
    const path = join(directory, 'words.mp4');
    await writeFile(path, 'footage');

    const { seconds, faults } = await check(path);

    assert.equal(seconds, 0);
    assert.match(faults[0].reason, /Invalid data|moov atom/);
  });

  it('decodes joints and key frames where all would take longer than it may', async () => {
    const options = { signal: new AbortController().signal, limit: LIMIT };
    const sample = (path: string, joints: readonly number[]) =>
      checkPlayback(path, { ...options, clock: hurryingClock(), joints });

    assert.deepEqual(await sample(film, [4, 8]), { decoded: 'joints and samples', seconds: 6, faults: [] });
    const [{ from, to }] = (await check(await damaged())).faults;
    const joint = (from + to) / 2;
    assert.equal((await sample(await damaged(), [joint])).faults.length, 1);
  });

  it('reads a sample to its end and no further', async () => {
    const reached: number[] = [];
    const options = { clock, signal: new AbortController().signal, limit: Infinity };
    const onTime = (second: number) => {
      reached.push(second);
    };
    for (const [from, to] of [
      [0, 1],
      [5, 7],
    ])
      await decodeStretch(film, { from, to }, { ...options, onTime });
    assert.ok(reached.length > 0);
    for (const second of reached) assert.ok(second <= 1 || (second > 4 && second <= 7), `${second} s`);
  });

  it('ends at once when it is not wanted any more', async () => {
    const stop = new AbortController();
    const onPercent = () => {
      stop.abort();
    };
    const checking = checkPlayback(film, { clock, signal: stop.signal, onPercent });
    await assert.rejects(checking, { name: 'AbortError' });
  });
});

describe('stretchesAround', () => {
  it('takes the beginning, the end and a second on both sides of each joint', () => {
    assert.deepEqual(stretchesAround([10, 20], 30), [
      { from: 0, to: 1 },
      { from: 9, to: 11 },
      { from: 19, to: 21 },
      { from: 29, to: 30 },
    ]);
  });

  it('joins stretches that touch', () => {
    assert.deepEqual(stretchesAround([1.5, 3], 4), [{ from: 0, to: 4 }]);
  });
});
