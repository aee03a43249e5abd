import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { temporaryDirectory } from '../flow';
import {
  aacSound,
  numberedFilm,
  numberedStream,
  readPictures,
  type NumberedVideo,
} from '../footage/numbered-footage';
import { scriptedCameraMissing, startScriptedCamera } from './scripted-camera';

const run = promisify(execFile);
const FIRST = 1_000_000;

function play(url: string, file: string, options: readonly string[] = ['-rtsp_transport', 'tcp']) {
  const output = ['-map', '0:v', '-frames:v', '30', '-c', 'copy', file];
  return run('ffmpeg', ['-v', 'error', '-y', ...options, '-i', url, ...output]);
}

describe('the scripted camera', { skip: scriptedCameraMissing, concurrency: 4 }, () => {
  const videos: Record<string, Partial<NumberedVideo>> = {
    'H.264': {},
    'H.264 with B-frames and open GOPs': { bFrames: 2, openGop: true },
    HEVC: { codec: 'h265' },
  };
  for (const [name, video] of Object.entries(videos)) {
    it(`sends ${name}, and knows when each picture was taken`, async (t) => {
      const stream = await numberedStream({ seconds: 60, first: FIRST, gopSeconds: 1, ...video });
      const audioFile = await aacSound(16_000);
      // Behind the first one, open GOPs have no key frame at which decoding can begin.
      const joins = video.openGop ? 'start' : 'keyFrame';
      const camera = await startScriptedCamera(t, stream, { joins, audio: 'aac', audioFile });
      const file = join(await temporaryDirectory(t), 'clip.mp4');
      await play(camera.url, file);
      const ended = Date.now() / 1000;
      // Of B-frames at the end, ffmpeg has written those that the file has room for.
      const numbers = (await readPictures(file)).pictures.slice(0, -2).map(({ number = NaN }) => number);
      assert.ok(numbers.length > 20, `${numbers.length} pictures`);
      assert.deepEqual(
        numbers,
        numbers.map((_, i) => numbers[0] + i),
      );
      const [{ began }] = camera.connections;
      assert.ok(camera.timeOf(numbers[0]) > began - 0.1 && camera.timeOf(numbers.at(-1) ?? NaN) < ended);
    });
  }

  it('asks for a password, refuses a transport, and sends another stream to the next connection', async (t) => {
    const stream = await numberedStream({ seconds: 60, first: FIRST });
    const login = { user: 'viewer', password: 'a b', digest: true };
    const camera = await startScriptedCamera(t, stream, { ...login, noUdp: true, joins: 'start' });
    const url = camera.url.replace('//', '//viewer:a%20b@');
    const directory = await temporaryDirectory(t);
    await assert.rejects(play(camera.url, join(directory, 'none.mp4')), /401/);
    await assert.rejects(play(url, join(directory, 'none.mp4'), ['-rtsp_transport', 'udp']), /461/);
    await play(url, join(directory, 'first.mp4'));
    await camera.change({}, await numberedStream({ seconds: 60, first: 2 * FIRST, width: 192, height: 120 }));
    await play(url, join(directory, 'second.mp4'));
    const read = async (name: string) => (await readPictures(join(directory, name))).pictures[0].number;
    assert.deepEqual([await read('first.mp4'), await read('second.mp4')], [FIRST, 2 * FIRST]);
  });

  it('refuses a setting that it does not know', async (t) => {
    const stream = await numberedStream({ seconds: 60, first: FIRST });
    await assert.rejects(startScriptedCamera(t, stream, { dritf: 1 } as object), /no such setting: dritf/);
  });
});

it('reads a turned or grey picture as none', async (t) => {
  const film = await numberedFilm('mp4', { seconds: 1 }, { sound: ['-c:a', 'aac'] });
  assert.deepEqual(
    (await readPictures(film)).pictures.map(({ number }) => number),
    Array.from({ length: 15 }, (_, i) => i),
  );
  const turned = join(await temporaryDirectory(t), 'turned.mp4');
  await run('ffmpeg', ['-v', 'error', '-i', film, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', turned]);
  assert.ok((await readPictures(turned)).pictures.every(({ number }) => number === undefined));
});
