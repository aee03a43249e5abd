import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import eventDirIn from '../../nodes/event-dir-in/event-dir-in';
import { outlet, probe, startFlow, stopFlow, temporaryDirectory } from '../support/flow';

const run = promisify(execFile);

/** The broken sample that comes with the seed: shell quoting that never happened. */
const SEED_SAMPLE = `{"ts": '"$(date +%s)"', "type": "collision"}`;

const flowFrom = (directory: string, settings: Record<string, unknown> = {}) => [
  { id: 'in', type: 'event-dir-in', directory, ...settings, wires: [['event'], ['rejected']] },
  { id: 'event', type: 'helper' },
  { id: 'rejected', type: 'helper' },
];

const fireOf = (severity: string) => ({
  type: 'fire',
  severity,
  action: 'new',
  distance_m: 500,
  clip_hint: true,
});

async function startWatching(directory: string, settings: Record<string, unknown> = {}) {
  await startFlow([eventDirIn], flowFrom(directory, settings));
  const flow = { in: probe('in'), event: outlet('event'), rejected: outlet('rejected') };
  await flow.in.status(({ fill }) => fill === 'green');
  return flow;
}

describe('event-dir-in', () => {
  afterEach(stopFlow);

  it('takes what the one-liner in Python writes', async (t) => {
    const directory = join(await temporaryDirectory(t), 'events');
    const flow = await startWatching(directory);
    const path = join(directory, 'evt_1.json');
    const event = { ts: 1_700_000_000, type: 'collision', severity: 'high', lat: 37.5, lon: 127.1 };

    await run('python3', [
      '-c',
      `import json,pathlib,sys; pathlib.Path(sys.argv[1]).write_text(json.dumps(json.loads(sys.argv[2])))`,
      path,
      JSON.stringify(event),
    ]);
    const message = await flow.event.next();

    const { id, ...payload } = message.payload as { id: string };
    assert.deepEqual(payload, { ...event, action: 'new', distance_m: 500, clip_hint: true });
    assert.match(id, /^evt_1-[0-9a-f]{8}$/);
    const { taken, ...about } = (message as { event: { taken: number } }).event;
    assert.deepEqual(about, { id, file: 'evt_1.json' });
    assert.ok(taken > 1_700_000_000);
    await flow.in.status(({ text }) => text?.includes('taken') === true);
    await stopFlow();
    assert.deepEqual(await readdir(join(directory, 'done')), ['evt_1.json']);
  });

  it('sends the broken sample of the seed to the second output with file, line and column, and goes on', async (t) => {
    const directory = await temporaryDirectory(t);
    const flow = await startWatching(directory);

    const warned = new Promise((resolve) => {
      (flow.in.node as EventEmitter).on('call:warn', (call: { args: unknown[] }) => {
        resolve(call.args[0]);
      });
    });
    await writeFile(join(directory, 'broken.json'), SEED_SAMPLE);
    const { payload } = await flow.rejected.next();
    assert.match(String(await warned), /^Rejected broken\.json, line 1, column 8: /);
    await writeFile(join(directory, 'good.json'), '{"type": "fire"}');

    assert.deepEqual(payload, {
      file: 'broken.json',
      reason: "broken.json, line 1, column 8: unexpected character '''",
      line: 1,
      column: 8,
    });
    assert.equal(((await flow.event.next()).payload as { type: string }).type, 'fire');
    assert.deepEqual(await readdir(join(directory, 'rejected')), ['broken.json']);
    assert.ok(flow.in.statuses.some(({ fill }) => fill === 'red'));
  });

  it('warns of what is plainly meant, notes it on each event, and logs each kind once', async (t) => {
    const directory = await temporaryDirectory(t);
    const flow = await startWatching(directory);
    const warnings: string[] = [];
    (flow.in.node as EventEmitter).on('call:warn', (call: { args: unknown[] }) => {
      warnings.push(String(call.args[0]));
    });
    const written = Buffer.from('\ufeff{"type": "Fire", "serverity": "low", "lat": null}', 'utf16le');

    for (const name of ['a.json', 'b.json']) {
      await writeFile(join(directory, name), written);
      const { payload, event } = (await flow.event.next()) as {
        payload: object;
        event?: { notes?: string[] };
      };
      assert.deepEqual({ ...payload, id: '', ts: 0 }, { ...fireOf('low'), id: '', ts: 0 });
      assert.equal(event?.notes?.length, 3);
    }

    assert.equal(warnings.length, 3);
    assert.ok(warnings.some((text) => text.startsWith('a.json') && text.includes('"serverity"')));
  });

  it('tells a time that is wrong by a time zone, and takes the time of the file', async (t) => {
    const directory = await temporaryDirectory(t);
    const flow = await startWatching(directory);
    const path = join(directory, 'a.json');

    const now = Math.floor(Date.now() / 1000);
    await writeFile(path, JSON.stringify({ type: 'fire', ts: now - 9 * 3600 }));
    const { ts } = (await flow.event.next()).payload as { ts: number };

    assert.ok(Math.abs(ts - now) < 60);
    assert.match(await flow.in.error(), /a\.json, line 1, column 21: "ts" is 9 h behind .* time zone/);
  });

  it('marks what waited too long as stale', async (t) => {
    const directory = await temporaryDirectory(t);
    await writeFile(join(directory, 'old.json'), '{"type": "fire", "ts": 1700000000}');
    await writeFile(join(directory, 'new.json'), '{"type": "fire"}');
    await startFlow([eventDirIn], flowFrom(directory, { stale: '60' }));
    const event = outlet('event');

    const [first, second] = [await event.next(), await event.next()] as { event: object }[];

    assert.ok('stale' in first.event);
    assert.ok(!('stale' in second.event));
  });

  it('deletes files afterwards when told so', async (t) => {
    const directory = await temporaryDirectory(t);
    const flow = await startWatching(directory, { after: 'delete' });

    await writeFile(join(directory, 'a.json'), '{"type": "fire"}');
    await flow.event.next();
    await stopFlow();

    assert.deepEqual((await readdir(directory)).sort(), ['.taking', 'rejected']);
  });

  it('leaves files where they are when told so, and takes them once', async (t) => {
    const directory = await temporaryDirectory(t);
    const first = await startWatching(directory, { after: 'leave' });
    await writeFile(join(directory, 'a.json'), '{"type": "fire"}');
    await first.event.next();
    await stopFlow();

    const second = await startWatching(directory, { after: 'leave' });
    await writeFile(join(directory, 'b.json'), '{"type": "rollover"}');
    const message = await second.event.next();

    assert.equal((message.payload as { type: string }).type, 'rollover');
    assert.deepEqual((await readdir(directory)).sort(), ['.taken', 'a.json', 'b.json']);
  });

  it('names a directory it cannot use, and mends itself when the cause goes away', async (t) => {
    const directory = join(await temporaryDirectory(t), 'events');
    await writeFile(directory, 'in the way');
    await startFlow([eventDirIn], flowFrom(directory));
    const node = probe('in');
    const event = outlet('event');

    const error = await node.error();
    await rm(directory);
    await mkdir(directory);
    await node.status(({ fill }) => fill === 'green');
    await writeFile(join(directory, 'a.json'), '{"type": "fire"}');
    await event.next();

    assert.ok(error.includes(directory));
    assert.equal(node.errors.length, 1);
  });

  it('reports a directory that goes away once, makes it again and goes on', async (t) => {
    const directory = join(await temporaryDirectory(t), 'events');
    const flow = await startWatching(directory);

    await rm(directory, { recursive: true });
    const error = await flow.in.error();
    await flow.in.status(() => flow.in.statuses.at(-1)?.fill === 'green');
    await writeFile(join(directory, 'a.json'), '{"type": "fire"}');
    await flow.event.next();

    assert.ok(error.includes(directory));
    assert.equal(flow.in.errors.length, 1);
  });

  it('refuses a setting that makes no sense', async (t) => {
    const directory = await temporaryDirectory(t);
    await startFlow([eventDirIn], flowFrom(directory, { after: 'burn' }));

    assert.match(await probe('in').error(), /"after" is "burn"/);
  });
});
