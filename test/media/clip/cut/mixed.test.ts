import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { ClipMaker, type FinishedClip } from '../../../../nodes/lib/clip/maker';
import { probe } from '../../../../nodes/lib/ffmpeg/probe';
import type { Segment } from '../../../../nodes/lib/recording/segment';
import { systemClock as clock } from '../../../../nodes/lib/time/clock';
import { noBrowser } from '../../../support/unit/editor';
import { segmentsOf, type FilmOptions } from '../../../support/footage/film-segments';
import { temporaryDirectory } from '../../../support/flow';
import { FakeRing } from '../../../support/footage/footage';
import {
  numberedFilm,
  numberedStream,
  readPictures,
  type NumberedVideo,
} from '../../../support/footage/numbered-footage';
import { Player } from '../../../support/footage/player';

const run = promisify(execFile);

const START = 1_700_000_000;
const FPS = 15;
/** What one camera recorded of one kind, in seconds; two of them make a clip. */
const TAKE = 8;
const SEGMENT = 4;
const AAC = ['-c:a', 'aac'];
const OPEN: NumberedVideo = { seconds: 2 * TAKE, openGop: true, bFrames: 3 };
const COPY = ['-c', 'copy'];

interface Take extends Partial<FilmOptions> {
  readonly film: NumberedVideo;
  readonly sound?: readonly string[];
  /** Options of the film itself, instead of x264's. */
  readonly encode?: readonly string[];
  /** What the camera sends after it without saying so in its header. */
  readonly then?: NumberedVideo;
  /** Its header holds no decoder settings. */
  readonly settingsInBand?: boolean;
  /** Its AAC is said to have spectral band replication, of which no frame makes use. */
  readonly spectralBands?: boolean;
  /** Degrees, as its header says. */
  readonly turned?: number;
}

interface Case {
  /** What is recorded, one behind the other. */
  readonly takes: readonly Take[];
  readonly exact?: boolean;
  readonly method: string;
  readonly notes?: RegExp;
  readonly sound?: boolean;
  /** How many pictures cannot be read, since they are turned or small. */
  readonly unreadable?: boolean;
  /** Read the pictures as they are stored, not turned. */
  readonly asStored?: boolean;
}

const HEVC = { output: [...COPY, '-tag:v', 'hvc1'] };

const plain = (seconds = 2 * TAKE): NumberedVideo => ({ seconds });
const second = (change: Partial<NumberedVideo> = {}): NumberedVideo => ({
  seconds: 2 * TAKE,
  first: TAKE * FPS,
  ...change,
});

