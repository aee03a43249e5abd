import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import type { NodeStatus } from 'node-red';
import ffmpegSegmenter from '../../nodes/ffmpeg-segmenter/ffmpeg-segmenter';
import { systemClock as clock } from '../../nodes/lib/time/clock';
import { probe as probeMedia } from '../../nodes/lib/ffmpeg/probe';
import v2xCamera from '../../nodes/v2x-camera/v2x-camera';
import v2xSegmentStore from '../../nodes/v2x-segment-store/v2x-segment-store';
import { atEnd } from '../support/at-end';
import { outlet, probe, startFlow, stopFlow, temporaryDirectory } from '../support/flow';
import { rtspServerMissing, startRtspServer } from '../support/camera/rtsp-server';

const modules = [v2xCamera, v2xSegmentStore, ffmpegSegmenter];

const flow = (directory: string, camera: object = {}, segmenter: object = {}) => [
  { id: 'camera', type: 'v2x-camera', kind: 'auto', address: '', audio: 'aac', ...camera },
  { id: 'store', type: 'v2x-segment-store', directory, segmentSeconds: 2, minFreeGigabytes: 0 },
  {
    id: 'recorder',
    type: 'ffmpeg-segmenter',
    camera: 'camera',
    store: 'store',
    autostart: true,
    wires: [['segments'], ['states']],
    ...segmenter,
  },
  { id: 'segments', type: 'helper' },
  { id: 'states', type: 'helper' },
];

interface SegmentPayload {
  readonly name: string;
  readonly path: string;
  readonly run: string;
  readonly from: number;
  readonly to: number;
}

interface StatePayload {
  readonly state: string;
  readonly camera: string;
  readonly error?: string;
}

const red = ({ fill }: NodeStatus) => fill === 'red';
const green = ({ fill }: NodeStatus) => fill === 'green';
const grey = ({ fill }: NodeStatus) => fill === 'grey';

