import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inspectByTool, inspectMedia } from '../../../../nodes/lib/clip/plan/inspect';
import { headsOf } from '../../../../nodes/lib/clip/mp4/file-heads';
import type { MediaFile } from '../../../../nodes/lib/clip/mp4/media';
import { parseMedia } from '../../../../nodes/lib/clip/mp4/media-file';
import { systemClock as clock } from '../../../../nodes/lib/time/clock';
import type { SegmentMedia } from '../../../../nodes/lib/clip/plan/footage';
import { temporaryDirectory } from '../../../support/flow';
import { FPS, recordSegments } from '../../../support/footage/footage';

const ENCODINGS: Readonly<Record<string, readonly string[]>> = {
  'H.264 with sound of 8 kHz': [],
  'B-frames': ['-preset', 'medium', '-bf', '3', '-g', String(FPS * 4), '-sc_threshold', '0'],
  'a variable frame rate': ['-vf', "select='lt(mod(n,7),4)'", '-vsync', 'vfr', '-g', '9'],
  HEVC: ['-c:v', 'libx265', '-tag:v', 'hvc1', '-x265-params', 'log-level=error:open-gop=0'],
};

/** Times to the microsecond, as ffprobe prints them. */
function rounded(media: SegmentMedia): object {
  return JSON.parse(
    JSON.stringify({ ...media, tracks: undefined, format: '' }, (_key, value: unknown) =>
      typeof value === 'number' ? Math.round(value * 1e5) / 1e5 : value,
    ),
  ) as object;
}

function parsed(data: Buffer): MediaFile | undefined {
  try {
    return parseMedia(headsOf(data));
  } catch (error) {
    assert.ok(error instanceof RangeError);
    return undefined;
  }
}

/** How many samples a file holds; 0 when it is no file. */
function samplesIn(data: Buffer): number {
  return parsed(data)?.runs.reduce((sum, { samples }) => sum + samples.length, 0) ?? 0;
}

function emptyBoxes(count: number): Buffer {
  const box = Buffer.from('\0\0\0\x08free', 'latin1');
  return Buffer.alloc(count * box.length, box);
}

describe('inspectMedia', () => {
  for (const [name, encoding] of Object.entries(ENCODINGS)) {
    it(`finds in fragments what ffprobe finds: ${name}`, async (t) => {
      const directory = await temporaryDirectory(t);
      const segments = await recordSegments(directory, {
        start: 1_700_000_000,
        seconds: 8,
        segmentSeconds: 4,
        encoding,
      });
      for (const segment of segments) {
        const path = join(directory, segment.name);
        const media = await inspectMedia(path, { clock });

        assert.ok(media.tracks, 'read without ffprobe');
        assert.deepEqual(rounded(media), rounded(await inspectByTool(path, { clock })));
      }
    });
  }

  it('leaves to ffprobe what claims more samples or boxes than a segment can have', async (t) => {
    const directory = await temporaryDirectory(t);
    const [segment] = await recordSegments(directory, { start: 1000, seconds: 2, segmentSeconds: 2 });
    const whole = await readFile(join(directory, segment.name));
    const samples = samplesIn(whole);
    assert.ok(samples > 0);
    const fragments = whole.subarray(whole.indexOf('moof') - 4);
    const repeated = (times: number) => Buffer.concat([whole, ...Array<Buffer>(times).fill(fragments)]);
    const bound = Math.floor(200_000 / samples);

    assert.ok(parsed(repeated(bound - 1)));
    assert.equal(parsed(repeated(bound)), undefined);
    assert.equal(parsed(Buffer.concat([whole, emptyBoxes(100_000)])), undefined);
  });

  it('finds in a plain file what it finds in the same film in fragments', async (t) => {
    const directory = await temporaryDirectory(t);
    const encoding = ['-preset', 'medium', '-bf', '3', '-g', String(FPS * 2), '-sc_threshold', '0'];
    const options = { start: 1000, seconds: 4, segmentSeconds: 4, encoding };
    const [segment] = await recordSegments(directory, options);
    const plain = join(directory, 'plain.mp4');
    const copy = ['-v', 'error', '-i', join(directory, segment.name), '-c', 'copy', plain];
    execFileSync('ffmpeg', copy);

    const media = await inspectMedia(plain, { clock });

    assert.ok(media.tracks, 'read without ffprobe');
    assert.deepEqual(rounded(media), rounded(await inspectByTool(plain, { clock })));
    const fragmented = await inspectMedia(join(directory, segment.name), { clock });
    assert.equal(media.format, fragmented.format);
    assert.equal(media.tracks.sound?.format, fragmented.tracks?.sound?.format);
    assert.deepEqual(media.tracks.picture.settings, fragmented.tracks?.picture.settings);
  });

  it('finds what is there of a file that breaks off anywhere, and takes any damage', async (t) => {
    const directory = await temporaryDirectory(t);
    const [segment] = await recordSegments(directory, { start: 1000, seconds: 2, segmentSeconds: 2 });
    const whole = await readFile(join(directory, segment.name));

    let found = 0;
    for (let length = 0; length < whole.length; length += 97) {
      const samples = samplesIn(whole.subarray(0, length));
      assert.ok(samples >= found, `${samples} samples in ${length} bytes`);
      found = samples;
    }
    assert.ok(found > samplesIn(whole) - 5, 'all but the last');
    for (let at = 0; at < whole.length; at += 13) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt32BE(0xffffffff, Math.min(at, whole.length - 4));
      parsed(damaged);
    }
  });
});
