import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import type { ClipManifest } from '../../../nodes/contracts';
import { ClipMaker } from '../../../nodes/lib/clip/maker';
import { sleep, systemClock as clock } from '../../../nodes/lib/time/clock';
import { cameraSource } from '../../../nodes/lib/camera/source';
import { record } from '../../../nodes/lib/recording/recorder';
import { Ring } from '../../../nodes/lib/recording/ring/ring';
import { atEnd } from '../../support/at-end';
import { temporaryDirectory } from '../../support/flow';
import {
  readBurntTimes,
  readShownTimes,
  readToneStarts,
  rtspServerMissing,
  startRtspServer,
  type RtspOptions,
  type RtspServer,
} from '../../support/camera/rtsp-server';

const FRAME = 1 / 25;
/** What the recorder promises, see nodes/lib/recording/README.md. */
const BOUND = 0.1;
const run = promisify(execFile);

async function setUp(t: TestContext, options: RtspOptions, segmentSeconds = 2) {
  const camera = await startRtspServer(options);
  atEnd(t, () => camera.stop());
  const ring = await Ring.open({
    directory: await temporaryDirectory(t),
    segmentSeconds,
    retention: { maxAge: 0, maxBytes: 0, minFreeBytes: 0 },
    clock,
    onError: unexpected,
  });
  atEnd(t, () => ring.close());
  return { camera, ring };
}

/** Records until so many more segments have closed; the one that is open then is finished too. */
async function recordSegments(ring: Ring, { url }: RtspServer, count: number): Promise<void> {
  const stop = new AbortController();
  let closed = 0;
  const onSegment = () => {
    closed += 1;
    if (closed === count) stop.abort();
  };
  const source = cameraSource({ address: url });
  await record(
    { source, ring, clock, onSegment, onRecording: () => undefined, onWarning: unexpected },
    stop.signal,
  );
}

interface Window {
  readonly from: number;
  readonly to: number;
}

/** A clip, and what its pictures tell. */
interface Cut {
  readonly path: string;
  readonly description: ClipManifest;
  readonly window: Window;
  readonly t0: number;
  /** The time burnt into each frame, and when it is shown in seconds of the clip. */
  readonly burnt: readonly number[];
  readonly shown: readonly number[];
  /** By how much the manifest tells a later time than each frame. */
  readonly errors: readonly number[];
}

/** All that was recorded but half a second at each end. */
function middleOf(ring: Ring): Window {
  return { from: ring.segments[0].from + 0.5, to: (ring.segments.at(-1)?.to ?? NaN) - 0.5 };
}

/** Cuts a clip of what was recorded, with T0 in its middle. */
async function cut(t: TestContext, ring: Ring, window = middleOf(ring), exact = false): Promise<Cut> {
  const t0 = (window.from + window.to) / 2;
  const archive = await temporaryDirectory(t);
  const request = { id: 'camera', t0, pre: t0 - window.from, post: window.to - t0, event: {}, exact };
  const options = { work: join(archive, 'work'), signal: new AbortController().signal };
  const { path, description } = await new ClipMaker(ring, archive, clock).make(request, options);
  const [burnt, shown] = await Promise.all([readBurntTimes(path), readShownTimes(path)]);
  assert.equal(burnt.length, shown.length);
  const errors = burnt.map((time, i) => description.achieved.from + shown[i] - time);
  return { path, description, window, t0, burnt, shown, errors };
}

/** Compares the time burnt into every frame with what the manifest tells, at T0 and both ends too. */
function checkTimes(t: TestContext, { description, window, t0, burnt, shown, errors }: Cut, frame = FRAME) {
  // The first frames of a run may come without time stamp, and are put beside those that have one.
  const stamped = errors.slice(2);
  const [least, most] = [Math.min(...stamped), Math.max(...stamped)];
  t.diagnostic(`${burnt.length} frames, off by ${ms(least)} to ${ms(most)} ms`);
  assert.ok(least > -2 * FRAME && most < BOUND, `off by ${ms(least)} to ${ms(most)} ms`);

  // An exact cut begins with the next frame, any other no later than asked.
  const late = description.method === 'smart' ? frame : 0;
  assert.ok(description.achieved.from <= window.from + late, 'it begins no later than asked');
  assert.ok(burnt[0] <= window.from + late + BOUND, 'its first picture is no later than asked');
  assert.ok(Math.abs(description.achieved.to - window.to) < 0.001, 'it ends when asked');
  const end = (burnt.at(-1) ?? NaN) + frame;
  assert.ok(
    Math.abs(end - window.to) < BOUND + frame,
    `its last picture ends ${ms(end - window.to)} ms late`,
  );

  const offset = description.t0_offset_s ?? NaN;
  const atT0 = shown.findLastIndex((time) => time <= offset + 0.001);
  assert.ok(burnt[atT0] < t0 + BOUND, `T0 shows a picture of ${ms(burnt[atT0] - t0)} ms after it`);
  assert.ok(
    burnt[atT0 + 1] > t0 - BOUND,
    `the picture after the one at T0 is ${ms(t0 - burnt[atT0 + 1])} ms older`,
  );
}

