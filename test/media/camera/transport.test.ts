import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cameraInput } from '../../../nodes/lib/camera/input';
import { takeSnapshot } from '../../../nodes/lib/camera/snapshot';
import { cameraSource } from '../../../nodes/lib/camera/source';
import { readCameraFrames } from '../../../nodes/lib/detection/frames/camera-frames';
import { findBinary } from '../../../nodes/lib/ffmpeg/binary';
import { probe } from '../../../nodes/lib/ffmpeg/probe';
import { record } from '../../../nodes/lib/recording/recorder';
import { Ring } from '../../../nodes/lib/recording/ring/ring';
import { systemClock as clock } from '../../../nodes/lib/time/clock';
import { atEnd } from '../../support/at-end';
import { temporaryDirectory } from '../../support/flow';
import { numberedStream } from '../../support/footage/numbered-footage';
import { scriptedCameraMissing, startScriptedCamera } from '../../support/camera/scripted-camera';

const FULL = new AbortController().signal;

function unexpected(error: unknown): never {
  throw new Error('unexpected', { cause: error });
}

describe('a camera that speaks only one transport', { skip: scriptedCameraMissing }, () => {
  for (const [transport, script, asked] of [
    ['UDP', { noTcp: true }, /^RTP\/AVP(\/UDP)?;unicast/],
    ['TCP', { noUdp: true }, /^RTP\/AVP\/TCP/],
  ] as const) {
    it(`is examined, watched, shown and recorded over ${transport}`, async (t) => {
      const video = await numberedStream({ seconds: 30, gopSeconds: 1 });
      const camera = await startScriptedCamera(t, video, script);
      const source = cameraSource({ address: camera.url });

      const { avformat } = await findBinary('ffprobe');
      const media = await probe(cameraInput(source, { avformat, forProbe: true }), { clock });
      assert.equal(media.video?.codec, 'h264');

      const picture = await takeSnapshot(source, { clock, signal: FULL });
      assert.deepEqual([...picture.subarray(0, 2)], [0xff, 0xd8]);

      const seen = new AbortController();
      await readCameraFrames(source, {
        ...{ clock, size: { width: 32, height: 20 }, fps: 5, wanted: () => true, signal: seen.signal },
        onFrame: () => {
          seen.abort();
        },
      });

      const recorded = new AbortController();
      const directory = await temporaryDirectory(t);
      const ring = await Ring.open({
        ...{ directory, segmentSeconds: 1, clock, onError: unexpected },
        retention: { maxAge: 3600, maxBytes: 1e9, minFreeBytes: 0 },
      });
      atEnd(t, () => ring.close());
      const recording = record(
        {
          ...{ source, ring, clock, onRecording: () => undefined, onWarning: unexpected },
          onSegment: () => {
            recorded.abort();
          },
        },
        recorded.signal,
      );
      await recording;

      const setups = camera.requests.filter(({ method }) => method === 'SETUP').map((r) => r.transport);
      assert.ok(
        setups.some((words) => asked.test(words)),
        setups.join('\n'),
      );
    });
  }
});
