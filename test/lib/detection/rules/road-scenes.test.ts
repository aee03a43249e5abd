import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Area } from '../../../../nodes/lib/detection/areas';
import { newEngine } from '../../../../nodes/lib/detection/engine/engines';
import { MaskOfAreas } from '../../../../nodes/lib/detection/engine/mask';
import { RoadRules, ROAD_SETTINGS } from '../../../../nodes/lib/detection/rules/road-rules';
import { Viewer } from '../../../../nodes/lib/detection/rules/view';
import { temporaryDirectory } from '../../../support/flow';
import { eachFrame } from '../scenes';
import {
  car,
  recordScene,
  STREET,
  STREET_FPS,
  STREET_SIZE,
  traffic,
  withFlames,
  withTree,
  withVehicles,
  type Vehicle,
} from '../street';

interface Found {
  readonly name: string;
  readonly at: number;
}

/** Lets the default rules watch a film; gives incidents and camera faults, each with the second it came. */
async function watchFilm(path: string, seconds: number, areas: readonly Area[] = []): Promise<Found[]> {
  const engine = newEngine('builtin');
  const viewer = new Viewer();
  const mask = new MaskOfAreas(areas);
  const rules = new RoadRules({ ...ROAD_SETTINGS, areas });
  const found: Found[] = [];
  let frames = 0;
  let before: string | undefined;
  await eachFrame({ url: path }, STREET_SIZE, { fps: STREET_FPS, seconds }, (frame) => {
    const at = frames++ / STREET_FPS;
    const counts = engine.count(frame, mask.for(frame));
    const { incidents, fault } = rules.judge({
      time: at,
      counts,
      view: viewer.view(frame),
    });
    for (const { type } of incidents) found.push({ name: type, at });
    if (fault !== undefined && fault !== before) found.push({ name: fault, at });
    before = fault;
  });
  assert.ok(frames >= seconds * STREET_FPS - 1, `${frames} frames`);
  return found;
}

async function watch(
  t: TestContext,
  scene: { graph: string; seconds: number; camera?: string },
  areas: readonly Area[] = [],
): Promise<Found[]> {
  const path = await recordScene(await temporaryDirectory(t), scene);
  return watchFilm(path, scene.seconds, areas);
}

const names = (found: readonly Found[]) => found.map(({ name }) => name);

/** A car that comes at a second and stops in the middle of the lane. */
const stopping = (at: number): Vehicle => car('0x8A2A2E', `if(lt(t,${at}),-100,min(140,(t-${at})*90-60))`);
const TREE: Area = {
  kind: 'ignore',
  points: [
    [0, 0],
    [0.31, 0],
    [0.31, 0.42],
    [0, 0.42],
  ],
};

describe('road rules on a street as a camera records it', { timeout: 300_000 }, () => {
  it('find nothing on ten minutes of empty street', async (t) => {
    assert.deepEqual(await watch(t, { graph: STREET, seconds: 600 }), []);
  });

  it('find nothing while traffic passes in both directions, nor when it has passed', async (t) => {
    assert.deepEqual(
      await watch(t, {
        graph: withVehicles(STREET, traffic(60)),
        seconds: 120,
      }),
      [],
    );
  });

  it('raise one collision when traffic stops', async (t) => {
    const graph = withVehicles(STREET, [...traffic(30), stopping(30)]);
    const found = await watch(t, { graph, seconds: 90 });
    assert.deepEqual(names(found), ['collision']);
    assert.ok(found[0].at > 38 && found[0].at < 46, `at ${found[0].at} s`);
  });

  it('see it under a tree in the wind when the tree is ignored, and not when it is not', async (t) => {
    const graph = withTree(withVehicles(STREET, [...traffic(30), stopping(30)]));
    const path = await recordScene(await temporaryDirectory(t), {
      graph,
      seconds: 70,
    });
    assert.deepEqual(names(await watchFilm(path, 70)), []);
    assert.deepEqual(names(await watchFilm(path, 70, [TREE])), ['collision']);
  });

  it('raise one fire when flames grow over a fifth of the picture', async (t) => {
    const graph = withFlames(withVehicles(STREET, traffic(20)), 20);
    const found = await watch(t, { graph, seconds: 80 });
    assert.deepEqual(names(found), ['fire']);
  });

  it('take a red lorry that fills a third of the picture for no fire', async (t) => {
    const lorry: Vehicle = {
      colour: '0xC81E14',
      size: [210, 96],
      x: 'mod(t,14)*55-215',
      y: 64,
    };
    assert.deepEqual(await watch(t, { graph: withVehicles(STREET, [lorry]), seconds: 60 }), []);
  });

  it('take the tint of a sunset for no fire', async (t) => {
    const tint =
      'color=0xFF4000:size=320x180:rate=10,format=yuva420p,colorchannelmixer=aa=0.6,fade=in:st=10:d=50:alpha=1';
    const graph = `${withVehicles(STREET, traffic())}[scene];${tint}[tint];[scene][tint]overlay`;
    assert.deepEqual(await watch(t, { graph, seconds: 100 }), []);
  });

  it('find nothing in headlights at night', async (t) => {
    const night = `${STREET},eq=brightness=-0.28:contrast=0.7`;
    const glow =
      "color=0xFFF4D0:size=120x40:rate=10,format=yuva420p,geq=lum='p(X,Y)':cb=116:cr=134:a='255*max(0,1-hypot((X-60)/60,(Y-20)/20))'";
    const graph = `${night}[night];${glow}[glow];[night][glow]overlay=x='mod(t,6)*90-130':y=112`;
    assert.deepEqual(
      await watch(t, {
        graph,
        seconds: 60,
        camera: 'noise=alls=12:allf=t:all_seed=5',
      }),
      [],
    );
  });

  it('ignore jumps of the exposure', async (t) => {
    const camera = "eq=brightness=0.18:enable='gt(mod(t,20),10)',noise=alls=7:allf=t:all_seed=5";
    assert.deepEqual(
      await watch(t, {
        graph: withVehicles(STREET, traffic(40)),
        seconds: 80,
        camera,
      }),
      [],
    );
  });

  const noise = 'noise=alls=7:allf=t:all_seed=5';
  for (const [fault, camera] of Object.entries({
    covered: `drawbox=0:0:320:180:0x705C50:fill:enable='between(t,31,60)',${noise}`,
    dark: `drawbox=0:0:320:180:0x040404:fill:enable='between(t,31,60)',noise=alls=4:allf=t`,
    blurred: `gblur=sigma=14:steps=3:enable='between(t,31,60)',${noise}`,
  }))
    it(`tell once that the camera is ${fault}, and that is no incident`, async (t) => {
      const found = await watch(t, {
        graph: withVehicles(STREET, traffic()),
        seconds: 75,
        camera,
      });
      assert.deepEqual(names(found), [fault]);
      assert.ok(found[0].at >= 33 && found[0].at < 37, `at ${found[0].at} s`);
    });
});

/** Real traffic where it is at hand: cars that drive, and none that stops. */
const FOOTAGE = join(__dirname, '../../../../../shared/footage/car-detection.mp4');
const hasFootage = existsSync(FOOTAGE);

describe('road rules on real traffic', () => {
  const film = hasFootage ? 'a street in California' : 'a drawn street, since no footage is at hand';
  it(`find nothing on ${film}`, async (t) => {
    const found = hasFootage
      ? await watchFilm(FOOTAGE, 29)
      : await watch(t, { graph: withVehicles(STREET, traffic()), seconds: 29 });
    assert.deepEqual(found, []);
  });
});
