import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ffmpegArguments } from '../../../nodes/lib/ffmpeg/command';

describe('ffmpegArguments', () => {
  it('puts options before the input or output they belong to, and never splits a word', () => {
    const args = ffmpegArguments({
      inputs: [
        { url: 'file:/a b.mp4', options: ['-re'] },
        { url: 'color', options: ['-f', 'lavfi'] },
      ],
      filter: '[0:v][1:v]overlay',
      outputs: [{ url: '/out put.mp4', options: ['-metadata', 'title=two words'] }],
      options: ['-xerror'],
    });
    assert.deepEqual(args.slice(args.indexOf('-xerror') + 1), [
      ...['-re', '-i', 'file:/a b.mp4', '-f', 'lavfi', '-i', 'color', '-y'],
      ...['-filter_complex', '[0:v][1:v]overlay', '-metadata', 'title=two words', '/out put.mp4'],
    ]);
  });
});
