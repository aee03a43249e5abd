import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newEngine } from '../../../nodes/lib/detection/engines';
import { RoadRules } from '../../../nodes/lib/detection/road-rules';
import { Viewer } from '../../../nodes/lib/detection/view';
import { eachFrame } from './scenes';

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
    const verdict = rules.judge({ time, counts: engine.count(frame), view: viewer.view(frame) });
    for (const { type } of verdict.incidents) found.push({ name: type, at: time });
    if (verdict.fault !== undefined && fault === undefined) found.push({ name: verdict.fault, at: time });
    fault = verdict.fault;
  });
  assert.equal(frames, seconds * FPS);
  return found;
}

const names = (found: readonly { name: string }[]) => found.map(({ name }) => name);

describe('road rules', () => {
  it('find nothing on an empty road in ten minutes', async () => {
    assert.deepEqual(await watch(`${ROAD},${NOISE}`, 600), []);
  });

  it('find nothing while traffic passes, nor when the road is empty again', async () => {
    const passing = vehicle('0x202020', '60x30', `if(lt(t,40),${DRIVING},-100)`, 100);
    assert.deepEqual(await watch(`${passing},${NOISE}`, 120), []);
  });

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

  it('raise one fire when a fire-coloured region grows', async () => {
    const grow = "scale=w='max(2,min(160,(t-10)*10))':h=120:eval=frame";
    const growing = `${ROAD}[road];color=0xE84818:size=160x120:rate=10,${grow}[fire];[road][fire]overlay=x=80:y=40`;
    const found = await watch(`${growing},${NOISE}`, 120);
    assert.deepEqual(names(found), ['fire']);
  });

  it('take a red lorry that passes for no fire', async () => {
    const lorry = vehicle('0xC81E14', '180x110', 'mod(t,12)*60-180', 50);
    assert.deepEqual(await watch(`${lorry},${NOISE}`, 60), []);
  });

  it('take the tint of a sunset for no fire', async () => {
    const sunset = `${ROAD}[road];color=0xFF4000:size=320x180:rate=10,format=yuva420p,colorchannelmixer=aa=0.6,fade=in:st=5:d=40:alpha=1[tint];[road][tint]overlay`;
    assert.deepEqual(await watch(`${sunset},${NOISE}`, 90), []);
  });

  it('find nothing in headlights at night', async () => {
    const night = `${ROAD},eq=brightness=-0.25`;
    const lights = vehicle('0xFFFFE0', '40x12', DRIVING, 110, night);
    assert.deepEqual(await watch(`${lights},${NOISE}`, 60), []);
  });

  it('ignore a jump of the exposure', async () => {
    const jumps = `${ROAD},eq=brightness=0.2:enable='gt(mod(t,20),10)',${NOISE}`;
    assert.deepEqual(await watch(jumps, 90), []);
  });

  const cars = vehicle('0x202020', '60x30', DRIVING, 100);
  const faults = {
    dark: `${cars},${NOISE},drawbox=0:0:320:180:black:fill:enable='between(t,31,60)'`,
    covered: `${cars},drawbox=0:0:320:180:0x806050:fill:enable='between(t,31,60)',${NOISE}`,
    blurred: `${cars},${NOISE},gblur=sigma=20:steps=3:enable='between(t,31,60)'`,
    frozen: `${cars},${NOISE},loop=loop=400:size=1:start=315`,
  };
  for (const [fault, graph] of Object.entries(faults))
    it(`tell that the camera is ${fault}, once and for no incident`, async () => {
      assert.deepEqual(names(await watch(graph, 70)), [fault]);
    });
});
