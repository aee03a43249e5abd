import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it, type TestContext } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { systemClock } from '../../nodes/lib/time/clock';
import { decodeImage } from '../../nodes/lib/detection/frames/decode-image';
import { toEvent } from '../../nodes/lib/event/event';
import { ffmpegArguments } from '../../nodes/lib/ffmpeg/command';
import { runFfmpeg } from '../../nodes/lib/ffmpeg/run';
import { cameraSource, type CameraSource } from '../../nodes/lib/camera/source';
import { defineNode } from '../../nodes/lib/node-red/define-node';
import eventDirOut from '../../nodes/event-dir-out/event-dir-out';
import simpleDetector from '../../nodes/simple-detector/simple-detector';
import type { NodeModule } from '../../nodes/lib/node-red/define-node';
import { GRAY, picture, RED, type Colour } from '../unit/detection/pictures';
import {
  outlet,
  probe,
  startFlow,
  stopFlow,
  temporaryDirectory,
  type Outlet,
  type Probe,
} from '../support/flow';

/** A camera config node that plays a film. */
const camera = (path: string) =>
  defineNode<object, object, CameraSource>({
    type: 'v2x-camera',
    setup: () => ({ api: cameraSource({ address: path }) }),
  });

const flow = (settings: object) => [
  { id: 'detector', type: 'simple-detector', mode: 'seed', ...settings, wires: [['events'], ['reports']] },
  { id: 'events', type: 'helper' },
  { id: 'reports', type: 'helper' },
  { id: 'camera', type: 'v2x-camera' },
  { id: 'done', type: 'complete', scope: ['detector'], wires: [['judged']] },
  { id: 'judged', type: 'helper' },
];

async function startDetector(settings: object, film = '/nowhere') {
  await startFlow([camera(film), simpleDetector], flow(settings));
  return {
    detector: probe('detector'),
    events: outlet('events'),
    reports: outlet('reports'),
    judged: outlet('judged'),
  };
}

/** Records a picture from ffmpeg's test sources. */
async function film(t: TestContext, graph: string, name = 'film.mp4'): Promise<string> {
  const path = join(await temporaryDirectory(t), name);
  const inputs = [{ url: graph, options: ['-f', 'lavfi'] }];
  const options = name.endsWith('.mp4')
    ? ['-c:v', 'libx264', '-preset', 'ultrafast', '-t', '20']
    : ['-frames:v', '1'];
  await runFfmpeg(ffmpegArguments({ inputs, outputs: [{ url: path, options }] }), { clock: systemClock });
  return path;
}

const raw = (colour: Colour) => {
  const { width, height, data } = picture(32, 18, () => colour);
  return { width, height, channels: 3, data: Buffer.from(data) };
};

const BLUE: Colour = [200, 40, 30];

interface Wire {
  readonly detector: Probe;
  readonly judged: Outlet;
}

/** Sends frames one after the other, each when the one before was judged. */
async function sendFrames({ detector, judged }: Wire, colours: readonly Colour[]) {
  for (const colour of colours) {
    detector.node.receive({ payload: raw(colour) });
    await judged.next();
  }
}

const times = (count: number, ...colours: readonly Colour[]) =>
  Array<readonly Colour[]>(count).fill(colours).flat();
const kinds = ({ received }: Outlet) =>
  received.map(({ payload }) => {
    const { type, severity } = payload as { type: string; severity: string };
    return `${type}/${severity}`;
  });

