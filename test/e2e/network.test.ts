import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../nodes/lib/time/clock';
import { writeAlertFlow } from '../support/unit/alert-flow';
import { BridgedNetwork, networkMissing } from '../support/network/network';
import type { Program } from '../support/process';
import { Unit } from '../support/unit/unit';

const CLI = resolve('dist/cli/v2x.js');
const VEHICLES = ['one', 'two', 'three'] as const;
const LOSSES = [0, 0.1, 0.4];
const EVENTS_PER_LOSS = 10;
/** How long a vehicle is given to hear of an event, seconds. */
const HEARING = 3;
const SHARED = {
  V2X_INTERFACES: 'v0',
  V2X_MULTICAST_PORT: '37020',
  V2X_KEY: 'a secret of this test, 32 bytes at least',
};

/** When a vehicle received an event first, Unix seconds; undefined when it did not. */
function receivedAt({ lines }: Program, id: string): number | undefined {
  const line = lines.find(({ text }) => text.includes(`"id":"${id}"`));
  return line && (JSON.parse(line.text) as { datagram: { received: number } }).datagram.received;
}

describe('one unit and three vehicles on a bridge', { skip: networkMissing() }, () => {
  let network: BridgedNetwork;
  let unit: Unit;
  const vehicles = new Map<string, Program>();

  async function listen(name: string): Promise<Program> {
    const { PATH } = process.env;
    const vehicle = network.start(name, [process.execPath, CLI, 'listen', '--json'], { PATH, ...SHARED });
    vehicles.set(name, vehicle);
    await vehicle.line(/^listening .*\(v0\)/);
    return vehicle;
  }

  /** @returns its id and when it was dropped, Unix seconds */
  function drop(): { readonly id: string; readonly at: number } {
    const id = `event-${randomUUID()}`;
    const at = systemClock.now();
    writeFileSync(
      join(unit.directory('events'), `${id}.json`),
      JSON.stringify({ id, type: 'collision', clip_hint: false }),
    );
    return { id, at };
  }

  before(async () => {
    network = new BridgedNetwork(['unit', ...VEHICLES]);
    const data = await mkdtemp(join(tmpdir(), 'v2x-network-'));
    await writeAlertFlow(data);
    const [node, ...nodeArguments] = network.command('unit', process.execPath);
    unit = await Unit.start(
      { V2X_DATA: data, ...SHARED },
      { runtime: { name: 'in a namespace', node, directory: resolve('.') }, nodeArguments },
    );
    await Promise.all(VEHICLES.map(listen));
  });

  after(async () => {
    for (const vehicle of vehicles.values()) await vehicle.stop('SIGINT');
    await unit.stop();
    network.remove();
  });

  for (const loss of LOSSES) {
    it(`warns every vehicle in spite of ${loss * 100} % loss`, async (t) => {
      for (const name of VEHICLES) network.setLoss(name, loss);
      const dropped = [];
      for (let count = 0; count < EVENTS_PER_LOSS; count += 1) {
        dropped.push(drop());
        await wait(100);
      }
      // What is lost has no event to wait for.
      await wait(HEARING * 1000);

      const delays = dropped.flatMap(({ id, at }) =>
        [...vehicles.values()].map((vehicle) => (receivedAt(vehicle, id) ?? Infinity) - at),
      );
      const heard = delays.filter((delay) => delay <= HEARING).sort((a, b) => a - b);
      const share = heard.length / delays.length;
      const ms = (part: number) => Math.round(1000 * (heard[Math.ceil(heard.length * part) - 1] ?? NaN));
      t.diagnostic(
        `loss ${loss * 100} % (${network.lossBy}): ${(share * 100).toFixed(0)} % of ${delays.length} heard within ${HEARING} s; ` +
          `first receipt p50 ${ms(0.5)} ms, p90 ${ms(0.9)} ms, max ${ms(1)} ms`,
      );
      // Nine copies are sent meanwhile: with 40 % loss one vehicle in 3,800 misses them all.
      assert.ok(share >= (loss < 0.4 ? 1 : 0.9), `${share * 100} % heard`);
      for (const name of VEHICLES) network.setLoss(name, 0);
    });
  }

  it('goes on when its own interface comes back', async (t) => {
    network.setLink('unit', 'down');
    const { id } = drop();
    await unit.program.line(/No interface "v0"|Sending on interface v0 .* failed/);
    network.setLink('unit', 'up');
    const up = systemClock.now();
    const times = await Promise.all([...vehicles.values()].map((vehicle) => hearing(vehicle, id)));
    t.diagnostic(`heard ${Math.round(1000 * (Math.max(...times) - up))} ms after the link was up`);
  });

  it('reaches a vehicle whose interface was down, and one that came late', async (t) => {
    network.setLink('one', 'down');
    await vehicles.get('two')?.stop('SIGINT');
    const { id, at } = drop();
    await hearing(program('three'), id);
    assert.equal(receivedAt(program('one'), id), undefined);

    network.setLink('one', 'up');
    const late = await listen('two');
    for (const [what, vehicle] of Object.entries({ back: program('one'), late })) {
      const heard = await hearing(vehicle, id);
      t.diagnostic(`${what}: heard ${Math.round(1000 * (heard - at))} ms after the event`);
    }
  });

  function program(name: string): Program {
    const vehicle = vehicles.get(name);
    assert.ok(vehicle);
    return vehicle;
  }
});

/** Resolves when the vehicle has heard of an event, with when it did. */
async function hearing(vehicle: Program, id: string): Promise<number> {
  await vehicle.line(new RegExp(`"id":"${id}"`));
  return receivedAt(vehicle, id) ?? NaN;
}
