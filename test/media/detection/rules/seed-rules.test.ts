import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newEngine } from '../../../../nodes/lib/detection/engine/engines';
import type { Counts } from '../../../../nodes/lib/detection/engine/engine';
import type { Frame } from '../../../../nodes/lib/detection/frames/frame';
import { SEED_SETTINGS } from '../../../../nodes/lib/detection/rules/default-settings';
import { seedStep, SEED_START } from '../../../../nodes/lib/detection/rules/seed-rules';
import { seedEvents, withoutOpenCv } from '../engine/opencv';
import { flames, framesOf, STREET, traffic, type Layer } from '../../../unit/detection/street';

const RED: Counts = { pixels: 1000, red: 201, moving: 500 };
const CALM: Counts = { pixels: 1000, red: 200, moving: 500 };
const STILL: Counts = { pixels: 1000, red: 0, moving: 4 };
const MOVING: Counts = { pixels: 1000, red: 0, moving: 5 };
const FIRST: Counts = { pixels: 1000, red: 0, moving: undefined };

const times = (count: number, counts: Counts) => Array<Counts>(count).fill(counts);

/** Runs frames through the rules; gives `type@frame` of each incident, frames counted from 1. */
function run(frames: readonly Counts[]): string[] {
  let current = SEED_START;
  return frames.flatMap((counts, index) => {
    const { state, incidents } = seedStep(current, counts, SEED_SETTINGS);
    current = state;
    return incidents.map(({ type, severity }) => `${type}/${severity}@${index + 1}`);
  });
}

describe('seed rule for fire', () => {
  it('raises at the tenth frame with more than 20 % red and counts from 0 again', () => {
    assert.deepEqual(run(times(9, RED)), []);
    assert.deepEqual(run(times(30, RED)), ['fire/high@10', 'fire/high@20', 'fire/high@30']);
  });

  it('takes exactly 20 % for no fire', () => {
    assert.deepEqual(run(times(100, CALM)), []);
  });

  it('lowers the counter by one per other frame, to 0 at least', () => {
    assert.deepEqual(run([...times(9, RED), ...times(3, CALM), ...times(4, RED)]), ['fire/high@16']);
    assert.deepEqual(run([...times(50, CALM), ...times(10, RED)]), ['fire/high@60']);
  });
});

describe('seed rule for stillness', () => {
  it('raises at the 90th still frame and counts from 0 again', () => {
    assert.deepEqual(run(times(89, STILL)), []);
    assert.deepEqual(run(times(180, STILL)), ['collision/medium@90', 'collision/medium@180']);
  });

  it('starts at 0 after one frame with 0.5 % motion', () => {
    assert.deepEqual(run([...times(89, STILL), MOVING, ...times(89, STILL)]), []);
    assert.deepEqual(run([...times(89, STILL), MOVING, ...times(90, STILL)]), ['collision/medium@180']);
  });

  it('does not count a first frame, which has nothing to differ from', () => {
    assert.deepEqual(run([FIRST, ...times(89, STILL)]), []);
    assert.deepEqual(run([FIRST, ...times(90, STILL)]), ['collision/medium@91']);
  });
});

describe('seed rules', () => {
  it('judge one frame independently of each other', () => {
    assert.deepEqual(run(times(90, { pixels: 100, red: 100, moving: 0 })).slice(-2), [
      'fire/high@90',
      'collision/medium@90',
    ]);
  });

  it('are surer the further a frame is beyond the threshold', () => {
    const confidence = (counts: Counts) =>
      seedStep({ red: 9, still: 89 }, counts, SEED_SETTINGS).incidents.map((incident) => incident.confidence);
    assert.deepEqual(confidence({ pixels: 1000, red: 250, moving: 0 }), [0.625, 1]);
    assert.deepEqual(confidence({ pixels: 1000, red: 900, moving: 2 }), [1, 0.8]);
  });
});

/** What our rules and the seed's in Python make of the same frames. */
function bothOf(frames: readonly Frame[]): { ours: string[]; theirs: string[] } {
  const engine = newEngine('builtin');
  const theirs = seedEvents(frames).map((line) => {
    const [frame, event] = line.split(' ');
    return `${event}@${frame}`;
  });
  return { ours: run(frames.map((frame) => engine.count(frame))), theirs };
}

const count = (events: readonly string[], type: string) =>
  events.filter((event) => event.startsWith(type)).length;

/** Colours come and go and cars drive by, in spells long and short. */
const SPELLS: Layer = (canvas, time) => {
  canvas.box(0, 0, 320, 180, 0x606468);
  canvas.box(0, 0, Math.max(4, 160 + 160 * Math.sin(time / 5)), 120, 0xe84818);
  canvas.box(time % 50 < 25 ? ((time * 120) % 400) - 80 : 40, 130, 80, 40, 0x000000);
};

describe('seed rules against the seed in Python', { skip: withoutOpenCv }, () => {
  for (const [what, scene] of Object.entries({
    'spells of red and of motion': { layers: [SPELLS], seconds: 120, camera: [] },
    'a street with traffic, stillness and flames': {
      layers: [STREET, ...traffic(15), flames(40)],
      seconds: 70,
    },
  }))
    it(`raise the same events at the same frames: ${what}`, () => {
      const { ours, theirs } = bothOf([...framesOf(scene)]);
      assert.deepEqual(ours, theirs);
      assert.ok(count(ours, 'fire') > 1 && count(ours, 'collision') > 1, ours.join());
    });
});
