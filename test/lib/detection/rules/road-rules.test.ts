import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newEngine } from '../../../../nodes/lib/detection/engine/engines';
import { RoadRules } from '../../../../nodes/lib/detection/rules/road-rules';
import { Viewer } from '../../../../nodes/lib/detection/rules/view';
import { eachFrame } from '../scenes';

const SIZE = { width: 320, height: 180 };
const FPS = 10;

/** A road with lanes, as a camera with some noise sees it. */
const NOISE = 'noise=alls=6:allf=t';
const ROAD =
  'color=0x606468:size=320x180:rate=10,drawbox=0:0:320:50:0x90A0B0:fill,drawbox=100:50:4:130:white:fill,' +
  'drawbox=210:50:4:130:white:fill,drawbox=20:60:30:60:0x305030:fill';
/** Lays a box of a colour over the road at an x that may depend on the time t. */
const vehicle = (colour: string, size: string, x: string, y: number, road = ROAD) =>
  `${road}[road];color=${colour}:size=${size}:rate=10[box];[road][box]overlay=x='${x}':y=${y}:shortest=0`;
/** A car every four seconds from left to right. */
const DRIVING = 'mod(t,4)*100-60';

/** Lets the rules watch a scene made by ffmpeg; gives incidents and camera faults, each with the second it came. */
async function watch(graph: string, seconds: number): Promise<{ name: string; at: number }[]> {
  const engine = newEngine('builtin');
  const viewer = new Viewer();
  const rules = new RoadRules();
  const found: { name: string; at: number }[] = [];
  let frames = 0;
  let fault: string | undefined;
  await eachFrame({ url: graph, options: ['-f', 'lavfi'] }, SIZE, { fps: FPS, seconds }, (frame) => {
    const time = frames++ / FPS;
    const verdict = rules.judge({
      time,
      counts: engine.count(frame),
      view: viewer.view(frame),
    });
    for (const { type } of verdict.incidents) found.push({ name: type, at: time });
    if (verdict.fault !== undefined && fault === undefined) found.push({ name: verdict.fault, at: time });
    fault = verdict.fault;
  });
  assert.equal(frames, seconds * FPS);
  return found;
}

const names = (found: readonly { name: string }[]) => found.map(({ name }) => name);

describe('road rules', () => {
  it('raise one collision when traffic stops, however long it stands', async () => {
    const stopping = vehicle('0x202020', '60x30', `if(lt(t,41.5),${DRIVING},120)`, 100);
    const found = await watch(`${stopping},${NOISE}`, 180);
    assert.deepEqual(names(found), ['collision']);
    assert.ok(found[0].at >= 50 && found[0].at < 54, `at ${found[0].at} s`);
  });

  it('raise it again for the next stop', async () => {
    const twice = vehicle('0x202020', '60x30', `if(between(t,41.5,80)+gt(t,121.5),120,${DRIVING})`, 100);
    assert.deepEqual(names(await watch(`${twice},${NOISE}`, 160)), ['collision', 'collision']);
  });

  it('tell that the camera is frozen, once and for no incident', async () => {
    const cars = vehicle('0x202020', '60x30', DRIVING, 100);
    assert.deepEqual(names(await watch(`${cars},${NOISE},loop=loop=400:size=1:start=315`, 70)), ['frozen']);
  });
});
