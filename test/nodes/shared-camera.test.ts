import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, describe, it, type TestContext } from 'node:test';
import ffmpegSegmenter from '../../nodes/ffmpeg-segmenter/ffmpeg-segmenter';
import simpleDetector from '../../nodes/simple-detector/simple-detector';
import v2xCamera from '../../nodes/v2x-camera/v2x-camera';
import v2xSegmentStore from '../../nodes/v2x-segment-store/v2x-segment-store';
import { atEnd } from '../support/at-end';
import { outlet, probe, startFlow, stopFlow, temporaryDirectory, type Outlet } from '../support/flow';

const modules = [v2xCamera, v2xSegmentStore, ffmpegSegmenter, simpleDetector];

const flow = (directory: string) => [
  { id: 'camera', type: 'v2x-camera', kind: 'auto', address: '/dev/video0', audio: 'aac' },
  { id: 'store', type: 'v2x-segment-store', directory, segmentSeconds: 2, minFreeGigabytes: 0 },
  {
    id: 'recorder',
    type: 'ffmpeg-segmenter',
    camera: 'camera',
    store: 'store',
    autostart: false,
    wires: [['segments'], ['states']],
  },
  { id: 'segments', type: 'helper' },
  { id: 'states', type: 'helper' },
  { id: 'detector', type: 'simple-detector', camera: 'camera', wires: [[], ['reports']] },
  { id: 'reports', type: 'helper' },
];

/** No machine of ours has a V4L2 device: its ffmpeg is replaced, see the script. */
async function pretendDevice(t: TestContext): Promise<void> {
  const directory = await temporaryDirectory(t);
  for (const name of ['ffmpeg', 'ffprobe']) {
    await symlink(resolve('test/support/camera/one-program-device.sh'), join(directory, name));
  }
  const before = process.env.PATH ?? '';
  process.env.PATH = `${directory}:${before}`;
  atEnd(t, () => (process.env.PATH = before));
}

/** Resolves when the detector has judged frames that came after this call. */
async function seesPictures(reports: Outlet): Promise<void> {
  const already = reports.received.length;
  while (reports.received.length < already + 2) await reports.next();
}

async function reaches(states: Outlet, wanted: string): Promise<void> {
  for (;;) {
    const { state } = (await states.next()).payload as { state: string };
    assert.notEqual(state, 'failed');
    if (state === wanted) return;
  }
}

describe('a recorder and a detector on a device that serves one program', () => {
  afterEach(stopFlow);

  it('both see it: the detector alone, beside the recorder, and alone again', async (t) => {
    await pretendDevice(t);
    await startFlow(modules, flow(await temporaryDirectory(t)));
    const [states, reports, segments] = [outlet('states'), outlet('reports'), outlet('segments')];
    const { node: recorder } = probe('recorder');
    await seesPictures(reports);

    recorder.receive({ payload: 'start' });
    await reaches(states, 'recording');
    await seesPictures(reports);
    await segments.next();

    recorder.receive({ payload: 'stop' });
    await reaches(states, 'stopped');
    await seesPictures(reports);
    assert.deepEqual([...probe('detector').errors, ...probe('recorder').errors], []);
  });
});
