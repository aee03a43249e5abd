import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { LiveRecording, timeErrors } from '../../support/footage/live-recording';
import { aacSound, numberedStream, type NumberedVideo } from '../../support/footage/numbered-footage';
import {
  scriptedCameraMissing,
  startScriptedCamera,
  type CameraScript,
} from '../../support/camera/scripted-camera';

const FPS = 15;
/** What the recorder promises, see nodes/lib/recording/README.md. */
const BOUND = 0.1;
/** Seconds that are recorded of each camera; V2X_LONG=300 for five minutes. */
const SECONDS = Number(process.env.V2X_LONG ?? 30);
/** The moment at which a camera's clock steps. */
const STEP_AT = SECONDS / 3;

interface Trial {
  readonly video?: Partial<NumberedVideo>;
  readonly script?: CameraScript;
  readonly note?: RegExp;
}

/** Records a camera and cuts a clip with T0 in its middle: what it shows there was taken at T0. */
async function tryCamera(t: TestContext, { video, script = {}, note }: Trial): Promise<void> {
  const stream = await numberedStream({ seconds: SECONDS + 120, ...video });
  const camera = await startScriptedCamera(t, stream, script);
  const recording = await LiveRecording.start(t, camera, 5);
  await recording.seconds(SECONDS);
  await recording.stop();
  const clip = await recording.clip(t);
  const { atT0, begin, taken } = timeErrors(clip, camera);
  const { time_error_s: told = 0, notes } = clip.description;
  t.diagnostic(
    `T0 shows a picture of ${ms(atT0)} ms before it, the clip begins ${ms(begin)} ms late, told ${told} s`,
  );
  assert.ok(atT0 > -BOUND - told && atT0 < 1 / FPS + BOUND + told, `T0 is ${ms(atT0)} ms off`);
  assert.ok(told < 1, 'not everything is doubtful');
  const lengths = taken.slice(1).map((time, i) => time - taken[i]);
  assert.ok(
    lengths.every((length) => Math.abs(length - 1 / FPS) < 0.001),
    'every picture is in it once',
  );
  if (note) assert.match(notes.join('\n'), note);
}

const reports = { every: 2, first: 1 };

describe(
  'the time of a live camera whose clock is wrong',
  { skip: scriptedCameraMissing, concurrency: 10 },
  () => {
    const trials: Record<string, Trial> = {
      'stamps of 25 a second, 21 sent': { script: { drift: -0.16 }, note: /ran \d+\.\d % slow/ },
      'stamps that run ahead': { script: { drift: 0.1 }, note: /ran \d+\.\d % fast/ },
      'a small drift': { script: { drift: -0.002 } },
      'a step ahead': { script: { clockJump: { at: STEP_AT, by: 0.5 } } },
      'a step back': { script: { clockJump: { at: STEP_AT, by: -0.4 } } },
      'an open GOP with B-frames': { video: { openGop: true, bFrames: 3 } },
      'a queue on the way': { script: { holdUp: { at: STEP_AT, seconds: 4 } } },
    };
    for (const [name, trial] of Object.entries(trials))
      it(`is right with ${name}`, (t) => tryCamera(t, trial));

    it('is right with sender reports that step', async (t) => {
      const sound: CameraScript = { audio: 'aac', audioFile: await aacSound(16_000, SECONDS + 120) };
      const step = { at: STEP_AT, videoOffset: 0.6, audioOffset: 0.6 };
      await tryCamera(t, { script: { ...sound, senderReports: { ...reports, step } } });
    });
  },
);

function ms(seconds: number): number {
  return Math.round(seconds * 1000);
}
