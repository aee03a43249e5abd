import assert from 'node:assert/strict';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, describe, it, type TestContext } from 'node:test';
import ffmpegSegmenter from '../../nodes/ffmpeg-segmenter/ffmpeg-segmenter';
import { findBinary } from '../../nodes/lib/ffmpeg/binary';
import { sleep, systemClock, type Clock } from '../../nodes/lib/time/clock';
import v2xCamera from '../../nodes/v2x-camera/v2x-camera';
import v2xSegmentStore from '../../nodes/v2x-segment-store/v2x-segment-store';
import { outlet, probe, startFlow, stopFlow, temporaryDirectory } from '../support/flow';
import { numberedStream } from '../support/footage/numbered-footage';
import {
  scriptedCameraMissing,
  startScriptedCamera,
  type CameraScript,
} from '../support/camera/scripted-camera';

/** V2X_LONG: the camera sends no key frame for 400 s. */
const GOP_SECONDS = process.env.V2X_LONG ? 400 : 24;

interface State {
  readonly state: string;
  readonly missing?: string;
  readonly code?: string;
  readonly error?: string;
}

/** Records a camera with a size limit and no age limit. */
async function startRecorder(t: TestContext, address: string, clock: Clock = systemClock) {
  const directory = await temporaryDirectory(t);
  const store = { directory, segmentSeconds: 2, retentionHours: 0, maxGigabytes: 1, minFreeGigabytes: 0 };
  const flow = [
    { id: 'camera', type: 'v2x-camera', kind: 'auto', address, audio: 'aac' },
    { id: 'store', type: 'v2x-segment-store', ...store },
    {
      id: 'recorder',
      type: 'ffmpeg-segmenter',
      ...{ camera: 'camera', store: 'store', autostart: true, wires: [['segments'], ['states']] },
    },
    { id: 'segments', type: 'helper' },
    { id: 'states', type: 'helper' },
  ];
  await startFlow([v2xCamera, v2xSegmentStore, ffmpegSegmenter], flow, { environment: { clock } });
  const states = outlet('states');
  /** The next message with this state. */
  const state = async (wanted: string): Promise<State> => {
    for (;;) {
      const payload = (await states.next()).payload as State;
      if (payload.state === wanted) return payload;
    }
  };
  return { directory, state, states, segments: outlet('segments'), recorder: probe('recorder') };
}

async function camera(t: TestContext, script: CameraScript, gopSeconds?: number) {
  const seconds = Math.max(60, 2 * (gopSeconds ?? 0));
  const stream = await numberedStream({ seconds, ...(gopSeconds && { gopSeconds }) });
  return startScriptedCamera(t, stream, script);
}

const texts = ({ recorder }: Awaited<ReturnType<typeof startRecorder>>) =>
  recorder.statuses.map(({ fill, text }) => `${fill} ${text}`);

describe('what the recorder says although its camera sends', { skip: scriptedCameraMissing }, () => {
  afterEach(stopFlow);

  it(`waits for a key frame for ${GOP_SECONDS} s, and records from it on`, async (t) => {
    const live = await camera(t, { joins: 'anywhere' }, GOP_SECONDS);
    const run = await startRecorder(t, live.url);
    const waiting = await run.state('waiting');
    const waitingStatus = texts(run).at(-1);
    const recording = await run.state('recording');
    const recordingStatus = texts(run).at(-1);
    await sleep(systemClock, 1);
    run.recorder.node.receive({ payload: 'stop' });
    const { name, from, to } = (await run.segments.next()).payload as {
      readonly name: string;
      readonly from: number;
      readonly to: number;
    };

    assert.equal(waiting.missing, 'key-frame');
    assert.match(waitingStatus ?? '', /^yellow .*waiting$/);
    assert.equal(recording.missing, undefined);
    assert.match(recordingStatus ?? '', /^green .*recording$/);
    assert.deepEqual(run.recorder.errors, []);
    assert.equal(live.connections.length, 2, 'one to look at the camera and one to record it');
    assert.ok(to > from && name === `seg_${Math.floor(from)}.mp4`, `${name}: ${from} to ${to}`);
    const names = (await readdir(run.directory)).filter((file) => file.startsWith('seg_'));
    assert.ok(names.includes(name) && names.every((file) => /^seg_\d+\.mp4$/.test(file)), names.join());
  });

  it('records without sound that is announced and does not come', async (t) => {
    const { url } = await camera(t, { joins: 'keyFrame', audio: 'alaw', audioSilent: true });
    const run = await startRecorder(t, url);
    let { missing } = await run.state('recording');
    while (missing === undefined) ({ missing } = await run.state('recording'));
    await run.segments.next();

    assert.equal(missing, 'sound');
    assert.match(texts(run).at(-1) ?? '', /^yellow .*noSound$/);
    assert.deepEqual(run.recorder.errors, []);
  });
});

describe('what the recorder says when nothing reaches the disk', () => {
  afterEach(stopFlow);

  it('names the directory, once', async (t) => {
    await sendPicturesOnly(t);
    // A second of the recorder's passes in a tenth.
    const clock: Clock = {
      ...systemClock,
      after: (seconds, callback) => systemClock.after(seconds / 10, callback),
    };
    const run = await startRecorder(t, '', clock);
    const { code, error = '' } = await run.state('failed');

    assert.equal(code, 'unwritten');
    assert.match(error, /nothing has been written into .* for 30 s/);
    assert.ok(error.includes(run.directory));
    assert.equal(await run.recorder.error(), run.recorder.errors[0]);
    assert.match(texts(run).at(-1) ?? '', /^red /);
  });
});

/** For a while ffmpeg is a program that logs pictures and writes none. */
async function sendPicturesOnly(t: TestContext): Promise<void> {
  await findBinary('ffmpeg');
  const directory = await temporaryDirectory(t);
  const picture = '"0, $((n * 50)), $((n * 50)), 50, 9, 0x00000000"';
  // It is also asked whether it can draw text.
  const ask = 'case "$*" in *text=0*) exit 1;; esac';
  const loop = `n=0; while :; do echo ${picture}; n=$((n + 1)); sleep 0.05; done`;
  const file = join(directory, 'ffmpeg');
  await writeFile(file, `#!/bin/sh\n${ask}\necho '#tb 0: 1/1000'\n${loop}\n`);
  await chmod(file, 0o755);
  const before = process.env.PATH ?? '';
  process.env.PATH = directory + delimiter + before;
  t.after(() => {
    process.env.PATH = before;
  });
}
