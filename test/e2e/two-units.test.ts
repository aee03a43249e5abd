import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fileIn, Unit } from '../support/unit';

const SEGMENT = /^seg_\d+\.mp4$/;

it(
  'a second Node-RED on one data directory records nothing into it, says so, and takes over',
  { timeout: 120_000 },
  async (t) => {
    const first = await Unit.start();
    t.after(() => first.stop());
    await fileIn(first.directory('rec'), SEGMENT);

    const second = await Unit.start({ V2X_DATA: first.data });
    t.after(() => second.stop());
    await second.program.line(/Another recorder writes into/);

    await first.program.stop('SIGKILL');
    const killed = Date.now() / 1000;
    const seen: string[] = [];
    const isNew = (path: string) => Number(/seg_(\d+)/.exec(path)?.[1]) > killed;
    while (!seen.some(isNew)) seen.push(await fileIn(second.directory('rec'), SEGMENT, seen));
    const errors = second.program.lines.filter(({ text }) => text.includes('Another recorder'));
    assert.equal(errors.length, 1);
  },
);