const CASES: Readonly<Record<string, Case>> = {
  'an open GOP, exact': { takes: [{ film: OPEN, sound: AAC }], exact: true, method: 'reencode', sound: true },
  'an open GOP that is joined in the middle': {
    takes: [{ film: { ...OPEN, bFrames: 1 }, input: ['-ss', '2'] }],
    method: 'copy',
  },
  'an open GOP whose later pictures name one that is missing, joined in the middle': {
    takes: [{ film: OPEN, input: ['-ss', '2'] }],
    method: 'copy',
  },
  'the same without CABAC': {
    takes: [{ film: { ...OPEN, encoder: ['-coder', '0'] }, input: ['-ss', '2'] }],
    method: 'copy',
  },
  'the same with weighted prediction and several slices': {
    takes: [
      {
        film: { ...OPEN, encoder: ['-preset', 'medium', '-slices', '3', '-weightp', '2', '-refs', '4'] },
        input: ['-ss', '2'],
      },
    ],
    method: 'copy',
  },
  'open GOPs of two runs': {
    takes: [{ film: OPEN }, { film: OPEN, input: ['-ss', '8'] }],
    method: 'smart',
  },
  'a turned film, exact': {
    takes: [{ film: plain(), turned: 90 }],
    exact: true,
    method: 'smart',
    asStored: true,
  },
  'a film whose second half is upside down': {
    takes: [{ film: plain() }, { film: second({ encoder: ['-vf', 'hflip,vflip'] }), turned: 180 }],
    method: 'smart',
  },
  'decoder settings that change in band': {
    takes: [
      {
        film: plain(4),
        then: second({ seconds: 12, first: 4 * FPS, encoder: ['-profile:v', 'main'] }),
        sound: AAC,
      },
    ],
    exact: true,
    method: 'smart',
  },
  'sound with a hole': {
    takes: [
      {
        film: plain(),
        sound: AAC,
        output: ['-c:v', 'copy', '-af', "aselect='not(between(t,4,6))'", '-c:a', 'aac'],
      },
    ],
    method: 'copy',
    notes: /^No audio was recorded for (1\.9|2\.0) s; the clip is silent at [34]/,
    sound: true,
  },
  'no sound, then sound': {
    takes: [{ film: plain() }, { film: second(), sound: ['-c:a', 'aac', '-ar', '8000', '-ac', '1'] }],
    method: 'copy',
    notes: /^No audio was recorded for [78]\.\d s; the clip is silent at 0\.0-[78]\.\d s$/,
    sound: true,
  },
  'sound of 8 kHz, then of 16 kHz': {
    takes: [
      { film: plain(), sound: ['-c:a', 'aac', '-ar', '8000', '-ac', '1'] },
      { film: second(), sound: ['-c:a', 'aac', '-ar', '16000', '-ac', '1'] },
    ],
    method: 'copy',
    notes: /^The audio was re-encoded because 2 different formats/,
    sound: true,
  },
  'mono of 44.1 kHz, none, then stereo of 48 kHz': {
    takes: [
      { film: plain(), sound: ['-c:a', 'aac', '-ar', '44100', '-ac', '1'], seconds: 4 },
      { film: second({ first: 4 * FPS }), seconds: 4 },
      { film: second(), sound: ['-c:a', 'aac', '-ar', '48000', '-ac', '2'] },
    ],
    method: 'copy',
    notes:
      /^The audio was re-encoded because 2 different formats.*; No audio was recorded for [34]\.\d s; the clip is silent at [34]\.\d-[78]\.\d s$/,
    sound: true,
  },
  'other decoder settings of the same size': {
    takes: [
      { film: plain(), sound: AAC },
      {
        film: second({ encoder: ['-profile:v', 'main', '-x264-params', 'cabac=1:ref=3:keyint=30'] }),
        sound: AAC,
      },
    ],
    method: 'copy',
    sound: true,
  },
  'another pixel shape': {
    takes: [{ film: plain() }, { film: second({ encoder: ['-vf', 'setsar=4/3'] }) }],
    method: 'smart',
    unreadable: true,
  },
  'another size': {
    takes: [{ film: plain() }, { film: second({ width: 192, height: 120 }) }],
    method: 'smart',
  },
  'a plain file beside fragments, exact': {
    takes: [
      { film: plain(), sound: AAC, plain: true },
      { film: second(), sound: AAC },
    ],
    exact: true,
    method: 'smart',
    sound: true,
  },
  '4:2:2 with 10 bit, exact': {
    takes: [
      {
        film: plain(),
        encode: ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv422p10le', '-g', '30'],
      },
    ],
    exact: true,
    method: 'smart',
  },
  'the full range of brightness, exact': {
    takes: [
      {
        film: plain(),
        encode: ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuvj420p', '-g', '30'],
      },
    ],
    exact: true,
    method: 'smart',
  },
  'an open GOP of HEVC that is joined in the middle': {
    takes: [{ film: { ...OPEN, codec: 'h265' }, input: ['-ss', '2'], output: [...COPY, '-tag:v', 'hvc1'] }],
    method: 'copy',
  },
  'H.264 that has its decoder settings in band only': {
    takes: [{ film: plain(), output: [...COPY, '-tag:v', 'avc3'], settingsInBand: true }],
    method: 'copy',
  },
  'HEVC with other decoder settings in its second half': {
    takes: [
      { film: { ...plain(), codec: 'h265' }, ...HEVC },
      { film: { ...second(), codec: 'h265', encoder: ['-preset', 'medium'] }, ...HEVC },
    ],
    method: 'reencode',
  },
  'HEVC whose decoder settings change in band': {
    takes: [
      {
        film: { ...plain(4), codec: 'h265' },
        then: { ...second({ seconds: 12, first: 4 * FPS }), codec: 'h265', encoder: ['-preset', 'medium'] },
      },
    ],
    method: 'reencode',
  },
  'interlaced, exact': {
    takes: [
      {
        film: plain(),
        encode: ['-c:v', 'libx264', '-preset', 'ultrafast', '-flags', '+ilme+ildct', '-top', '1', '-g', '30'],
      },
    ],
    exact: true,
    method: 'smart',
  },
  'HE-AAC with a hole': {
    takes: [
      {
        film: plain(),
        sound: AAC,
        output: ['-c:v', 'copy', '-af', "aselect='not(between(t,4,6))'", '-c:a', 'aac', '-ar', '24000'],
        spectralBands: true,
      },
    ],
    method: 'copy',
    notes: /^No audio was recorded for/,
    sound: true,
  },
  'a sound track that holds nothing': {
    takes: [
      { film: plain(), sound: AAC, output: ['-c:v', 'copy', '-af', 'aselect=0', '-c:a', 'aac'] },
      { film: second() },
    ],
    method: 'copy',
  },
  'plain files with B-frames, whose edit lists take off a delay': {
    takes: [{ film: { ...plain(), bFrames: 3 }, sound: AAC, plain: true }],
    method: 'copy',
    sound: true,
  },
  'HEVC with the sample entry hev1': {
    takes: [{ film: { seconds: 2 * TAKE, codec: 'h265' }, output: [...COPY, '-tag:v', 'hev1'] }],
    method: 'copy',
  },
};

