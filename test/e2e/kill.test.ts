import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { writeAlertFlow } from '../support/unit/alert-flow';
import { EventStream, watchAlerts } from '../support/unit/alert-stream';
import { atEnd } from '../support/at-end';
import { testGroup } from '../support/network/multicast';
import { Unit } from '../support/unit/unit';

/** 100 in a soak run: npm run test:kills */
const KILLS = Number(process.env.V2X_KILLS ?? 8);
/** Milliseconds between events. */
const PAUSE = 40;
/** Events that may wait for a unit that starts again. */
const BACKLOG = 100;

it(`a unit killed ${KILLS} times under a stream of events warns of each, under an action id of its own`, async (t) => {
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
  atEnd(t, () => unit.stop());
  const stream = new EventStream(unit.directory('events'));
  atEnd(t, () => {
    stream.stop();
  });
  stream.start(PAUSE, () => stream.ids.length - actionIds.size < BACKLOG);
  for (let kill = 0; kill < KILLS; kill += 1) {
    await wait(randomInt(1000));
    await unit.program.stop('SIGKILL');
    unit = await Unit.start(environment);
  }

  stream.stop();
  const { ids } = stream;
  while (actionIds.size < ids.length) await once(news, 'alert');

  for (const id of ids)
    assert.equal(actionIds.get(id)?.size, 1, `${id}: ${[...(actionIds.get(id) ?? [])].join(', ')}`);
  const sequences = new Set([...actionIds.values()].flatMap((subs) => [...subs]));
  assert.equal(sequences.size, ids.length);
  t.diagnostic(`${ids.length} events, ${KILLS} kills`);
});