describe('simple-detector on frames from the wire', () => {
  afterEach(stopFlow);

  it('raises fire at the tenth red frame, with the message and the evidence', async () => {
    const started = await startDetector({});
    await sendFrames(started, times(9, RED));
    assert.deepEqual(kinds(started.events), []);
    const tenth = Date.now() / 1000;
    started.detector.node.receive({ payload: raw(RED), topic: 'north' });
    const { payload, topic } = await started.events.next();
    const { ts, ...event } = payload as { ts: number };
    assert.ok(ts >= tenth && ts <= Date.now() / 1000, `${ts} for ${tenth}`);
    assert.deepEqual(event, { type: 'fire', severity: 'high', confidence: 1, red_ratio: 1, moving_ratio: 0 });
    assert.equal(topic, 'north');
  });

  it('raises collision after 90 still frames, again after 90 more, and not when they move', async () => {
    const started = await startDetector({});
    await sendFrames(started, times(50, GRAY, BLUE));
    assert.deepEqual(kinds(started.events), []);
    await sendFrames(started, times(90, BLUE));
    assert.deepEqual(kinds(started.events), ['collision/medium']);
    await sendFrames(started, times(90, BLUE));
    assert.deepEqual(kinds(started.events), ['collision/medium', 'collision/medium']);
  });

  it('starts afresh on rearm, looks away on stop, and comes back on start', async () => {
    const started = await startDetector({});
    const control = async (word: string) => {
      started.detector.node.receive({ payload: word });
      await started.judged.next();
    };
    await sendFrames(started, times(9, RED));
    await control('rearm');
    await sendFrames(started, times(9, RED));
    await control('stop');
    await started.detector.status(({ fill }) => fill === 'grey');
    await sendFrames(started, times(20, RED));
    assert.deepEqual(kinds(started.events), []);
    await control('start');
    await sendFrames(started, times(10, RED));
    assert.deepEqual(kinds(started.events), ['fire/high']);
  });

  it('decodes JPEG and PNG images', async (t) => {
    for (const name of ['red.jpg', 'red.png']) {
      const image = await readFile(await film(t, 'color=0xC81E14:size=64x36', name));
      const started = await startDetector({ fireFrames: '2' });
      started.detector.node.receive({ payload: image });
      started.detector.node.receive({ payload: image });
      const { payload } = await started.events.next();
      assert.equal((payload as { red_ratio: number }).red_ratio, 1);
      await stopFlow();
    }
  });

  it('refuses what is no frame, once each, and goes on', async () => {
    const started = await startDetector({});
    const { detector } = started;
    detector.node.receive({ payload: { width: 3, height: 3, data: Buffer.alloc(5) } });
    assert.match(await detector.error(), /"data" has 5 bytes/);
    detector.node.receive({ payload: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0]) });
    assert.match(await detector.error(), /jpeg image cannot be decoded/);
    detector.node.receive({ payload: 'shoot' });
    assert.match(await detector.error(), /must be "start", "stop" or "rearm"/);
    await sendFrames(started, times(10, RED));
    assert.deepEqual(kinds(started.events), ['fire/high']);
    assert.equal(detector.errors.length, 3);
  });

  it('reports the death of its thread and starts another', async () => {
    const started = await startDetector({});
    const thread = once(process, 'worker') as Promise<[Worker]>;
    await sendFrames(started, [RED]);
    const [worker] = await thread;
    started.detector.node.receive({ payload: raw(RED) });
    await worker.terminate();
    assert.match(await started.detector.error(), /thread ended/);
    await sendFrames(started, times(10, RED));
    assert.deepEqual(kinds(started.events), ['fire/high']);
  });
});

/** A picture whose left half is red. */
const halfRed = () => {
  const { width, height, data } = picture(32, 18, (x) => (x < 16 ? RED : GRAY));
  return { width, height, channels: 3, data: Buffer.from(data) };
};

const half = (kind: 'watch' | 'ignore', left: number) => ({
  kind,
  points: [
    [left, 0],
    [left + 0.5, 0],
    [left + 0.5, 1],
    [left, 1],
  ],
});