async function filmOf({ film, then, sound, encode, turned }: Take, directory: string): Promise<string> {
  if (then) return changingFilm(film, then, directory);

  const own = { ...(sound && { sound }), ...(encode && { output: encode }) };
  const path = await numberedFilm('mp4', film, own);
  if (turned === undefined) return path;
  const result = join(directory, `turned${turned}.mp4`);
  const args = ['-v', 'error', '-i', path, '-c', 'copy', '-metadata:s:v:0', `rotate=${turned}`, result];
  await run('ffmpeg', args);
  return result;
}

async function changingFilm(film: NumberedVideo, then: NumberedVideo, directory: string): Promise<string> {
  const streams = await Promise.all([film, then].map(numberedStream));
  const raw = join(directory, `both.${film.codec ?? 'h264'}`);
  await writeFile(raw, Buffer.concat(await Promise.all(streams.map(({ video }) => readFile(video)))));
  const result = join(directory, 'both.mp4');
  const format = film.codec === 'h265' ? 'hevc' : 'h264';
  const tag = film.codec === 'h265' ? ['-tag:v', 'hvc1'] : [];
  await run('ffmpeg', [
    ...['-v', 'error', '-r', String(FPS), '-f', format, '-i', raw],
    ...['-c', 'copy', ...tag, result],
  ]);
  return result;
}

/** The same film, without what its header says about how it is to be turned. */
async function notTurned(path: string): Promise<string> {
  const result = `${path}.stored.mp4`;
  await run('ffmpeg', ['-v', 'error', '-i', path, '-c', 'copy', '-metadata:s:v:0', 'rotate=0', result]);
  return result;
}

/** Takes the parameter sets out of `avcC` (ISO/IEC 14496-15, 5.3.3.1): the numbers of both kinds become 0. */
async function emptySettings(path: string): Promise<void> {
  const data = await readFile(path);
  assert.ok(data.includes('avc3'));
  const record = data.indexOf('avcC') + 4;
  data[record + 5] = 0xe0;
  data[record + 6] = 0;
  await writeFile(path, data);
}