describe('ffmpeg-segmenter', () => {
  afterEach(stopFlow);

  it('records the synthetic picture, and finishes the last segment when told to stop', async (t) => {
    const directory = await temporaryDirectory(t);
    await startFlow(modules, flow(directory));
    const [segments, states, recorder] = [outlet('segments'), outlet('states'), probe('recorder')];

    const message = await segments.next();
    const first = message.payload as SegmentPayload;
    await recorder.status(green);
    recorder.node.receive({ payload: 'stop' });
    const last = (await segments.next()).payload as SegmentPayload;
    await recorder.status(grey);

    assert.equal(first.path, join(directory, first.name));
    assert.equal((message as { segment?: { directory: string } }).segment?.directory, directory);
    assert.ok(Math.abs(first.to - first.from - 2) < 0.5);
    assert.equal(last.from, first.to);
    for (const { path } of [first, last])
      assert.equal((await probeMedia(path, { clock })).video?.codec, 'h264');
    const seen = states.received.map(({ payload }) => (payload as StatePayload).state);
    assert.deepEqual(seen, ['connecting', 'recording', 'stopped']);
    assert.deepEqual(await readdir(join(directory, '.recording')), []);
  });

  it('records again when started while it is still stopping', async (t) => {
    await startFlow(modules, flow(await temporaryDirectory(t)));
    const [segments, recorder] = [outlet('segments'), probe('recorder')];
    await segments.next();

    recorder.node.receive({ payload: 'stop' });
    recorder.node.receive({ payload: 'start' });
    let finished = (await segments.next()).payload as SegmentPayload;
    let next = (await segments.next()).payload as SegmentPayload;
    // What the first run had still to take in comes before the second run.
    while (next.run === finished.run)
      [finished, next] = [next, (await segments.next()).payload as SegmentPayload];

    assert.ok(next.from >= finished.to);
    assert.equal(recorder.statuses.at(-1)?.fill, 'green');
  });

  it('waits for start when it is told so, tells its state when asked, and refuses other commands', async (t) => {
    await startFlow(modules, flow(await temporaryDirectory(t), {}, { autostart: false }));
    const [segments, states, recorder] = [outlet('segments'), outlet('states'), probe('recorder')];
    await recorder.status(grey);

    recorder.node.receive({ payload: 'status' });
    assert.equal(((await states.next()).payload as StatePayload).state, 'stopped');
    recorder.node.receive({ payload: 'rm -rf' });
    assert.match(await recorder.error(), /"start", "stop" or "status"/);
    recorder.node.receive({ payload: 'start' });
    await segments.next();
  });

  it(
    'reports an unreachable camera once, without its password, and records when it comes',
    { skip: rtspServerMissing() },
    async (t) => {
      const probing = await startRtspServer();
      await probing.stop();
      const { port } = probing;
      const camera = { address: `rtsp://127.0.0.1:${port}/cam` };
      const credentials = { camera: { user: 'op', password: 'k0nfid/entia1' } };
      await startFlow(modules, flow(await temporaryDirectory(t), camera), { credentials });
      const [segments, states, recorder] = [outlet('segments'), outlet('states'), probe('recorder')];

      const error = await recorder.error();
      await recorder.status(red);
      const server = await startRtspServer({ port, user: 'op', password: 'k0nfid/entia1', audio: 'alaw' });
      atEnd(t, () => server.stop());
      await recorder.status(green);
      const shown = await commandLines();
      const { path } = (await segments.next()).payload as SegmentPayload;

      assert.match(error, new RegExp(`rtsp://127\\.0\\.0\\.1:${port}.*refused`));
      assert.equal(recorder.errors.length, 1);
      assert.ok(shown.includes('.recording'), 'the recorder is among the processes');
      const told = [error, shown, JSON.stringify(states.received), JSON.stringify(recorder.statuses)];
      assert.deepEqual(
        told.map((text) => /k0nfid|entia1/.test(text)),
        [false, false, false, false],
      );
      assert.equal((await probeMedia(path, { clock })).audio?.codec, 'aac');
    },
  );

  it('plays a file in real time, again and again', async (t) => {
    const directory = await temporaryDirectory(t);
    const film = join(directory, 'film 100%.mp4');
    await startFlow(modules, flow(join(directory, 'made')));
    const { path } = (await outlet('segments').next()).payload as SegmentPayload;
    await writeFile(film, await readFile(path));
    await stopFlow();

    await startFlow(modules, flow(join(directory, '100%'), { address: film }));
    const segments = outlet('segments');
    await segments.next();
    const second = (await segments.next()).payload as SegmentPayload;

    assert.ok(((await probeMedia(second.path, { clock })).duration ?? 0) > 1);
  });

  it('lets no second recorder into its directory', async (t) => {
    const directory = await temporaryDirectory(t);
    const second = { id: 'second', type: 'ffmpeg-segmenter', camera: 'camera', store: 'store', wires: [] };
    await startFlow(modules, [...flow(directory), second]);
    const errors = [probe('recorder'), probe('second')].map((node) => node.error());

    assert.match(await Promise.race(errors), new RegExp(`Another recorder is writing into ${directory}`));
  });

  it('names the directory that it cannot use, and the camera address that is wrong', async (t) => {
    const file = join(await temporaryDirectory(t), 'a-file');
    await writeFile(file, '');
    await startFlow(modules, flow(file));
    assert.ok((await probe('store').error()).includes(file));
    await probe('recorder').status(red);
    await stopFlow();

    await startFlow(modules, flow(file, { address: '-i' }));
    assert.match(await probe('camera').error(), /starts with "-"/);
  });

  it('says which setting is missing', async (t) => {
    await startFlow(modules, flow(await temporaryDirectory(t), {}, { camera: '' }));
    assert.match(await probe('recorder').error(), /choose a v2x-camera/);
  });
});

/** The command lines of all processes, as any user can read them. */
async function commandLines(): Promise<string> {
  const texts: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    texts.push(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => 'ended meanwhile'));
  }
  return texts.join('\n');
}
