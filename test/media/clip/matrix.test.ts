import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { noBrowser } from '../../support/unit/editor';
import { LiveRecording, type RecordedClip } from '../../support/footage/live-recording';
import { aacSound, numberedStream, type NumberedVideo } from '../../support/footage/numbered-footage';
import { Player } from '../../support/footage/player';
import { sleep, systemClock as clock } from '../../../nodes/lib/time/clock';
import {
  scriptedCameraMissing,
  startScriptedCamera,
  type CameraScript,
  type ScriptedCamera,
} from '../../support/camera/scripted-camera';

const run = promisify(execFile);
/** What the recorder promises, see nodes/lib/recording/README.md. */
const BOUND = 0.1;
/** CI takes pairs of values, `npm run test:long` all other cases. */
const LONG = process.env.V2X_LONG !== undefined;
/** Seconds that are recorded before and after the camera connects again. */
const PART = 6;
/** Number of the first picture after the camera has changed. */
const SECOND = 1_000_000;
/** Length of a stream, with room for a key frame that is missed; behind it numbers repeat. */
const streamSeconds = (gop: number) => 2 * gop + 60;

/** What issue reports of other recorders differ in. */
const DIMENSIONS = {
  sound: ['none', 'aac', 'aac-silent', 'alaw', 'alaw-silent', 'stops', 'rate-changes'],
  /** Seconds from key frame to key frame. */
  gop: [2, 60],
  kind: ['closed', 'open'],
  /** What is different after the camera has connected again. */
  change: ['nothing', 'profile', 'size'],
  /** Where in a GOP the recorder joins. */
  joined: [0.5, 0.8],
} as const;

type Case = { readonly [Name in keyof typeof DIMENSIONS]: (typeof DIMENSIONS)[Name][number] };

const NAMES = Object.keys(DIMENSIONS) as (keyof Case)[];
const ALL = NAMES.reduce<Partial<Case>[]>(
  (cases, name) => cases.flatMap((trial) => DIMENSIONS[name].map((value) => ({ ...trial, [name]: value }))),
  [{}],
) as Case[];

/** Chooses cases until each pair of values is in one: always the case with most new pairs. */
function pairwise(cases: readonly Case[]): Case[] {
  const missing = new Set(cases.flatMap(pairsOf));
  const chosen: Case[] = [];
  while (missing.size > 0) {
    const gain = (trial: Case) => pairsOf(trial).filter((pair) => missing.has(pair)).length;
    const best = cases.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    for (const pair of pairsOf(best)) missing.delete(pair);
    chosen.push(best);
  }
  return chosen;
}

function pairsOf(trial: Case): string[] {
  return NAMES.flatMap((a, i) => NAMES.slice(i + 1).map((b) => `${a} ${trial[a]}, ${b} ${trial[b]}`));
}

const PAIRS = pairwise(ALL);
const CASES = LONG ? ALL.filter((trial) => !PAIRS.includes(trial)) : PAIRS;

async function scriptOf({ sound, gop, joined }: Case, second: boolean): Promise<CameraScript> {
  return { age: joined * gop, ...(await soundOf(sound, second)) };
}

async function soundOf(sound: Case['sound'], second: boolean): Promise<CameraScript> {
  if (sound === 'none') return { audio: 'none' };
  const seconds = streamSeconds(60);
  if (sound.startsWith('alaw')) return { audio: 'alaw', audioSilent: sound === 'alaw-silent' };
  const audioFile = await aacSound(sound === 'rate-changes' && !second ? 8000 : 16_000, seconds);
  return { audio: 'aac', audioFile, audioSilent: sound === 'aac-silent' };
}

function videoOf({ gop, kind, change }: Case, second: boolean): NumberedVideo {
  const open = kind === 'open' ? { openGop: true, bFrames: 2 } : {};
  const other = {
    nothing: {},
    profile: { encoder: ['-profile:v', 'baseline'], ...(kind === 'open' && { openGop: false, bFrames: 0 }) },
    size: { width: 480, height: 300 },
  }[change];
  return {
    seconds: streamSeconds(gop),
    gopSeconds: gop,
    ...open,
    ...(second && { ...other, first: SECOND }),
  };
}

