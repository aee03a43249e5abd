import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MediaInfo } from '../../../nodes/lib/ffmpeg/probe';
import type { AudioPolicy } from '../../../nodes/lib/camera/source';
import { cameraSource } from '../../../nodes/lib/camera/source';
import { isHeldBack, recordingOptions } from '../../../nodes/lib/recording/encoding';

function mediaOf(video: string, audio?: string): MediaInfo {
  return {
    format: 'rtsp',
    streams: [],
    video: { index: 0, type: 'video', codec: video },
    ...(audio === undefined ? {} : { audio: { index: 1, type: 'audio', codec: audio } }),
  };
}

function options(video: string, audio?: string, policy: AudioPolicy = 'aac'): string {
  return recordingOptions({ media: mediaOf(video, audio), audio: policy, segmentSeconds: 10 }).join(' ');
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