describe('a clip of a real camera, recorded and cut', { skip: rtspServerMissing(), concurrency: 4 }, () => {
  // The long ones first: the others run beside them.
  it('keeps picture and sound in step over 60 segments with sound of 8 kHz', async (t) => {
    const { camera, ring } = await setUp(t, { audio: 'alaw' }, 1);
    await recordSegments(ring, camera, 60);
    const clip = await cut(t, ring);
    checkTimes(t, clip);
    assert.ok(clip.description.segments.length >= 60);
    assert.deepEqual([clip.description.method, clip.description.gaps], ['copy', []]);
    await checkSound(t, clip);
  });

  it('tells it across a camera that stands still for half a minute', async (t) => {
    const { camera, ring } = await setUp(t, {});
    const recording = recordSegments(ring, camera, Infinity);
    const ended = assert.rejects(recording, { code: 'camera' });
    await new Promise((resolve) => ring.onSegment(resolve));
    process.kill(camera.pid, 'SIGSTOP');
    const goesOn = sleep(clock, 30).then(() => process.kill(camera.pid, 'SIGCONT'));
    await ended;
    await recordAgain(ring, camera, 2);
    await goesOn;
    const clip = await cut(t, ring);
    checkTimes(t, clip);
    checkGap(clip, 30);
  });

  it('begins no later than asked with key frames ten seconds apart, or on the very frame', async (t) => {
    const { camera, ring } = await setUp(t, { gopSeconds: 10 });
    await recordSegments(ring, camera, 3);
    const [first, second, third] = ring.segments;
    for (const { from, to } of [second, third]) assert.ok(to - from > 9.9, `${to - from} s`);
    const window = { from: first.to - 3, to: third.from + 4 };

    const copy = await cut(t, ring, window);
    checkTimes(t, copy);
    assert.deepEqual([copy.description.method, copy.description.gaps], ['copy', []]);
    assert.equal(copy.description.achieved.from, thousandths(first.from));

    const exact = await cut(t, ring, window, true);
    checkTimes(t, exact);
    assert.deepEqual([exact.description.method, exact.description.gaps], ['smart', []]);
    assert.ok(exact.description.achieved.from >= window.from - 0.001, 'it begins no earlier either');
    assert.ok(exact.burnt[0] > window.from - BOUND, 'nor does its first picture');
  });

  const cameras: Record<string, RtspOptions> = {
    'H.264 with G.711 sound': { audio: 'alaw' },
    'H.264 with B-frames and AAC sound': { bFrames: 2, audio: 'aac' },
    'HEVC with key frames two seconds apart': { codec: 'h265', gopSeconds: 2 },
  };
  for (const [name, options] of Object.entries(cameras)) {
    it(`tells the time of every frame within 100 ms: ${name}`, async (t) => {
      const { camera, ring } = await setUp(t, options);
      await recordSegments(ring, camera, 3);
      const clip = await cut(t, ring);
      checkTimes(t, clip);
      assert.deepEqual([clip.description.method, clip.description.gaps], ['copy', []]);
    });
  }

  it('tells it with a variable frame rate', async (t) => {
    const { camera, ring } = await setUp(t, { uneven: true });
    await recordSegments(ring, camera, 6);
    const clip = await cut(t, ring);
    // Four frames apart where three of them are missing.
    checkTimes(t, clip, 4 * FRAME);
    const moved = Math.abs((clip.errors.at(-1) ?? NaN) - clip.errors[2]);
    assert.ok(moved < FRAME, `${ms(moved)} ms are lost between segments`);
    assert.deepEqual([clip.description.method, clip.description.gaps], ['copy', []]);
  });

  it('tells it with five frames a second', async (t) => {
    // Longer than ffmpeg looks into the stream before it hands on what has come meanwhile.
    const { camera, ring } = await setUp(t, { fps: 5 }, 6);
    await recordSegments(ring, camera, 2);
    const clip = await cut(t, ring);
    checkTimes(t, clip, 1 / 5);
    assert.deepEqual([clip.description.method, clip.description.gaps], ['copy', []]);
  });

  it('tells it across a restart of the recorder, and the gap between', async (t) => {
    const { camera, ring } = await setUp(t, { audio: 'alaw' });
    await recordSegments(ring, camera, 2);
    await recordSegments(ring, camera, 2);
    const clip = await cut(t, ring);
    checkTimes(t, clip);
    checkGap(clip, 0);
  });

  it('tells it across a freeze of the camera', async (t) => {
    const { camera, ring } = await setUp(t, {});
    const recording = recordSegments(ring, camera, 5);
    await new Promise((resolve) => ring.onSegment(resolve));
    process.kill(camera.pid, 'SIGSTOP');
    await sleep(clock, 3);
    process.kill(camera.pid, 'SIGCONT');
    await recording;
    const clip = await cut(t, ring);
    checkTimes(t, clip);
    assert.ok(longestPause(clip.burnt).seconds > 3 - 2 * FRAME, 'the camera stood still');
  });
});