/** Records a camera that is joined anywhere, drops the line and comes back changed; makes a clip of all of it. */
async function recordCase(
  t: TestContext,
  trial: Case,
): Promise<{ camera: ScriptedCamera; clip: RecordedClip }> {
  const [first, second] = [
    await numberedStream(videoOf(trial, false)),
    await numberedStream(videoOf(trial, true)),
  ];
  const camera = await startScriptedCamera(t, first, await scriptOf(trial, false));
  const recording = await LiveRecording.start(t, camera, 2);
  const recordPart = async () => {
    await recording.footage(PART / 2);
    if (trial.sound === 'stops') await camera.change({ audioSilent: true });
    await sleep(clock, PART / 2);
  };
  await recordPart();
  await camera.drop(await scriptOf(trial, true), second);
  await recordPart();
  await recording.stop();
  return { camera, clip: await recording.clip(t) };
}

function checkPictures(
  t: TestContext,
  { gop }: Case,
  { clip, camera }: { clip: RecordedClip; camera: ScriptedCamera },
): void {
  assert.deepEqual(clip.errors, [], 'it decodes without error');
  const { achieved, time_error_s: told = 0 } = clip.description;
  const shown = clip.pictures.filter(({ number }, i) => number !== clip.pictures.at(i - 1)?.number);
  // A run's first pictures may come without time stamp, and have a guessed one.
  const begins = shown.findIndex(({ number = 0 }) => number >= SECOND);
  const late = shown.flatMap(({ time, number }, i) => {
    assert.ok(number !== undefined, `the picture at ${time} s can be read`);
    const guessed = i < 3 || (i >= begins && i < begins + 3);
    const since = achieved.from + time - camera.timeOf(number);
    // On a busy machine a camera may have come to its stream's end and begun again.
    return guessed ? [] : [since - streamSeconds(gop) * Math.round(since / streamSeconds(gop))];
  });
  const [least, most] = [Math.min(...late), Math.max(...late)];
  t.diagnostic(`${shown.length} pictures, ${ms(least)} to ${ms(most)} ms late, ${clip.description.method}`);
  assert.ok(least > -BOUND - told && most < BOUND + told, `times are off by ${ms(least)} to ${ms(most)} ms`);
  assert.ok(begins > 0, 'footage of both connections is in it');
}

/** Whether the manifest tells of what is missing, and sound and picture are equally long. */
async function checkSound(clip: RecordedClip, { sound }: Case): Promise<void> {
  const entries = ['-show_entries', 'stream=codec_type,duration', '-of', 'csv=p=0'];
  const { stdout } = await run('ffprobe', ['-v', 'error', ...entries, clip.path]);
  const lengths = new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(','))
      .map(([type, seconds]) => [type, Number(seconds)]),
  );
  const [picture = NaN, heard] = [lengths.get('video'), lengths.get('audio')];
  const isHeard = !['none', 'aac-silent', 'alaw-silent'].includes(sound);
  if (isHeard) assert.ok(heard !== undefined, 'the sound is in the clip');
  if (heard !== undefined)
    assert.ok(Math.abs(heard - picture) < 0.5, `sound of ${heard} s on a picture of ${picture} s`);
  const { gaps, notes } = clip.description;
  assert.equal(gaps.length, 1, 'the manifest tells of the gap');
  if (sound === 'stops') assert.match(notes.join('\n'), /No audio was recorded/);
}

describe(
  'clips of cameras that are joined anywhere and come back changed',
  {
    skip: scriptedCameraMissing || noBrowser,
    concurrency: LONG ? 12 : CASES.length,
  },
  () => {
    let player: Player;
    before(async () => {
      player = await Player.open();
    });
    after(() => player.close());

    it(`${PAIRS.length} of ${ALL.length} cases in CI have each pair of values; here run ${CASES.length}`, () => {
      assert.deepEqual(new Set(PAIRS.flatMap(pairsOf)), new Set(ALL.flatMap(pairsOf)));
    });

    for (const trial of CASES) {
      const { sound, gop, kind, change, joined } = trial;
      it(`sound ${sound}, ${kind} GOPs of ${gop} s joined at ${joined}, then another ${change}`, async (t) => {
        const recorded = await recordCase(t, trial);
        checkPictures(t, trial, recorded);
        await checkSound(recorded.clip, trial);
        const { path, description } = recorded.clip;
        const played = await player.play(path);
        assert.equal(played.error, '', `Chromium stopped at ${played.time} s`);
        assert.ok(played.ended, `Chromium hangs at ${played.time} s`);
        const difference = Math.abs(played.duration - description.duration_s);
        assert.ok(difference < 0.5, `Chromium plays ${played.duration} s of ${description.duration_s} s`);
      });
    }
  },
);

function ms(seconds: number): number {
  return Math.round(seconds * 1000);
}
