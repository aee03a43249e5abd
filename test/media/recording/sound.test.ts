import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { cameraSource } from '../../../nodes/lib/camera/source';
import { probe } from '../../../nodes/lib/ffmpeg/probe';
import { record } from '../../../nodes/lib/recording/recorder';
import { Ring } from '../../../nodes/lib/recording/ring/ring';
import type { Segment } from '../../../nodes/lib/recording/segment';
import { systemClock as clock } from '../../../nodes/lib/time/clock';
import { atEnd } from '../../support/at-end';
import { temporaryDirectory } from '../../support/flow';
import { numberedStream } from '../../support/numbered-footage';
import { scriptedCameraMissing, startScriptedCamera, type CameraScript } from '../../support/scripted-camera';

const SEGMENT_SECONDS = 4;

/** Records a camera that does with its sound what the script says. */
async function start(t: TestContext, script: CameraScript) {
  const stream = await numberedStream({ seconds: 60 });
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
  return { ring, segments, arrivals, missing, stop, end };
}

describe(
  'sound that does not come',
  { skip: scriptedCameraMissing, concurrency: 2, timeout: 120_000 },
  () => {
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

    it('costs no more than the last second when it stops and ffmpeg is killed', async (t) => {
      const { ring, segments, arrivals, end } = await start(t, { audio: 'alaw', audioStopsAfter: 3 });
      while (segments.length < 3) await once(arrivals, 'segment');
      const [run] = await readdir(ring.workDirectory);
      const picture = join(ring.workDirectory, run, 'picture');
      const sizes = async () => {
        const [name = ''] = (await readdir(picture)).slice(-1);
        const size = (path: string) =>
          stat(path).then(
            ({ size }) => size,
            () => 0,
          );
        return [await size(join(picture, name)), await size(join(ring.workDirectory, run, name))];
      };
      // Some fragments of a segment of which nothing else is on the disk.
      let [alone, whole] = await sizes();
      while (!(alone > 5000 && whole === 0)) {
        await new Promise((done) => setTimeout(done, 100));
        [alone, whole] = await sizes();
      }
      process.kill(await ffmpegOf(ring.directory), 'SIGKILL');
      await assert.rejects(end, { code: 'camera' });

      const [before, saved] = segments.slice(-2);
      assert.deepEqual([saved.run, saved.number, saved.from], [before.run, before.number + 1, before.to]);
      assert.ok(saved.to - saved.from >= 0.9, `${saved.to - saved.from} s`);
      assert.ok((await probe(join(ring.directory, saved.name), { clock })).video);
    });
  },
);

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
