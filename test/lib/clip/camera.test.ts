import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ClipMaker } from '../../../nodes/lib/clip/maker';
import { sleep, systemClock as clock } from '../../../nodes/lib/clock';
import { cameraSource } from '../../../nodes/lib/ffmpeg/source';
import { record } from '../../../nodes/lib/recording/recorder';
import { Ring } from '../../../nodes/lib/recording/ring';
import { atEnd } from '../../support/at-end';
import { temporaryDirectory } from '../../support/flow';
import {
  readBurntTimes,
  rtspServerMissing,
  startRtspServer,
  type RtspOptions,
  type RtspServer,
} from '../../support/rtsp-server';

const FRAME = 1 / 25;
/** What the recorder promises, see nodes/lib/recording/README.md. */
const BOUND = 0.1;

async function setUp(t: TestContext, options: RtspOptions) {
  const camera = await startRtspServer(options);
  atEnd(t, () => camera.stop());
  const ring = await Ring.open({
    directory: await temporaryDirectory(t),
    segmentSeconds: 2,
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

/** When each frame of a clip is shown, seconds of the clip. */
function shownAt(path: string): number[] {
  const args = [
    '-v',
    'error',
    '-select_streams',
    'v',
    '-show_entries',
    'packet=pts_time',
    '-of',
    'csv=p=0',
    path,
  ];
  const lines = execFileSync('ffprobe', args, { encoding: 'utf8' }).split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => Number.parseFloat(line))
    .sort((a, b) => a - b);
}

/** Cuts a clip of what was recorded, and compares the time burnt into every frame with what the manifest tells. */
async function checkClip(t: TestContext, ring: Ring, { bFrames = 0 }: RtspOptions = {}) {
  const first = ring.segments[0].from;
  const last = ring.segments.at(-1)?.to ?? NaN;
  // T0 is in the middle; the window ends within the last segment and begins within the first.
  const window = { from: first + 0.5, to: last - 0.5 };
  const t0 = (window.from + window.to) / 2;
  const archive = await temporaryDirectory(t);
  const request = { id: 'camera', t0, pre: t0 - window.from, post: window.to - t0, event: {} };
  const options = { work: join(archive, 'work'), signal: new AbortController().signal };
  const { path, description } = await new ClipMaker(ring, archive, clock).make(request, options);

  const burnt = await readBurntTimes(path);
  const shown = shownAt(path);
  assert.equal(burnt.length, shown.length);
  // The first frame of a run may come without time stamp, and is put beside the second one.
  const errors = burnt.map((time, i) => description.achieved.from + shown[i] - time).slice(2);
  const [least, most] = [Math.min(...errors), Math.max(...errors)];
  t.diagnostic(`${burnt.length} frames, off by ${ms(least)} to ${ms(most)} ms`);
  // The camera holds a frame back until those that it is told from have come; nobody can see that from outside.
  const bound = BOUND + bFrames * FRAME;
  assert.ok(least > -2 * FRAME && most < bound, `off by ${ms(least)} to ${ms(most)} ms`);

  assert.ok(description.achieved.from <= window.from, 'it begins no later than asked');
  assert.ok(Math.abs(description.achieved.to - window.to) < 0.001, 'it ends when asked');
  const offset = description.t0_offset_s ?? NaN;
  const atT0 = burnt[shown.findLastIndex((time) => time <= offset + 0.001)];
  return { description, burnt, offT0: t0 - atT0 };
}

describe(
  'a clip of a real camera, recorded and cut',
  { skip: rtspServerMissing(), concurrency: 2, timeout: 240_000 },
  () => {
    const cameras: Record<string, RtspOptions> = {
      'H.264 with G.711 sound': { audio: 'alaw' },
      'H.264 with B-frames and AAC sound': { bFrames: 2, audio: 'aac' },
      'HEVC with key frames two seconds apart': { codec: 'h265', gopSeconds: 2 },
      'a variable frame rate': { uneven: true },
    };
    for (const [name, options] of Object.entries(cameras)) {
      it(`tells the time of every frame within 100 ms: ${name}`, async (t) => {
        const { camera, ring } = await setUp(t, options);
        await recordSegments(ring, camera, 3);
        const { description, offT0 } = await checkClip(t, ring, options);
        assert.deepEqual([description.method, description.gaps], ['copy', []]);
        // Between two frames the picture of the first is shown; four frames apart when they come unevenly.
        assert.ok(
          offT0 > -2 * FRAME - BOUND && offT0 < 4 * FRAME + BOUND,
          `T0 shows the picture of ${ms(offT0)} ms before`,
        );
      });
    }

    it('tells it across a restart of the recorder, and the gap between', async (t) => {
      const { camera, ring } = await setUp(t, { audio: 'alaw' });
      await recordSegments(ring, camera, 2);
      await recordSegments(ring, camera, 2);
      const { description, burnt } = await checkClip(t, ring);
      checkGap(description.gaps, burnt);
    });

    it('tells it across a freeze of the camera', async (t) => {
      const { camera, ring } = await setUp(t, {});
      const recording = recordSegments(ring, camera, 3);
      await new Promise((resolve) => ring.onSegment(resolve));
      process.kill(camera.pid, 'SIGSTOP');
      await sleep(clock, 3);
      process.kill(camera.pid, 'SIGCONT');
      await recording;
      await checkClip(t, ring);
    });
  },
);

/** The longest time between two frames is where the manifest says that nothing was recorded. */
function checkGap(gaps: readonly { from: number; to: number }[], burnt: readonly number[]): void {
  const lengths = burnt.slice(1).map((time, i) => time - burnt[i]);
  const longest = lengths.indexOf(Math.max(...lengths));
  assert.equal(gaps.length, 1);
  assert.ok(
    Math.abs(gaps[0].from - burnt[longest]) < BOUND + 2 * FRAME,
    'the gap begins after the last frame',
  );
  assert.ok(
    Math.abs(gaps[0].to - burnt[longest + 1]) < BOUND + 2 * FRAME,
    'the gap ends with the first frame',
  );
}

function ms(seconds: number): number {
  return Math.round(seconds * 1000);
}

function unexpected(what: unknown): void {
  throw new Error(String(what));
}
