import assert from 'node:assert/strict';
import { it } from 'node:test';
import { atEnd } from '../support/at-end';
import { fileIn, Unit } from '../support/unit/unit';

const SEGMENT = /^seg_\d+\.mp4$/;

it('a second Node-RED on one data directory records nothing into it, says so, and takes over', async (t) => {
  const first = await Unit.start();
  atEnd(t, () => first.stop());
  await fileIn(first.directory('rec'), SEGMENT);

  const second = await Unit.start({ V2X_DATA: first.data });
  atEnd(t, () => second.stop());
  await second.program.line(/Another recorder is writing into/);

  await first.program.stop('SIGKILL');
  const killed = Date.now() / 1000;
  const seen: string[] = [];
  const isNew = (path: string) => Number(/seg_(\d+)/.exec(path)?.[1]) > killed;
  while (!seen.some(isNew)) seen.push(await fileIn(second.directory('rec'), SEGMENT, seen));
  const errors = second.program.lines.filter(({ text }) => text.includes('Another recorder'));
  assert.equal(errors.length, 1);
});

it('what a second Node-RED on one data directory takes is alerted by the first, exactly once', async (t) => {
  const first = await Unit.start();
  atEnd(t, () => first.stop());
  const second = await Unit.start({ V2X_DATA: first.data });
  atEnd(t, () => second.stop());
  await second.program.line(/Another process is sending alerts as station 1001/);
  await second.program.line(/Another process is making the clips of/);
  const vehicle = await first.listen('--json');
  atEnd(t, () => vehicle.stop());

  const ids = Array.from({ length: 10 }, (_, index) => `e${index}`);
  for (const id of ids) await first.cli('emit', '--type', 'collision', '--id', id, '--no-clip-hint').exit();
  await first.cli('emit', '--type', 'fire', '--id', 'last').exit();
  for (const id of [...ids, 'last']) await vehicle.line(new RegExp(`"id":"${id}"`));

  const alerted = vehicle.lines.filter(({ text }) => text.startsWith('{'));
  assert.equal(alerted.length, ids.length + 1);
});
