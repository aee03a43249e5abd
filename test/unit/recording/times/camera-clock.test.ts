import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RunTimeline, type SegmentSpan } from '../../../../nodes/lib/recording/times/timeline';

const START = 1_700_000_000;
/** What the recorder promises, see nodes/lib/recording/README.md. */
const BOUND = 0.1;

interface Script {
  readonly seconds?: number;
  readonly fps?: number;
  readonly gopSeconds?: number;
  readonly segmentSeconds?: number;
  /** The time stamp of a picture that was taken at a moment, in seconds since the start. */
  readonly stamp?: (taken: number) => number;
  /** Seconds from the moment when a picture is taken until it comes. */
  readonly delay?: (taken: number) => number;
  /** Pictures that are not sent. */
  readonly lost?: (taken: number) => boolean;
}

/** Cameras of the property below that were not right, nor said so: a step taken for a slope, and one seen late. */
const FOUND: [
  { drift: number; jitter: number; step: { at: number; by: number }; fps: number; segmentSeconds: number },
][] = [
  [{ drift: 0, jitter: 0, step: { at: 27.23, by: 0.1226 }, fps: 30, segmentSeconds: 2 }],
  [{ drift: 0, jitter: 0, step: { at: 27.23, by: 0.13 }, fps: 30, segmentSeconds: 2 }],
  [{ drift: -0.0185, jitter: 0, step: { at: 20, by: 0.54 }, fps: 30, segmentSeconds: 10 }],
  [{ drift: -0.0217, jitter: 0, step: { at: 33.4, by: 0.48 }, fps: 5, segmentSeconds: 10 }],
];

interface Recorded extends SegmentSpan {
  readonly pictures: readonly { readonly taken: number; readonly stamp: number }[];
}

/** Records a camera, all at once: what a timeline says of each segment, and when its pictures were taken. */
function recordCamera(script: Script): Recorded[] {
  const { seconds = 300, fps = 15, gopSeconds = 2, segmentSeconds = 10 } = script;
  const { stamp = same, delay = () => 0, lost = () => false } = script;
  let elapsed = 0;
  let pts = -1;
  const timeline = new RunTimeline({ now: () => START + elapsed, monotonic: () => elapsed });
  const recorded: Recorded[] = [];
  let pictures: { taken: number; stamp: number }[] = [];
  let ended: { pictures: typeof pictures; end: number }[] = [];
  for (let picture = 0; picture < seconds * fps; picture++) {
    const taken = picture / fps;
    if (lost(taken)) continue;
    elapsed = Math.max(elapsed, taken + delay(taken));
    // ffmpeg pushes forward what went back.
    pts = Math.max(stamp(taken), pts + 1 / 90_000);
    timeline.frame({ dts: pts, pts });
    const isKey = picture % Math.round(gopSeconds * fps) === 0;
    if (isKey && pictures.length > 0 && pts - pictures[0].stamp >= segmentSeconds - 0.01) {
      ended.push({ pictures, end: pts });
      pictures = [];
    }
    if (timeline.settled) {
      for (const segment of ended)
        recorded.push({ ...timeline.close(segment.pictures[0].stamp, segment.end), ...segment });
      ended = [];
    }
    pictures.push({ taken, stamp: pts });
  }
  return recorded;
}

function same(taken: number): number {
  return taken;
}

/** By how much a segment's times are later than its pictures were taken, at worst. */
function worst({ from, rate = 1, pictures }: Recorded): number {
  const errors = pictures.map(
    ({ taken, stamp }) => from + (stamp - pictures[0].stamp) * rate - START - taken,
  );
  return errors.reduce((most, error) => (Math.abs(error) > Math.abs(most) ? error : most), 0);
}

/** Every time is right, or the segment says how far it may be off. */
function checkHonest(recorded: readonly Recorded[]): void {
  for (const [i, segment] of recorded.entries()) {
    const allowed = Math.max(BOUND, segment.timeError ?? 0) + 0.02;
    assert.ok(
      Math.abs(worst(segment)) <= allowed,
      `segment ${i} of ${recorded.length}: off by ${worst(segment)} s, told ${segment.timeError} s`,
    );
  }
}

