import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Input } from '../../../../nodes/lib/ffmpeg/command';
import { newEngine } from '../../../../nodes/lib/detection/engine/engines';
import type { Counts } from '../../../../nodes/lib/detection/engine/engine';
import type { Frame } from '../../../../nodes/lib/detection/frames/frame';
import { seedStep, SEED_SETTINGS, SEED_START } from '../../../../nodes/lib/detection/rules/seed-rules';
import { temporaryDirectory } from '../../../support/flow';
import { seedEvents, withoutOpenCv } from '../engine/opencv';
import { eachFrame } from '../scenes';
import { recordScene, STREET, traffic, withFlames, withVehicles } from '../street';

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

/** What our rules and the seed's in Python make of the same film. */
async function bothOf(film: Input, seconds: number): Promise<{ ours: string[]; theirs: string[] }> {
  const engine = newEngine('builtin');
  const frames: Frame[] = [];
  const size = { width: 160, height: 90 };
  await eachFrame(film, size, { fps: 10, seconds }, (frame) => frames.push(frame));
  const theirs = seedEvents(frames).map((line) => {
    const [frame, event] = line.split(' ');
    return `${event}@${frame}`;
  });
  return { ours: run(frames.map((frame) => engine.count(frame))), theirs };
}

const count = (events: readonly string[], type: string) =>
  events.filter((event) => event.startsWith(type)).length;

describe('seed rules against the seed in Python', { skip: withoutOpenCv }, () => {
  it('raise the same events at the same frames', async () => {
    // Colours come and go and cars drive by, in spells long and short.
    const graph =
      "color=0x606468:size=160x90:rate=10[road];color=0xE84818:size=160x90:rate=10,scale=w='max(2,80+80*sin(t/5))':h=60:eval=frame[fire];" +
      "[road][fire]overlay[burning];color=black:size=40x20:rate=10[car];[burning][car]overlay=x='if(lt(mod(t,50),25),mod(t*60,200)-40,20)':y=65";
    const { ours, theirs } = await bothOf({ url: graph, options: ['-f', 'lavfi'] }, 120);
    assert.deepEqual(ours, theirs);
    assert.ok(count(ours, 'fire') > 1 && count(ours, 'collision') > 1, ours.join());
  });

  it('raise the same on a street with traffic, stillness and flames, as a camera records it', async (t) => {
    const graph = withFlames(withVehicles(STREET, traffic(15)), 40);
    const url = await recordScene(await temporaryDirectory(t), {
      graph,
      seconds: 70,
    });
    const { ours, theirs } = await bothOf({ url }, 70);
    assert.deepEqual(ours, theirs);
    assert.ok(count(ours, 'fire') > 1 && count(ours, 'collision') > 1, ours.join());
  });
});
