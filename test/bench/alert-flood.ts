// A flood of forged datagrams while real alerts come: how long after its file is closed each of them is on the
// network, and out of v2x-verify, in a Node-RED that both warns and listens. npm run bench:flood [-- --rate 10000 --json]
import { parseArgs } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import { KeyRing } from '../../nodes/lib/alert/key-ring';
import { sign } from '../../nodes/lib/alert/sign';
import { systemClock } from '../../nodes/lib/clock';
import type { MulticastGroup } from '../../nodes/lib/multicast/group';
import { MulticastSender } from '../../nodes/lib/multicast/sender';
import { milliseconds, percentilesOf, Vehicle } from './alert-measure';
import { ALERT } from './alert-throughput';
import { notesOf, startAlertUnit } from './alert-unit';

const ALERTS = 60;
/** Datagrams are sent in bundles, one for each turn of the event loop's timers. */
const TURN_MS = 5;

const { values } = parseArgs({
  options: { rate: { type: 'string', default: '10000' }, json: { type: 'boolean', default: false } },
});

/** Sends forged alerts at a rate (per second); `stop` gives the rate that was reached. */
async function flood(group: MulticastGroup, rate: number): Promise<() => number> {
  const ring = await KeyRing.create({
    keyId: 'rsu',
    algorithm: 'HS256',
    secret: 'a secret that is not the one of the unit',
  });
  const forged = Buffer.from(sign(ALERT, ring, ALERT.iat));
  const sender = new MulticastSender(group, { clock: systemClock });
  await sender.open();
  const began = milliseconds();
  let sent = 0;
  const timer = setInterval(() => {
    const due = ((milliseconds() - began) / 1000) * rate;
    for (; sent < due; sent += 1) void sender.send(forged);
  }, TURN_MS);
  return () => {
    clearInterval(timer);
    sender.close();
    return Math.round((sent / (milliseconds() - began)) * 1000);
  };
}

async function main(): Promise<void> {
  const bench = await startAlertUnit({ listening: true });
  const vehicle = await Vehicle.listen(bench.group);
  const stop = await flood(bench.group, Number(values.rate));
  await wait(1000);
  const drops = [];
  for (let count = 0; count < ALERTS; count += 1) {
    drops.push(await vehicle.drop(bench.events, `real-${count}`));
    await wait(100);
  }
  const reached = stop();
  const verified = (await notesOf(bench.unit)).verified;
  const latencies = drops.map(
    ({ file, closed }) => Number(verified[file.replace('.json', '')]) / 1e6 - closed,
  );
  vehicle.close();
  await bench.unit.stop();
  const heard = latencies.filter((latency) => !Number.isNaN(latency));
  const sent = drops.map(({ received, closed }) => received - closed);
  const result = {
    forged_per_s: reached,
    alerts: ALERTS,
    verified: heard.length,
    sent_ms: percentilesOf(sent),
    verified_ms: percentilesOf(heard),
  };
  if (values.json) console.log(JSON.stringify(result));
  else {
    console.log(`${reached} forged datagrams per second; ${heard.length} of ${ALERTS} real alerts verified`);
    for (const [what, { p50, p95, p99 }] of Object.entries({
      'on the network': result.sent_ms,
      verified: result.verified_ms,
    }))
      console.log(`  file closed -> ${what.padEnd(15)} p50 ${p50} ms (target: 20), p95 ${p95}, p99 ${p99}`);
  }
}

void main();
