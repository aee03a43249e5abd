// A flood of forged datagrams while real alerts come: how long after its file is closed each of them is on the
// network, and out of v2x-verify, in a Node-RED that both warns and listens. What comes faster than a process takes it
// the kernel throws away, real or forged; a repetition makes up for it. npm run bench:flood [-- --rate 10000 --json]
import { parseArgs } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import { KeyRing } from '../../nodes/lib/alert/trust/key-ring';
import { sign } from '../../nodes/lib/alert/trust/sign';
import { systemClock } from '../../nodes/lib/time/clock';
import type { MulticastGroup } from '../../nodes/lib/multicast/group';
import { MulticastSender } from '../../nodes/lib/multicast/sender';
import { droppedOf, milliseconds, percentilesOf, Vehicle, type Drop } from './alert-measure';
import { ALERT } from './alert-throughput';
import { notesOf, startAlertUnit, type AlertUnit } from './alert-unit';

const ALERTS = 60;
/** As shipped, seconds: so long an alert that was lost may still come. */
const REPETITION = 10;
/** The first repetition comes so long after the first copy, see `lib/alert/repeat/schedule`. */
const FIRST_REPETITION_MS = 100;
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

/** When each alert was verified, milliseconds by the id of its event; waits as long as one may still come. */
async function verifiedTimes({ unit }: AlertUnit): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const end = milliseconds() + REPETITION * 1000; times.size < ALERTS && milliseconds() < end;) {
    const { verified = {} } = await notesOf(unit);
    for (const [id, time] of Object.entries(verified)) if (!times.has(id)) times.set(id, Number(time) / 1e6);
    await wait(100);
  }
  return times;
}

async function main(): Promise<void> {
  const bench = await startAlertUnit({ duration: REPETITION, listening: true });
  const vehicle = await Vehicle.listen(bench.group);
  const stop = await flood(bench.group, Number(values.rate));
  await wait(1000);
  const drops: Drop[] = [];
  for (let count = 0; count < ALERTS; count += 1) {
    drops.push(await vehicle.drop(bench.events, `real-${count}`));
    await wait(100);
  }
  const times = await verifiedTimes(bench);
  const reached = stop();
  const dropped = droppedOf(bench.unit.program.child.pid ?? 0);
  vehicle.close();
  await bench.unit.stop();
  const heard = drops.flatMap(({ file, closed }) => {
    const time = times.get(file.replace('.json', ''));
    return time === undefined ? [] : [time - closed];
  });
  const sent = drops.map(({ received, closed }) => received - closed);
  const result = {
    forged_per_s: reached,
    alerts: ALERTS,
    verified: heard.length,
    by_repetition: heard.filter((latency) => latency > FIRST_REPETITION_MS).length,
    dropped_by_kernel: dropped,
    sent_ms: percentilesOf(sent),
    verified_ms: percentilesOf(heard),
  };
  if (values.json) console.log(JSON.stringify(result));
  else {
    console.log(
      `${reached} forged datagrams per second; ${heard.length} of ${ALERTS} real alerts verified, ` +
        `${result.by_repetition} of them only after ${FIRST_REPETITION_MS} ms, when they were repeated; ` +
        `${dropped} datagrams found the unit's receive buffer full`,
    );
    for (const [what, { p50, p95, p99 }] of Object.entries({
      'on the network': result.sent_ms,
      verified: result.verified_ms,
    }))
      console.log(`  file closed -> ${what.padEnd(15)} p50 ${p50} ms (target: 20), p95 ${p95}, p99 ${p99}`);
  }
}

void main();