describe('simple-detector with areas', () => {
  afterEach(stopFlow);

  const redRatio = async (areas: unknown) => {
    const { detector, events } = await startDetector({ fireFrames: 1, areas });
    detector.node.receive({ payload: halfRed() });
    const { payload } = await events.next();
    await stopFlow();
    return (payload as { red_ratio: number }).red_ratio;
  };

  it('measures only what is watched', async () => {
    assert.equal(await redRatio([]), 0.5);
    assert.equal(await redRatio([half('watch', 0)]), 1);
    assert.equal(await redRatio(JSON.stringify([half('ignore', 0.5)])), 1);
  });

  it('sees nothing in what is ignored', async () => {
    const started = await startDetector({ areas: [half('ignore', 0)] });
    for (let frame = 0; frame < 20; frame += 1) {
      started.detector.node.receive({ payload: halfRed() });
      await started.judged.next();
    }
    assert.deepEqual(kinds(started.events), []);
  });

  for (const [what, areas, words] of [
    ['a broken one', [{ kind: 'watch', points: [[0, 0]] }], /area 1 has 1 points/],
    ['no list', 'everything', /neither a list of areas nor JSON/],
    ['all ignored', [half('ignore', 0), half('ignore', 0.5)], /nothing is left to watch/],
  ] as const)
    it(`refuses areas: ${what}`, async () => {
      const { detector } = await startDetector({ areas });
      assert.match(await detector.error(), words);
    });
});

describe('simple-detector with the frame as evidence', () => {
  afterEach(stopFlow);

  const size = { width: 32, height: 18 };
  const frameOf = (message: object) => (message as { frame?: Buffer }).frame;

  it('brings the frame as JPEG beside the event, and event-dir-out passes it on unwritten', async (t) => {
    const directory = await temporaryDirectory(t);
    await startFlow(
      [simpleDetector, eventDirOut],
      [
        {
          id: 'detector',
          type: 'simple-detector',
          mode: 'seed',
          fireFrames: 1,
          frame: true,
          wires: [['drop'], []],
        },
        { id: 'drop', type: 'event-dir-out', directory, wires: [['dropped']] },
        { id: 'dropped', type: 'helper' },
      ],
    );
    const dropped = outlet('dropped');
    probe('detector').node.receive({ payload: halfRed() });
    const message = await dropped.next();

    const jpeg = frameOf(message);
    assert.ok(jpeg);
    const { signal } = new AbortController();
    const { data } = await decodeImage({ format: 'jpeg', data: jpeg }, size, { clock: systemClock, signal });
    const at = (x: number) => [...data.subarray((9 * 32 + x) * 3, (9 * 32 + x) * 3 + 3)];
    for (const [x, colour] of [
      [4, RED],
      [28, GRAY],
    ] as const)
      at(x).forEach((level, index) => {
        assert.ok(Math.abs(level - colour[index]) < 12, `${x}: ${at(x).join()}`);
      });
    const files = await readdir(directory);
    assert.equal(files.length, 1);
    const event = JSON.parse(await readFile(join(directory, files[0]), 'utf8')) as object;
    assert.deepEqual(event, message.payload);
    assert.ok(!('frame' in event));
  });

  it('brings a JPEG from the wire as it came, and nothing unless asked to', async (t) => {
    const image = await readFile(await film(t, 'color=0xC81E14:size=64x36', 'red.jpg'));
    for (const frame of [true, false]) {
      const { detector, events } = await startDetector({ fireFrames: 1, frame });
      detector.node.receive({ payload: image });
      assert.deepEqual(frameOf(await events.next()), frame ? image : undefined);
      await stopFlow();
    }
  });

  it('brings it from a camera', async (t) => {
    const path = await film(t, 'color=0xC81E14:size=320x180:rate=25');
    const { events } = await startDetector({ camera: 'camera', fireFrames: 2, frame: true }, path);
    const jpeg = frameOf(await events.next());
    assert.deepEqual([...(jpeg?.subarray(0, 3) ?? [])], [0xff, 0xd8, 0xff]);
  });
});

