// Run by namespace.test.ts in a network namespace of its own, where interfaces can be taken down and changed.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { networkInterfaces } from 'node:os';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { multicastGroup, type MulticastGroup } from '../../../nodes/lib/multicast/group';
import { receiveMulticast } from '../../../nodes/lib/multicast/receiver';
import { MulticastSender } from '../../../nodes/lib/multicast/sender';
import { FakeClock } from '../../support/fake-clock';

const clock = new FakeClock();
let links: Readable;

function ip(command: string): void {
  execFileSync('ip', command.split(' '));
}

/** What the kernel tells of links, from now on. */
async function watchLinks(): Promise<Readable> {
  const monitor = spawn('ip', ['monitor', 'link'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const heard = once(monitor.stdout, 'data').then(() => true);
  // It does not say when it listens: it does when it hears of a change.
  for (let mtu = 65_000; ; mtu -= 1) {
    ip(`link set lo mtu ${mtu}`);
    if (await Promise.race([heard, setImmediate(false)])) break;
  }
  monitor.unref();
  process.on('exit', () => monitor.kill());
  return monitor.stdout;
}

/** Linux takes up to a second until an interface that was set up also runs, and tells so. */
async function setUp(): Promise<void> {
  ip('link set v0 up');
  while (!networkInterfaces().v0) await once(links, 'data');
}

async function addInterface(address: string): Promise<void> {
  ip('link add v0 type veth peer name v1');
  ip(`addr add ${address} dev v0`);
  ip('link set v1 up');
  await setUp();
}

/** A sender and a receiver on the group; `carry` sends a text and gives what came of it. */
async function connect(group: MulticastGroup) {
  const events = new EventEmitter();
  const arrived: string[] = [];
  const faults: string[] = [];
  const stop = new AbortController();
  const ready = once(events, 'ready');
  const receiver = receiveMulticast(
    group,
    {
      clock,
      maxBytes: 1400,
      onReady: () => events.emit('ready'),
      onDatagram: (datagram, info) => {
        arrived.push(`${datagram.toString()} by ${info.interface ?? '?'}`);
        events.emit('datagram');
      },
    },
    stop.signal,
  );
  await ready;
  const sender = new MulticastSender(group, { clock, onFault: ({ message }) => faults.push(message) });
  await sender.open();
  return {
    faults,
    carry: async (text: string, expected: number) => {
      const { interfaces } = await sender.send(Buffer.from(text));
      while (arrived.length < expected) await once(events, 'datagram');
      return {
        sent: interfaces.map(({ address, ok }) => `${address} ${ok}`),
        arrived: arrived.splice(0).sort(),
      };
    },
    close: async () => {
      sender.close();
      stop.abort();
      await receiver;
    },
  };
}

async function checkIPv4(): Promise<void> {
  const { carry, faults, close } = await connect(multicastGroup({ interfaces: ['v0', 'lo'] }));
  const both = (text: string) => [`${text} by lo`, `${text} by v0`];
  assert.deepEqual(await carry('start', 2), {
    sent: ['10.77.0.1 true', '127.0.0.1 true'],
    arrived: both('start'),
  });

  ip('link set v0 down');
  assert.deepEqual(await carry('down', 1), { sent: [' false', '127.0.0.1 true'], arrived: ['down by lo'] });
  await clock.advance(20);
  assert.equal(faults.length, 1, faults.join('\n'));
  assert.match(faults[0], /No interface "v0"/);

  await setUp();
  await clock.advance(5);
  assert.deepEqual((await carry('up', 2)).arrived, both('up'));

  ip('addr add 10.77.0.9/24 dev v0');
  ip('addr del 10.77.0.1/24 dev v0');
  ip('addr replace 10.77.0.9/24 dev v0');
  assert.deepEqual(await carry('address', 2), {
    sent: ['10.77.0.9 true', '127.0.0.1 true'],
    arrived: both('address'),
  });
  await clock.advance(5);
  assert.deepEqual((await carry('moved', 2)).arrived, both('moved'));

  ip('link del v0');
  await addInterface('10.77.0.9/24');
  await clock.advance(60);
  assert.deepEqual((await carry('again', 2)).arrived, both('again'));
  await close();
}

async function checkIPv6(): Promise<void> {
  ip('-6 addr add fd77::1/64 dev v0 nodad');
  const { carry, faults, close } = await connect(
    multicastGroup({ address: 'ff15::77', interfaces: ['v0', 'lo'] }),
  );
  assert.deepEqual(await carry('six', 1), { sent: ['::%v0 true', ' false'], arrived: ['six by v0'] });
  assert.match(faults.join('\n'), /^Interface lo \(::%lo\).*ENETUNREACH/);

  ip('-6 route add local ff15::77 dev lo');
  await clock.advance(5);
  assert.deepEqual((await carry('six', 2)).sent, ['::%v0 true', '::%lo true']);
  await close();
}

async function main(): Promise<void> {
  ip('link set lo up');
  links = await watchLinks();
  await addInterface('10.77.0.1/24');
  await checkIPv4();
  await checkIPv6();
}

void main().then(() => process.exit());
