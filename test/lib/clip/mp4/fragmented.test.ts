import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inspectByTool, inspectMedia } from '../../../../nodes/lib/clip/plan/inspect';
import { parseFragmented, type FragmentedFile } from '../../../../nodes/lib/clip/mp4/fragmented';
import { systemClock as clock } from '../../../../nodes/lib/time/clock';
import type { SegmentMedia } from '../../../../nodes/lib/clip/plan/footage';
import { temporaryDirectory } from '../../../support/flow';
import { FPS, recordSegments } from '../../../support/footage';

const ENCODINGS: Readonly<Record<string, readonly string[]>> = {
  'H.264 with sound of 8 kHz': [],
  'B-frames': ['-preset', 'medium', '-bf', '3', '-g', String(FPS * 4), '-sc_threshold', '0'],
  'a variable frame rate': ['-vf', "select='lt(mod(n,7),4)'", '-vsync', 'vfr', '-g', '9'],
  HEVC: ['-c:v', 'libx265', '-tag:v', 'hvc1', '-x265-params', 'log-level=error:open-gop=0'],
};

/** Times to the microsecond, as ffprobe prints them. */
function rounded(media: SegmentMedia): object {
  return JSON.parse(
    JSON.stringify({ ...media, splice: undefined }, (_key, value: unknown) =>
      typeof value === 'number' ? Math.round(value * 1e5) / 1e5 : value,
    ),
  ) as object;
}

function endOfSamples({ fragments }: FragmentedFile): number {
  const ends = fragments
    .flatMap(({ tracks }) => tracks)
    .map(({ dataAt, samples }) => samples.reduce((at, { size }) => at + size, dataAt));
  return Math.max(...ends);
}

function emptyBoxes(count: number): Buffer {
  const box = Buffer.from('\0\0\0\x08free', 'latin1');
  return Buffer.alloc(count * box.length, box);
}

describe('inspectMedia', () => {
  for (const [name, encoding] of Object.entries(ENCODINGS)) {
    it(`reads of fragments what ffprobe tells: ${name}`, async (t) => {
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

        assert.ok(media.splice, 'read without ffprobe');
        assert.deepEqual(rounded(media), rounded(await inspectByTool(path, { clock })));
      }
    });
  }

  it('leaves to ffprobe what claims more samples or boxes than a segment can have', async (t) => {
    const directory = await temporaryDirectory(t);
    const [segment] = await recordSegments(directory, { start: 1000, seconds: 2, segmentSeconds: 2 });
    const whole = await readFile(join(directory, segment.name));
    const samples = parseFragmented(whole)
      ?.fragments.flatMap(({ tracks }) => tracks)
      .flatMap((track) => track.samples);
    assert.ok(samples);
    const fragments = whole.subarray(whole.indexOf('moof') - 4);
    const repeated = (times: number) => Buffer.concat([whole, ...Array<Buffer>(times).fill(fragments)]);
    const bound = Math.floor(200_000 / samples.length);

    assert.ok(parseFragmented(repeated(bound - 1)));
    assert.equal(parseFragmented(repeated(bound)), undefined);
    assert.equal(parseFragmented(Buffer.concat([whole, emptyBoxes(100_000)])), undefined);
  });

  it('leaves to ffprobe what breaks off anywhere, or is damaged', async (t) => {
    const directory = await temporaryDirectory(t);
    const [segment] = await recordSegments(directory, { start: 1000, seconds: 2, segmentSeconds: 2 });
    const whole = await readFile(join(directory, segment.name));
    assert.ok(parseFragmented(whole));

    for (let length = 0; length < whole.length; length += 97) {
      const part = parseFragmented(whole.subarray(0, length));
      // Only a file that ends between two fragments is whole: the samples of the last one end where it does.
      if (part) assert.equal(endOfSamples(part), length);
    }
    for (let at = 0; at < whole.length; at += 13) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt32BE(0xffffffff, Math.min(at, whole.length - 4));
      parseFragmented(damaged);
    }
  });
});
