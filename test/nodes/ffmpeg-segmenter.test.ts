import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import ffmpegSegmenter from '../../nodes/ffmpeg-segmenter/ffmpeg-segmenter';
import { systemClock as clock } from '../../nodes/lib/clock';
import { probe as probeMedia } from '../../nodes/lib/ffmpeg/probe';
import v2xCamera from '../../nodes/v2x-camera/v2x-camera';
import v2xSegmentStore from '../../nodes/v2x-segment-store/v2x-segment-store';
import { outlet, probe, startFlow, stopFlow, temporaryDirectory } from '../support/flow';

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
  readonly from: number;
  readonly to: number;
}

describe('ffmpeg-segmenter', () => {
  afterEach(stopFlow);

  it('records the synthetic picture, names the segments, and finishes the last one when told to stop', async (t) => {
    const directory = await temporaryDirectory(t);
    await startFlow(modules, flow(directory));
    const [segments, states, recorder] = [outlet('segments'), outlet('states'), probe('recorder')];

    const first = (await segments.next()).payload as SegmentPayload;
    await recorder.status(({ fill }) => fill === 'green');
    recorder.node.receive({ payload: 'stop' });
    const last = (await segments.next()).payload as SegmentPayload;
    await recorder.status(({ fill }) => fill === 'grey');

    assert.equal(first.path, join(directory, first.name));
    assert.ok(Math.abs(first.to - first.from - 2) < 0.5);
    assert.equal(last.from, first.to);
    for (const { path } of [first, last]) assert.equal((await probeMedia(path, { clock })).video?.codec, 'h264');
    const names = states.received.map(({ payload }) => (payload as { state: string }).state);
    assert.deepEqual(names, ['connecting', 'recording', 'stopped']);
    assert.deepEqual(await readdir(join(directory, '.recording')), []);
  });
});