/** Says in AAC's settings that SBR doubles the rate of 24 kHz (ISO/IEC 14496-3, 1.6.6: sbrPresentFlag, 48 kHz). */
async function announceSpectralBands(path: string): Promise<void> {
  const data = await readFile(path);
  const extension = data.indexOf(Buffer.of(0x56, 0xe5, 0x00));
  assert.ok(extension > 0);
  data[extension + 2] = 0x80 | (3 << 3);
  await writeFile(path, data);
}

async function clipOf(t: TestContext, { takes, exact }: Case): Promise<FinishedClip> {
  const directory = await temporaryDirectory(t);
  const segments: Segment[] = [];
  for (const take of takes) {
    const start = segments.at(-1)?.to ?? START;
    const seconds = take.seconds ?? (takes.length === 1 ? 2 * TAKE - 1 : TAKE);
    const recorded = segmentsOf(await filmOf(take, directory), directory, {
      ...take,
      start,
      seconds,
      segmentSeconds: SEGMENT,
    });
    if (take.settingsInBand) for (const { name } of recorded) await emptySettings(join(directory, name));
    if (take.spectralBands)
      for (const { name } of recorded) await announceSpectralBands(join(directory, name));
    segments.push(...recorded);
  }
  const archive = await temporaryDirectory(t);
  const maker = new ClipMaker(new FakeRing(directory, SEGMENT, segments), archive, clock);
  const t0 = START + TAKE;
  const request = {
    id: 'crash',
    t0,
    pre: 6.7,
    post: 5.7,
    event: {},
    exact: exact ?? false,
  };
  return maker.make(request, { work: join(archive, 'work'), signal: new AbortController().signal });
}

describe('a clip of mixed footage', { skip: noBrowser, concurrency: 4 }, () => {
  let player: Player;
  before(async () => {
    player = await Player.open();
  });
  after(() => player.close());

  for (const [name, given] of Object.entries(CASES)) {
    it(name, async (t) => {
      const { path, description } = await clipOf(t, given);
      const { pictures, errors } = await readPictures(given.asStored ? await notTurned(path) : path);
      t.diagnostic(`${description.method} ${description.duration_s} s: ${description.notes.join('; ')}`);

      assert.deepEqual(errors, []);
      assert.equal(description.method, given.method);
      assert.match(description.notes.join('; '), given.notes ?? /^$/);
      const missing = pictures.filter(({ number }) => number === undefined).length;
      if (!given.unreadable)
        assert.equal(missing, 0, `${missing} of ${pictures.length} pictures cannot be read`);
      const length = description.duration_s;
      assert.ok(Math.abs(pictures.length - length * FPS) <= 3, `${pictures.length} pictures in ${length} s`);
      // `avc1` would promise settings in the header.
      const isInBand = given.takes.some(({ settingsInBand }) => settingsInBand);
      assert.equal((await readFile(path)).includes('avc3'), isInBand);
      const { video, audio } = await probe(path, { clock });
      assert.equal(audio !== undefined, given.sound ?? false);
      if (audio) {
        assert.ok(
          Math.abs((audio.duration ?? 0) - (video?.duration ?? 0)) < 0.2,
          `sound of ${audio.duration} s`,
        );
        const decode = ['-v', 'error', '-i', path, '-map', '0:a', '-f', 'null', '-'];
        assert.deepEqual(await run('ffmpeg', decode), { stdout: '', stderr: '' });
      }
      if (video?.codec === 'h264') {
        const { ended, error, time } = await player.play(path);
        assert.deepEqual({ ended, error }, { ended: true, error: '' });
        assert.ok(Math.abs(time - length) < 0.5, `it ended at ${time} of ${length} s`);
      }
    });
  }
});
