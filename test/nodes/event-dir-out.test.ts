import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import eventDirOut from '../../nodes/event-dir-out/event-dir-out';
import { outlet, probe, startFlow, stopFlow, temporaryDirectory } from '../support/flow';

const flowInto = (directory: string) => [
  { id: 'out', type: 'event-dir-out', directory, wires: [['next']] },
  { id: 'next', type: 'helper' },
];

describe('event-dir-out', () => {
  afterEach(stopFlow);

  it('drops the event as one whole file and passes it on with its path', async (t) => {
    const directory = join(await temporaryDirectory(t), 'events');
    await startFlow([eventDirOut], flowInto(directory));
    const next = outlet('next');

    probe('out').node.receive({ payload: { type: 'fire', severity: 'high' } });
    const message = await next.next();

    const [name] = await readdir(directory);
    assert.match(name, /^\d+-fire-[0-9a-f]{16}\.json$/);
    assert.deepEqual(message.event, { path: join(directory, name) });
    assert.deepEqual(JSON.parse(await readFile(join(directory, name), 'utf8')), {
      type: 'fire',
      severity: 'high',
    });
    assert.deepEqual(message.payload, { type: 'fire', severity: 'high' });
  });

  it('refuses what is no event, naming property and rule, and writes nothing', async (t) => {
    const directory = await temporaryDirectory(t);
    await startFlow([eventDirOut], flowInto(directory));
    const out = probe('out');

    out.node.receive({ payload: { type: 'fire', lat: 91, lon: 0 } });

    assert.match(await out.error(), /"lat" is 91 and must be <= 90/);
    assert.equal((await out.status((status) => status.fill === 'red')).shape, 'ring');
    assert.deepEqual(await readdir(directory), []);
  });

  it('names the directory it cannot use and goes on', async (t) => {
    const file = join(await temporaryDirectory(t), 'a-file');
    await writeFile(file, '');
    await startFlow([eventDirOut], flowInto(file));
    const out = probe('out');

    out.node.receive({ payload: { type: 'fire' } });

    assert.ok((await out.error()).includes(file));
  });
});
