import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { writeAlertFlow } from '../support/unit/alert-flow';
import { EventStream, watchAlerts } from '../support/unit/alert-stream';
import { atEnd } from '../support/at-end';
import { testGroup } from '../support/network/multicast';
import { Unit } from '../support/unit/unit';

const ROUNDS = 21;
const BURST = 4;
/** Fewer than the clip jobs that may wait at a time. */
const EVENTS = ROUNDS * BURST;

interface FlowItem {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
}

/** What a user deploys: everything anew, what changed, or the tabs with changes; the types are those that changed. */
const DEPLOYS: readonly (readonly [kind: string, changed: string])[] = [
  ['full', ''],
  ['nodes', 'v2x-alert'],
  ['nodes', 'hmac-sign'],
  ['nodes', 'v2x-multicast-out'],
  ['nodes', 'clip-maker'],
  ['nodes', 'event-dir-in'],
  ['flows', 'debug'],
];

async function deploy(url: string, kind: string, changed: string): Promise<void> {
  const flow = (await (await fetch(`${url}/flows`)).json()) as FlowItem[];
  const name = `changed ${randomInt(1e9)}`;
  const body = flow.map((item) => (item.type === changed ? { ...item, name } : item));
  const headers = { 'content-type': 'application/json', 'node-red-deployment-type': kind };
  const answer = await fetch(`${url}/flows`, { method: 'POST', headers, body: JSON.stringify(body) });
  assert.equal(answer.status, 204);
}

/** The ids of the events that have a clip job, when there are so many jobs. */
async function clipJobs(archive: string, count: number): Promise<string[]> {
  const jobs = join(archive, '.jobs');
  const [node = ''] = await readdir(jobs);
  const directory = join(jobs, node);
  const watcher = watch(directory);
  const jobFiles = async () => (await readdir(directory)).filter((name) => /^[0-9a-f]{32}\.json$/.test(name));
  while ((await jobFiles()).length < count) await once(watcher, 'change');
  watcher.close();
  const requests = await Promise.all(
    (await jobFiles()).map((name) => readFile(join(directory, name), 'utf8')),
  );
  return requests.map((request) => (JSON.parse(request) as { id: string }).id);
}

it('deploys of every kind under a stream of events lose none: one warning in one version, and one clip job each', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'v2x-redeploy-'));
  const settings = { 'v2x-multicast-out': { duration: 0.3, perSecond: 1000 } };
  await writeAlertFlow(data, settings, { clips: true });
  for (const name of ['rec', 'events']) await mkdir(join(data, name), { recursive: true });
  const group = await testGroup();
  const { actionIds, versions, news } = await watchAlerts(t, group);
  const unit = await Unit.start({
    V2X_DATA: data,
    V2X_GROUP: group.address,
    V2X_MULTICAST_PORT: String(group.port),
  });
  atEnd(t, () => unit.stop());

  const stream = new EventStream(unit.directory('events'), { clip_hint: true });
  for (let round = 0; round < ROUNDS; round += 1) {
    // The deploy catches the events of a burst at any place of their way.
    for (let count = 0; count < BURST; count += 1) stream.drop();
    await wait(randomInt(20));
    await deploy(unit.url, ...DEPLOYS[round % DEPLOYS.length]);
  }
  while (actionIds.size < EVENTS) await once(news, 'alert');

  for (const [id, subs] of actionIds) {
    assert.equal(subs.size, 1, `${id}: ${[...subs].join(', ')}`);
    assert.equal(versions.get(id)?.size, 1, `${id} came in ${versions.get(id)?.size} versions`);
  }
  assert.equal(new Set([...actionIds.values()].flatMap((subs) => [...subs])).size, EVENTS);
  const jobs = await clipJobs(unit.directory('archive'), EVENTS);
  assert.deepEqual(jobs.sort(), [...actionIds.keys()].sort());
  t.diagnostic(`${EVENTS} events, ${ROUNDS} deploys`);
});
