import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../nodes/lib/clock';
import { receiveMulticast } from '../../nodes/lib/multicast/receiver';
import { writeAlertFlow } from '../support/alert-flow';
import { testGroup } from '../support/multicast';
import { Unit } from '../support/unit';

/** 100 in a soak run: V2X_KILLS=100 npm test -- test/e2e/kill.test.ts */
const KILLS = Number(process.env.V2X_KILLS ?? 8);
/** Milliseconds between events. */
const PAUSE = 40;

interface Claims {
  readonly sub: string;
  readonly event: { readonly id: string };
}

/** Notes under which action id each event is warned of. */
async function watchAlerts(t: TestContext, group: Awaited<ReturnType<typeof testGroup>>) {
  const actionIds = new Map<string, Set<string>>();
  const news = new EventEmitter();
  const stop = new AbortController();
  const ready = once(news, 'ready');
  const options = {
    clock: systemClock,
    maxBytes: 1400,
    onReady: () => news.emit('ready'),
    onDatagram: (datagram: Buffer) => {
      const [, payload] = datagram.toString('latin1').split('.');
      const { sub, event } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
      actionIds.set(event.id, (actionIds.get(event.id) ?? new Set()).add(sub));
      news.emit('alert');
    },
  };
  const done = receiveMulticast(group, options, stop.signal);
  t.after(async () => {
    stop.abort();
    await done;
  });
  await ready;
  return { actionIds, news };
}

/** Drops numbered events without end; `stop` gives the ids of all. */
function streamEvents(directory: string) {
  const ids: string[] = [];
  const timer = setInterval(() => {
    const id = `event-${ids.length}`;
    ids.push(id);
    const event = { id, type: 'collision', ts: Date.now() / 1000, clip_hint: false };
    writeFileSync(join(directory, `${id}.json`), JSON.stringify(event));
  }, PAUSE);
  return () => {
    clearInterval(timer);
    return ids;
  };
}

it(
  `a unit killed ${KILLS} times under a stream of events warns of each, under an action id of its own`,
  { timeout: 60_000 + KILLS * 15_000 },
  async (t) => {
    const data = await mkdtemp(join(tmpdir(), 'v2x-kill-'));
    // So many copies per second that what waited through a restart goes out at once.
    await writeAlertFlow(data, { 'v2x-multicast-out': { duration: 0.3, perSecond: 1000 } });
    const group = await testGroup();
    const { actionIds, news } = await watchAlerts(t, group);
    const environment = {
      V2X_DATA: data,
      V2X_GROUP: group.address,
      V2X_MULTICAST_PORT: String(group.port),
    };

    let unit = await Unit.start(environment);
    const stopStream = streamEvents(unit.directory('events'));
    t.after(stopStream);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await wait(randomInt(1000));
      await unit.program.stop('SIGKILL');
      unit = await Unit.start(environment);
    }
    t.after(() => unit.stop());

    const ids = stopStream();
    while (actionIds.size < ids.length) await once(news, 'alert');

    for (const id of ids)
      assert.equal(actionIds.get(id)?.size, 1, `${id}: ${[...(actionIds.get(id) ?? [])].join(', ')}`);
    const sequences = new Set([...actionIds.values()].flatMap((subs) => [...subs]));
    assert.equal(sequences.size, ids.length);
    t.diagnostic(`${ids.length} events, ${KILLS} kills`);
  },
);
