import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { inspectMedia } from '../../../../nodes/lib/clip/plan/inspect';
import { firstPictureTime, timeBefore } from '../../../../nodes/lib/recording/times/first-picture';
import { recordingOptions } from '../../../../nodes/lib/recording/run/encoding';
import { systemClock as clock } from '../../../../nodes/lib/time/clock';
import { temporaryDirectory } from '../../../support/flow';
import { LiveRecording } from '../../../support/footage/live-recording';
import {
  numberedFilm,
  numberedStream,
  readPictures,
  type NumberedVideo,
} from '../../../support/footage/numbered-footage';
import { scriptedCameraMissing, startScriptedCamera } from '../../../support/camera/scripted-camera';

const run = promisify(execFile);
const FRAME = 1 / 15;

/** Segments of a film as the recorder writes them. */
async function segment(directory: string, film: string, input: string[], audio: boolean): Promise<string> {
  const video = { index: 0, type: 'video', codec: 'h264' } as const;
  const sound = { index: 1, type: 'audio', codec: 'aac' } as const;
  const media = { format: 'rtsp', streams: [video, sound], video, ...(audio && { audio: sound }) };
  const options = recordingOptions({ media, withSound: audio, segmentSeconds: 2 });
  const output = [...options, join(directory, '%06d.mp4')];
  await run('ffmpeg', ['-v', 'error', ...input, '-i', film, ...output]);
  return join(directory, '000000.mp4');
}

describe('firstPictureTime', () => {
  it('is that of a picture before the key frame of an open GOP, as a clip takes it', async (t) => {
    const open = { seconds: 8, openGop: true, bFrames: 2 };
    const film = await numberedFilm('ts', open);
    // From the second key frame on, before which two pictures are shown.
    const path = await segment(await temporaryDirectory(t), film, ['-ss', '2.1'], false);
    const { firstFrame, keyFrames } = await inspectMedia(path, { clock });
    assert.ok(keyFrames[0] - firstFrame > 2 * FRAME - 0.001, `${keyFrames[0]} s, ${firstFrame} s`);
    const time = (await firstPictureTime(path, { clock })) ?? NaN;
    assert.ok(Math.abs(time - firstFrame) < 0.001, `${time} s instead of ${firstFrame} s`);
  });
});

describe('the first pictures of a live run', { skip: scriptedCameraMissing, concurrency: true }, () => {
  // RTP's first packet loses its time stamp in ffmpeg; with B-frames, pictures that are shown before the second one too.
  const cameras: Record<string, Partial<NumberedVideo>> = {
    'an open GOP with B-frames': { openGop: true, bFrames: 3 },
    'five frames a second': { fps: 5 },
  };
  for (const [name, video] of Object.entries(cameras)) {
    it(`have the times at which they were taken with ${name}`, async (t) => {
      const stream = await numberedStream({ seconds: 60, ...video });
      const camera = await startScriptedCamera(t, stream, { joins: 'start' });
      const recording = await LiveRecording.start(t, camera);
      await recording.seconds(1);
      await recording.stop();

      const [first] = recording.segments;
      const { pictures } = await readPictures(join(recording.ring.directory, first.name));
      const errors = pictures
        .slice(0, 12)
        .map(({ number, time }) => first.from + time - pictures[0].time - camera.timeOf(number ?? NaN));
      t.diagnostic(errors.map((error) => Math.round(error * 1000)).join(', ') + ' ms');
      assert.equal(pictures[0].number, 0);
      assert.ok(errors.every((error) => Math.abs(error) < 0.1));
    });
  }
});

describe('timeBefore', () => {
  it('is a picture interval before the earliest of the others, also where some are shown before others', () => {
    assert.equal(timeBefore([2.3, 2.2, 2.1, 2.5, 2.4]), 2.1 - (2.2 - 2.1));
    assert.equal(timeBefore([2]), undefined);
  });
});
