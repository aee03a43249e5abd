import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { cameraSource } from '../../../nodes/lib/camera/source';
import { probe } from '../../../nodes/lib/ffmpeg/probe';
import { record } from '../../../nodes/lib/recording/recorder';
import { Ring } from '../../../nodes/lib/recording/ring/ring';
import type { Segment } from '../../../nodes/lib/recording/segment';
import { sleep, systemClock as clock } from '../../../nodes/lib/time/clock';
import { atEnd } from '../../support/at-end';
import { temporaryDirectory } from '../../support/flow';
import {
  aacSound,
  numberedStream,
  readPictures,
  type NumberedVideo,
} from '../../support/footage/numbered-footage';
import {
  scriptedCameraMissing,
  startScriptedCamera,
  type CameraScript,
} from '../../support/camera/scripted-camera';

const SEGMENT_SECONDS = 4;
/** Seconds after which sound stops. */
const SOUND_SECONDS = 3;
/** The last fragment, the picture that ffmpeg is putting together, and the way through a busy machine. */
const LAST_SECOND = 1.5;

/** Records a camera that does with its sound what the script says. */
async function start(t: TestContext, script: CameraScript, video: Partial<NumberedVideo> = {}) {
  const stream = await numberedStream({ seconds: 60, ...video });
  const camera = await startScriptedCamera(t, stream, { joins: 'keyFrame', ...script });
  const retention = { maxAge: 0, maxBytes: 0, minFreeBytes: 0 };
  const directory = await temporaryDirectory(t);
  const options = { directory, segmentSeconds: SEGMENT_SECONDS, retention, clock, onError: unexpected };
  const ring = await Ring.open(options);
  atEnd(t, () => ring.close());
  const segments: Segment[] = [];
  const arrivals = new EventEmitter();
  const missing: unknown[] = [];
  const stop = new AbortController();
  const hooks = {
    onRecording: () => undefined,
    onWarning: unexpected,
    onMissing: (what: unknown) => missing.push(what),
    onSegment(segment: Segment) {
      segments.push(segment);
      arrivals.emit('segment');
    },
  };
  const end = record({ ring, clock, source: cameraSource({ address: camera.url }), ...hooks }, stop.signal);
  end.catch(() => arrivals.emit('segment'));
  atEnd(t, async () => {
    stop.abort();
    await end.catch(() => undefined);
  });
  return { camera, ring, segments, arrivals, missing, stop, end };
}

describe('sound that does not come', { skip: scriptedCameraMissing, concurrency: 2 }, () => {
  it('is left out and said so: video is recorded from its first key frame', async (t) => {
    const { ring, segments, arrivals, missing, stop, end } = await start(t, {
      audio: 'alaw',
      audioSilent: true,
    });
    await once(arrivals, 'segment');
    await once(arrivals, 'segment');
    stop.abort();
    await end;
    const { video, audio } = await probe(join(ring.directory, segments[1].name), { clock });
    assert.deepEqual([video?.codec, audio, missing.at(-1)], ['h264', undefined, 'sound']);
  });
});

/** What a camera does with its sound, and what sends it. */
const CRASHES: Record<string, { readonly script: CameraScript; readonly codec?: 'mjpeg' }> = {
  'G.711 that stops': { script: { audio: 'alaw', audioStopsAfter: SOUND_SECONDS } },
  'AAC that stops': { script: { audio: 'aac', audioStopsAfter: SOUND_SECONDS } },
  'AAC that is announced and never sent': { script: { audio: 'aac', audioSilent: true } },
  'G.711 beside MJPEG': { script: { audio: 'alaw' }, codec: 'mjpeg' },
  'G.711 beside MJPEG, that stops': {
    script: { audio: 'alaw', audioStopsAfter: SOUND_SECONDS },
    codec: 'mjpeg',
  },
};

describe('a crash', { skip: scriptedCameraMissing, concurrency: 3 }, () => {
  for (const [name, { script, codec }] of Object.entries(CRASHES)) {
    it(`costs no more than the last second with ${name}`, async (t) => {
      const audioFile = script.audio === 'aac' ? { audioFile: await aacSound(16_000) } : {};
      const run = await start(t, { ...script, ...audioFile }, codec && { codec });
      const { ring, segments, arrivals, camera, end } = run;
      while (segments.length < 2) await once(arrivals, 'segment');
      // Somewhere within the segment that is open now.
      await sleep(clock, 0.6 * SEGMENT_SECONDS);
      process.kill(await ffmpegOf(ring.directory), 'SIGKILL');
      const killed = clock.now();
      await assert.rejects(end, { code: 'camera' });

      const [before, last] = segments.slice(-2);
      assert.deepEqual([last.run, last.number, last.from], [before.run, before.number + 1, before.to]);
      const { pictures, errors } = await readPictures(join(ring.directory, last.name));
      assert.deepEqual(errors, []);
      const shown = camera.timeOf(pictures.at(-1)?.number ?? NaN);
      t.diagnostic(`${(killed - shown).toFixed(2)} s are lost of ${(killed - last.from).toFixed(2)} s`);
      assert.ok(killed - shown < LAST_SECOND, `${killed - shown} s are lost`);
      assert.ok(
        Math.abs(last.to - shown) < 0.2,
        `it ends at ${last.to}, its last picture was taken at ${shown}`,
      );
    });
  }
});

/** The process whose arguments name a directory's work directory. */
async function ffmpegOf(directory: string): Promise<number> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.startsWith('ffmpeg') && line.includes(directory)) return Number(pid);
  }
  throw new Error('no ffmpeg');
}

function unexpected(what: unknown): void {
  throw new Error(String(what));
}
