import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { noBrowser } from '../../support/editor';
import { LiveRecording, type RecordedClip } from '../../support/live-recording';
import { aacSound, numberedStream, type NumberedVideo } from '../../support/numbered-footage';
import { Player } from '../../support/player';
import {
  scriptedCameraMissing,
  startScriptedCamera,
  type CameraScript,
  type ScriptedCamera,
} from '../../support/scripted-camera';

const run = promisify(execFile);
/** What the recorder promises, see nodes/lib/recording/README.md. */
const BOUND = 0.1;
/** The full product, with key frames a minute apart, takes many minutes; CI takes pairs, and a third of a minute. */
const LONG = process.env.V2X_LONG !== undefined;
const FAR_APART = LONG ? 60 : 20;
/** Seconds that are recorded before and after the camera connects again. */
const PART = 6;
/** Number of the first picture after the camera has changed. */
const SECOND = 1_000_000;
const CAMERA_SECONDS = 4 * FAR_APART + 120;

const SOUNDS = ['none', 'aac', 'aac-silent', 'alaw', 'alaw-silent', 'stops', 'rate-changes'] as const;
/** Sound that never comes takes the start of its file with it; CI takes it when the recorder leaves it out. */
const IN_CI = SOUNDS.filter((sound) => !sound.endsWith('silent'));
const GOPS = [2, FAR_APART] as const;
const KINDS = ['closed', 'open'] as const;
const CHANGES = ['nothing', 'profile', 'size'] as const;

interface Case {
  readonly sound: (typeof SOUNDS)[number];
  readonly gop: (typeof GOPS)[number];
  readonly kind: (typeof KINDS)[number];
  /** What is different after the camera has connected again. */
  readonly change: (typeof CHANGES)[number];
}

/** Each sound with either distance of key frames; the other columns take turns. */
const PAIRS: readonly Case[] = IN_CI.flatMap((sound, i) =>
  GOPS.map((gop, j) => ({ sound, gop, kind: KINDS[(i + j) % 2], change: CHANGES[(i + j) % 3] })),
);
const ALL: readonly Case[] = SOUNDS.flatMap((sound) =>
  GOPS.flatMap((gop) => KINDS.flatMap((kind) => CHANGES.map((change) => ({ sound, gop, kind, change })))),
);

async function soundOf({ sound, gop }: Case, second: boolean): Promise<CameraScript> {
  if (sound === 'none') return { audio: 'none' };
  const seconds = CAMERA_SECONDS;
  if (sound.startsWith('alaw')) return { audio: 'alaw', audioSilent: sound === 'alaw-silent' };
  const audioFile = await aacSound(sound === 'rate-changes' && !second ? 8000 : 16_000, seconds);
  // The recording begins with the next key frame, and the sound ends within it.
  const stops = sound === 'stops' ? { audioStopsAfter: gop + 2 } : {};
  return { audio: 'aac', audioFile, audioSilent: sound === 'aac-silent', ...stops };
}

function videoOf({ gop, kind, change }: Case, second: boolean): NumberedVideo {
  const open = kind === 'open' ? { openGop: true, bFrames: 2 } : {};
  const other = {
    nothing: {},
    profile: { encoder: ['-profile:v', 'baseline'], ...(kind === 'open' && { openGop: false, bFrames: 0 }) },
    size: { width: 480, height: 300 },
  }[change];
  return { seconds: CAMERA_SECONDS, gopSeconds: gop, ...open, ...(second && { ...other, first: SECOND }) };
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
  const camera = await startScriptedCamera(t, first, await soundOf(trial, false));
  const recording = await LiveRecording.start(t, camera, 2);
  await recording.footage(PART);
  await camera.drop(await soundOf(trial, true), second);
  await recording.footage(PART);
  await recording.stop();
  return { camera, clip: await recording.clip(t) };
}

function checkPictures(
  t: TestContext,
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
    return guessed ? [] : [achieved.from + time - camera.timeOf(number)];
  });
  const [least, most] = [Math.min(...late), Math.max(...late)];
  t.diagnostic(`${shown.length} pictures, ${ms(least)} to ${ms(most)} ms late, ${clip.description.method}`);
  assert.ok(least > -BOUND - told && most < BOUND + told, `times are off by ${ms(least)} to ${ms(most)} ms`);
  assert.ok(begins > 0, 'footage of both connections is in it');
}

/** Whether the manifest tells of what is missing, and sound and picture are equally long. */
async function checkSound(clip: RecordedClip, { sound, gop }: Case): Promise<void> {
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
  if (sound === 'stops' && gop === GOPS[0]) assert.match(notes.join('\n'), /No sound was recorded/);
}

describe(
  'clips of cameras that are joined anywhere and come back changed',
  {
    skip: scriptedCameraMissing || noBrowser,
    concurrency: LONG ? 8 : 14,
    timeout: (LONG ? 7200 : 400) * 1000,
  },
  () => {
    let player: Player;
    before(async () => {
      player = await Player.open();
    });
    after(() => player.close());

    for (const trial of LONG ? ALL : PAIRS) {
      const { sound, gop, kind, change } = trial;
      it(`sound ${sound}, ${kind} GOPs of ${gop} s, then another ${change}`, async (t) => {
        const recorded = await recordCase(t, trial);
        checkPictures(t, recorded);
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
