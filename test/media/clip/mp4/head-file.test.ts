import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { HeadFile } from '../../../../nodes/lib/clip/mp4/head-file';
import { headsOf } from '../../../../nodes/lib/clip/mp4/file-heads';
import { parseMedia } from '../../../../nodes/lib/clip/mp4/media-file';
import { readAhead, type Stretch } from '../../../../nodes/lib/clip/mp4/read-ahead';
import { temporaryDirectory } from '../../../support/flow';
import { recordSegments } from '../../../support/footage/footage';

function whole(path: string): Stretch {
  return { path, from: 0, to: 1 << 20 };
}

describe('HeadFile', () => {
  it('reads all of a segment but its media data', async (t) => {
    const directory = await temporaryDirectory(t);
    // Too large to come along with a head, since noise cannot be compressed.
    const encoding = ['-vf', 'noise=alls=60:allf=t,scale=640:360', '-crf', '10'];
    const segments = await recordSegments(directory, {
      start: 1000,
      seconds: 6,
      segmentSeconds: 2,
      encoding,
    });
    for (const { name } of segments) {
      const path = join(directory, name);
      const whole = await readFile(path);
      await HeadFile.with(path, async (file) => {
        const heads = await file.heads();
        assert.equal(heads.size, whole.length);
        assert.ok(heads.data.length < whole.length / 20, 'the media data was not read');
        const parsed = parseMedia(headsOf(whole));
        assert.ok(parsed && parsed.runs.length > 1);
        assert.deepEqual(parseMedia(heads), parsed);

        const dataAt = parsed.runs[0].samples[0].at;
        const data = await file.read(dataAt, dataAt + 20_000);
        assert.ok(data.equals(whole.subarray(dataAt, dataAt + 20_000)));
      });
    }
  });

  it('takes any bytes: the parser says what is no segment', async (t) => {
    const path = join(await temporaryDirectory(t), 'file');
    const box = (size: number, type: string) => {
      const head = Buffer.alloc(8);
      head.writeUInt32BE(size);
      head.write(type, 4, 'latin1');
      return head;
    };
    for (const data of [
      Buffer.alloc(0),
      Buffer.from('abc'),
      box(0, 'mdat'),
      Buffer.concat([box(8, 'free'), box(1 << 30, 'moof')]),
      Buffer.concat([box(1, 'mdat'), Buffer.alloc(8, 0xff), Buffer.alloc(100)]),
      randomBytes(10_000),
    ]) {
      await writeFile(path, data);
      const file = await HeadFile.with(path, async (source) => parseMedia(await source.heads())).catch(
        (error: unknown) => {
          assert.ok(error instanceof RangeError);
        },
      );
      assert.equal(file, undefined);
    }
  });
});

describe('readAhead', () => {
  it('gives the files in order, each as it is when it is asked for', async (t) => {
    const directory = await temporaryDirectory(t);
    const contents = [3, 50_000, 0, 120_000, 7].map((size) => randomBytes(size));
    const paths = contents.map((_, i) => join(directory, String(i)));
    await Promise.all(contents.map((data, i) => writeFile(paths[i], data)));

    let position = 0;
    for await (const data of readAhead(paths.map(whole))) assert.ok(data.equals(contents[position++]));
    assert.equal(position, contents.length);
  });

  it('tells of a file that cannot be read when its turn comes, and not before', async (t) => {
    const directory = await temporaryDirectory(t);
    const first = join(directory, 'first');
    await writeFile(first, 'here');
    const files = readAhead([first, join(directory, 'gone')].map(whole));

    assert.equal(String((await files.next()).value), 'here');
    // The failure has happened meanwhile.
    await readFile(first);
    await readFile(first);
    await assert.rejects(files.next(), { code: 'ENOENT' });
  });
});