/** As the node does: again and again until the camera answers. */
async function recordAgain(ring: Ring, camera: RtspServer, count: number): Promise<void> {
  for (;;) {
    try {
      await recordSegments(ring, camera, count);
      return;
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'camera');
      await sleep(clock, 1);
    }
  }
}

/** Each second of the camera's clock begins with a tone: it has to be heard when the pictures show that second. */
async function checkSound(t: TestContext, { path, description, burnt, errors }: Cut): Promise<void> {
  const { stdout } = await run('ffprobe', [
    ...['-v', 'error', '-select_streams', 'a', '-show_entries', 'stream=codec_name,sample_rate'],
    ...['-of', 'csv=p=0', path],
  ]);
  assert.equal(stdout.trim(), 'aac,8000');
  const heard = (await readToneStarts(path)).map((time) => description.achieved.from + time);
  const seconds = Math.floor(burnt.at(-1) ?? NaN) - Math.ceil(burnt[0]);
  assert.ok(Math.abs(heard.length - seconds) <= 1, `${heard.length} tones in ${seconds} s`);
  const behind = heard.map((time) => {
    const second = Math.round(time);
    return time - second - errors[burnt.findLastIndex((moment) => moment <= second + FRAME)];
  });
  const [least, most] = [Math.min(...behind), Math.max(...behind)];
  const told = `sound is ${ms(least)} to ${ms(most)} ms behind the picture`;
  t.diagnostic(told);
  assert.ok(least > -2 * FRAME && most < 2 * FRAME, told);
  assert.ok(most - least < FRAME, told);
}

/** The longest time between two frames is where the manifest says that nothing was recorded. */
function checkGap({ description: { gaps }, burnt }: Cut, atLeast: number): void {
  const { from, to, seconds } = longestPause(burnt);
  assert.equal(gaps.length, 1);
  assert.ok(seconds > atLeast, `a gap of ${seconds} s`);
  assert.ok(Math.abs(gaps[0].from - from) < BOUND + 2 * FRAME, 'the gap begins after the last frame');
  assert.ok(Math.abs(gaps[0].to - to) < BOUND + 2 * FRAME, 'the gap ends with the first frame');
}

function longestPause(burnt: readonly number[]): Window & { readonly seconds: number } {
  const lengths = burnt.slice(1).map((time, i) => time - burnt[i]);
  const seconds = Math.max(...lengths);
  const from = burnt[lengths.indexOf(seconds)];
  return { from, to: from + seconds, seconds };
}

function ms(seconds: number): number {
  return Math.round(seconds * 1000);
}

function thousandths(seconds: number): number {
  return ms(seconds) / 1000;
}

function unexpected(what: unknown): void {
  throw new Error(String(what));
}