/** Every time is right without a word of doubt, but in so many segments. */
function checkRight(recorded: readonly Recorded[], doubtful = 0): void {
  checkHonest(recorded);
  const doubts = recorded.flatMap(({ timeError }, i) =>
    timeError === undefined ? [] : `${i}: ${timeError} s`,
  );
  assert.ok(doubts.length <= doubtful, `doubtful segments: ${doubts.join(', ')}`);
}

/** From 0 to 1, the same in each run. */
function noise(taken: number): number {
  const value = Math.sin(taken * 12.9898) * 43_758.5453;
  return value - Math.floor(value);
}

describe('the time of a camera whose clock is wrong', () => {
  const drifts = [-0.2, -0.16, -0.02, -0.002, -100e-6, 100e-6, 0.002, 0.02, 0.16, 0.2];
  for (const drift of drifts) {
    it(`is right while time stamps run at ${1 + drift} of the time`, () => {
      checkRight(recordCamera({ stamp: (taken) => taken * (1 + drift) }));
      checkRight(
        recordCamera({ stamp: (taken) => taken * (1 + drift), delay: (taken) => 0.03 * noise(taken) }),
      );
    });
  }

  for (const step of [-0.5, -0.25, -0.1, 0.1, 0.25, 0.5, 1, 1.9]) {
    it(`is right again soon after time stamps step by ${step} s`, () => {
      const at = 123.4;
      checkRight(recordCamera({ stamp: (taken) => (taken > at ? taken + step : taken) }), 2);
    });
  }

  it('is right, or says that it may not be, when the rate begins to be wrong', () => {
    const at = 65;
    const stamp = (taken: number) => taken + Math.max(0, taken - at) * -0.16;
    checkRight(recordCamera({ stamp }), 2);
  });

  it('is not moved by a delivery that is late for a while', () => {
    const script: Script[] = [
      { delay: (taken) => (taken > 100 && taken < 108 ? 108 - taken : 0) },
      { delay: (taken) => (taken > 100 && taken < 106 ? 3 - (taken - 100) / 2 : 0) },
      { delay: (taken) => 0.05 * noise(taken) },
      { lost: (taken) => taken > 100 && taken < 112.3 },
    ];
    for (const each of script) checkRight(recordCamera(each), 1);
    checkHonest(recordCamera({ delay: (taken) => 0.2 * noise(taken) }));
  });

  for (const fps of [1, 5, 60]) {
    it(`is right with ${fps} frames a second`, () => {
      checkRight(recordCamera({ fps, stamp: (taken) => taken * 0.9 }));
      checkRight(recordCamera({ fps, stamp: (taken) => (taken > 100 ? taken + 0.3 : taken) }), 2);
      checkRight(recordCamera({ fps, delay: (taken) => 0.02 * noise(taken) }));
    });
  }

  it('is right with key frames a minute apart', () => {
    const gop = { gopSeconds: 60, seconds: 400 };
    checkRight(recordCamera({ ...gop, stamp: (taken) => taken * 0.84 }));
    checkRight(recordCamera({ ...gop, stamp: (taken) => (taken > 150 ? taken - 0.5 : taken) }), 1);
  });

  it('is right with segments of a second or two', () => {
    for (const segmentSeconds of [1, 2])
      checkHonest(recordCamera({ segmentSeconds, gopSeconds: 1, stamp: (taken) => taken * 0.84 }));
  });

  it('is right or doubted, whatever the camera does', () => {
    const seconds = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    const script = fc.record({
      drift: seconds(-0.2, 0.2),
      jitter: seconds(0, 0.03),
      step: fc.record({ at: seconds(20, 150), by: seconds(-0.25, 1.9) }),
      fps: fc.constantFrom(5, 15, 30),
      segmentSeconds: fc.constantFrom(2, 10),
    });
    fc.assert(
      fc.property(script, ({ drift, jitter, step, ...rest }) => {
        const stamp = (taken: number) => taken * (1 + drift) + (taken > step.at ? step.by : 0);
        checkHonest(recordCamera({ ...rest, seconds: 180, stamp, delay: (taken) => jitter * noise(taken) }));
      }),
      { numRuns: 100, examples: FOUND },
    );
  });
});
