// What 100 standing alerts cost, and how they are spread: the repeater of v2x-multicast-out beside bare sends of as many
// datagrams. npm run bench:standing [-- --alerts 100 --seconds 20 --json]
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Repeater } from '../../nodes/lib/alert/repeat/repeater';
import type { MulticastGroup } from '../../nodes/lib/multicast/group';
import { MulticastSender } from '../../nodes/lib/multicast/sender';
import { readSettings } from '../../nodes/lib/node-red/settings';
import { systemClock } from '../../nodes/lib/time/clock';
import { SETTINGS } from '../../nodes/v2x-multicast-out/settings';
import { testGroup } from '../support/network/multicast';
import { milliseconds } from './alert-measure';

const { values: options } = parseArgs({
  options: {
    alerts: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '15' },
    json: { type: 'boolean', default: false },
  },
});
const ALERTS = Number(options.alerts);
const SECONDS = Number(options.seconds);
const BYTES = Buffer.alloc(420, 'x');
/** The early copies of all alerts are out by then. */
const SETTLED_SECONDS = 8;

/** A way of sending; it notes each datagram. */
type Start = (group: MulticastGroup, sent: () => void) => Promise<() => void>;

const ours: Start = async (group, sent) => {
  const sender = new MulticastSender(group, { clock: systemClock });
  await sender.open();
  const repeater = new Repeater({
    clock: systemClock,
    policy: readSettings(SETTINGS, {}),
    async send({ alert }) {
      sent();
      return (await sender.send(alert.bytes)).interfaces.every(({ ok }) => ok);
    },
    onError: (error) => {
      throw error;
    },
  });
  const expires = systemClock.now() + 600;
  for (let number = 0; number < ALERTS; number += 1) {
    void repeater.submit({ actionId: `1:${number}`, bytes: BYTES, expires });
  }
  return () => {
    repeater.close();
    sender.close();
  };
};

/**
 * The least that as many sends can cost: one timer and one socket.
 * @param atOnce how many go out each time the timer fires
 */
const bare =
  (atOnce: number): Start =>
  async (group, sent) => {
    const socket = createSocket('udp4');
    socket.bind(0);
    await once(socket, 'listening');
    socket.setMulticastInterface('127.0.0.1');
    socket.connect(group.port, group.address);
    await once(socket, 'connect');
    const send = () => {
      for (let count = 0; count < atOnce; count += 1) {
        sent();
        socket.send(BYTES);
      }
    };
    const timer = setInterval(send, (1000 * atOnce) / ALERTS);
    return () => {
      clearInterval(timer);
      socket.close();
    };
  };

async function measure(start: Start) {
  const times: number[] = [];
  const stop = await start(await testGroup(), () => times.push(milliseconds()));
  await wait(SETTLED_SECONDS * 1000);
  times.length = 0;
  const [before, began] = [process.cpuUsage(), milliseconds()];
  await wait(SECONDS * 1000);
  const { user, system } = process.cpuUsage(before);
  const seconds = (milliseconds() - began) / 1000;
  stop();
  return {
    core_percent: Number(((user + system) / seconds / 1e4).toFixed(2)),
    per_second: Number((times.length / seconds).toFixed(1)),
    most_in_100_ms: mostWithin(times, 100),
  };
}

function mostWithin(times: readonly number[], span: number): number {
  return Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + span).length));
}

async function run() {
  const result = {
    [`${ALERTS} standing alerts`]: await measure(ours),
    'bare sends, one by one': await measure(bare(1)),
    'bare sends, ten at once': await measure(bare(10)),
  };
  if (options.json) console.log(JSON.stringify(result));
  else {
    console.log('Share of a core (target: under 1 %)');
    for (const [name, { core_percent, per_second, most_in_100_ms }] of Object.entries(result)) {
      const spread = `${per_second} datagrams/s, at most ${most_in_100_ms} in 100 ms`;
      console.log(`  ${name.padEnd(24)} ${core_percent.toFixed(2)} %, ${spread}`);
    }
  }
}

void run();