describe('simple-detector in road mode', () => {
  afterEach(stopFlow);

  it('tells once that the camera is covered, and raises no incident', async (t) => {
    const path = await film(t, 'color=0xC81E14:size=320x180:rate=25');
    const { detector, events, reports } = await startDetector({ camera: 'camera', mode: '' }, path);
    assert.match(await detector.error(), /picture is covered/);
    await detector.status(({ fill, text }) => fill === 'red' && text === 'simple-detector.status.covered');
    for (let fault; fault !== 'covered';) ({ fault } = (await reports.next()).payload as { fault?: string });
    assert.equal(detector.errors.length, 1);
    assert.deepEqual(kinds(events), []);
  });

  it('refuses a mode it does not know', async () => {
    const { detector } = await startDetector({ mode: 'guess' });
    assert.match(await detector.error(), /"mode" is "guess"/);
  });

  it('refuses an engine that it does not know or that is not installed', async () => {
    const guess = await startDetector({ engine: 'guess' });
    assert.match(await guess.detector.error(), /"engine" is "guess"/);
    await stopFlow();
    const opencv = await startDetector({ engine: 'opencv' });
    assert.match(await opencv.detector.error(), /"opencv" needs @u4\/opencv4nodejs/);
  });
});

describe('simple-detector and charts', () => {
  afterEach(stopFlow);

  it('has measurements that a split node makes into one number per topic', async () => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const split = require('@node-red/nodes/core/sequence/17-split.js') as NodeModule;
    await startFlow(
      [simpleDetector, split],
      [
        { id: 'detector', type: 'simple-detector', mode: 'seed', wires: [[], ['numbers']] },
        { id: 'numbers', type: 'split', addname: 'topic', property: 'payload', wires: [['chart']] },
        { id: 'chart', type: 'helper' },
      ],
    );
    const chart = outlet('chart');
    probe('detector').node.receive({ payload: halfRed() });
    for (;;) {
      const { topic, payload } = await chart.next();
      if (topic !== 'red_ratio') continue;
      assert.equal(payload, 0.5);
      return;
    }
  });
});

describe('simple-detector on a camera', () => {
  afterEach(stopFlow);

  it('raises fire on a red picture, fit for event-dir-out, and reports every second', async (t) => {
    const path = await film(t, 'color=0xC81E14:size=320x180:rate=25');
    const { detector, events, reports } = await startDetector({ camera: 'camera' }, path);
    const { payload } = await events.next();
    const event = toEvent(payload, { id: 'test', ts: 0 });
    assert.deepEqual([event.type, event.severity, event.camera], ['fire', 'high', path.slice(0, 64)]);
    const report = (await reports.next()).payload as { red_ratio: number; engine: string };
    assert.deepEqual([report.red_ratio, report.engine], [1, 'builtin']);
    await detector.status(({ fill }) => fill === 'green');
  });

  it('raises collision on a still picture and nothing on a moving one', async (t) => {
    const still = await startDetector(
      { camera: 'camera', fps: 25, stillFrames: 20 },
      await film(t, 'smptebars=size=320x180:rate=25'),
    );
    const { payload } = await still.events.next();
    assert.equal((payload as { type: string }).type, 'collision');
    await stopFlow();

    const moving = await startDetector(
      { camera: 'camera', fps: 25, stillFrames: 20 },
      await film(t, 'testsrc2=size=320x180:rate=25'),
    );
    await moving.reports.next();
    await moving.reports.next();
    assert.deepEqual(kinds(moving.events), []);
  });

  it('tells once that the camera is away and watches when it is back', async (t) => {
    const path = await film(t, 'color=0xC81E14:size=320x180:rate=25');
    await rename(path, `${path}.away`);
    const { detector, events } = await startDetector({ camera: 'camera' }, path);
    assert.match(await detector.error(), /Cannot open .*film\.mp4/);
    await detector.status(({ fill }) => fill === 'red');
    await rename(`${path}.away`, path);
    await events.next();
    await detector.status(({ fill }) => fill === 'green');
    assert.equal(detector.errors.length, 1);
  });

  it('takes no frames from the wire', async (t) => {
    const { detector } = await startDetector(
      { camera: 'camera' },
      await film(t, 'testsrc2=size=64x36:rate=25'),
    );
    detector.node.receive({ payload: raw(RED) });
    assert.match(await detector.error(), /watches a camera/);
  });
});
