import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MediaInfo } from '../../../../nodes/lib/ffmpeg/probe';
import type { AudioPolicy } from '../../../../nodes/lib/camera/source';
import { cameraSource } from '../../../../nodes/lib/camera/source';
import {
  frameLog,
  isHeldBack,
  needsVideoOnly,
  recordingOptions,
  soundPlan,
  videoOnlyOptions,
} from '../../../../nodes/lib/recording/run/encoding';

function mediaOf(video: string, audio?: string): MediaInfo {
  return {
    format: 'rtsp',
    streams: [],
    video: { index: 0, type: 'video', codec: video },
    ...(audio === undefined ? {} : { audio: { index: 1, type: 'audio', codec: audio } }),
  };
}

function options(video: string, audio?: string, policy: AudioPolicy = 'aac'): string {
  const media = mediaOf(video, audio);
  const withSound = soundPlan(cameraSource({ address: '/film.mp4', audio: policy }), media) === 'recorded';
  return recordingOptions({ media, withSound, segmentSeconds: 10 }).join(' ');
}

describe('recordingOptions', () => {
  it('copies H.264 and HEVC, tags HEVC as hvc1, and encodes the rest', () => {
    assert.match(options('h264'), /^-map 0:v:0 -c:v copy -f segment -segment_time 10 /);
    assert.match(options('hevc'), /-c:v copy -tag:v hvc1/);
    assert.match(options('mjpeg'), /-c:v libx264/);
  });

  it('copies AAC; makes other sound AAC, or drops it, as the policy says', () => {
    assert.match(options('h264', 'aac'), /-map 0:a:0 -c:a copy/);
    assert.match(options('h264', 'pcm_alaw'), /-map 0:a:0 -c:a aac/);
    assert.doesNotMatch(options('h264', 'pcm_alaw', 'copy'), /0:a/);
    assert.match(options('h264', 'aac', 'copy'), /-c:a copy/);
    assert.doesNotMatch(options('h264', 'aac', 'none'), /0:a/);
  });
});

describe('soundPlan', () => {
  const camera = cameraSource({ address: 'rtsp://127.0.0.1/cam' });
  const withSound = (start?: number): MediaInfo => {
    const audio = {
      index: 1,
      type: 'audio' as const,
      codec: 'pcm_alaw',
      ...(start !== undefined && { start }),
    };
    return { ...mediaOf('h264'), audio };
  };

  it('waits for sound that is announced and of which no packet came', () => {
    assert.equal(soundPlan(camera, withSound()), 'awaited');
    assert.equal(soundPlan(camera, withSound(0)), 'recorded');
    assert.equal(soundPlan(camera, mediaOf('h264')), 'none');
    assert.equal(soundPlan({ ...camera, audio: 'none' }, withSound(0)), 'none');
  });

  it('also writes video alone while sound is recorded, unchanged, also where the segment is encoded', () => {
    assert.equal(needsVideoOnly(camera, withSound(0), 'recorded'), true);
    assert.equal(needsVideoOnly(camera, withSound(), 'awaited'), false);
    assert.equal(needsVideoOnly(camera, mediaOf('mjpeg', 'aac'), 'recorded'), true);
    assert.equal(needsVideoOnly(camera, mediaOf('vp8', 'aac'), 'recorded'), false);
    const encoding = { media: mediaOf('mjpeg', 'aac'), withSound: true, segmentSeconds: 10 };
    assert.match(videoOnlyOptions(encoding).join(' '), /^-map 0:v:0 -c:v copy -f segment/);
  });
});

describe('a film without presentation times', () => {
  it('is encoded, and its frames are logged with the times of decoding', () => {
    const media = {
      ...mediaOf('h264'),
      video: { index: 0, type: 'video' as const, codec: 'h264', timed: false },
    };
    const words = recordingOptions({ media, withSound: false, segmentSeconds: 10 }).join(' ');
    assert.match(words, /-c:v libx264/);
    assert.match(frameLog(media).join(' '), /setts=ts=DTS/);
  });
});

describe('isHeldBack', () => {
  it('is true for H.264 and HEVC in RTP, which ffmpeg has to put together', () => {
    const rtsp = cameraSource({ address: 'rtsp://127.0.0.1/cam' });
    assert.deepEqual(
      ['h264', 'hevc', 'mjpeg'].map((codec) => isHeldBack(rtsp, mediaOf(codec))),
      [true, true, false],
    );
    assert.equal(isHeldBack(cameraSource({ address: '/dev/video0' }), mediaOf('h264')), false);
    assert.equal(isHeldBack(cameraSource({ address: '' }), undefined), false);
  });
});
