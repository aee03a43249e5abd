import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { FootageReader } from '../../../../nodes/lib/clip/plan/footage-reader';
import { systemClock as clock } from '../../../../nodes/lib/time/clock';
import { FakeRing, recordSegments } from '../../../support/footage/footage';
import { temporaryDirectory } from '../../../support/flow';

const START = 1000;

describe('FootageReader', () => {
  it('leaves out what cannot be played, but nothing for want of file handles', async (t) => {
    const directory = await temporaryDirectory(t);
    const segments = await recordSegments(directory, { start: START, seconds: 4, segmentSeconds: 2 });
    await fs.writeFile(join(directory, segments[0].name), 'no film');
    const reader = new FootageReader(new FakeRing(directory, 2, segments), clock);
    const read = () => reader.read({ from: START, to: START + 4 }, new AbortController().signal);

    const { mock } = t.mock.method(fs, 'open', () =>
      Promise.reject(Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' })),
    );
    await assert.rejects(read(), { code: 'EMFILE' });
    mock.restore();

    const { footage, broken } = await read();
    assert.deepEqual(
      footage.map(({ segment }) => segment.name),
      [segments[1].name],
    );
    assert.match(broken.join(), /^seg_1000\.mp4 is not playable and is left out: /);
  });
});
