import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../nodes/lib/time/clock';
import type { MulticastGroup } from '../../nodes/lib/multicast/group';
import { receiveMulticast } from '../../nodes/lib/multicast/receiver';

/** Milliseconds of CLOCK_MONOTONIC, which all processes of a machine share. */
export function milliseconds(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The smallest value that so many of a hundred values do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? NaN;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export function percentilesOf(values: readonly number[]): Percentiles {
  const [p50, p95, p99] = [50, 95, 99].map((percent) => Number(percentile(values, percent).toFixed(3)));
  return { p50, p95, p99 };
}

/** How many datagrams the kernel has thrown away because a process did not take them in time: proc(5), /proc/net/udp. */
export function droppedOf(pid: number): number {
  const files = readdirSync(`/proc/${pid}/fd`).map((file) => linkOf(`/proc/${pid}/fd/${file}`));
  const sockets = new Set(files.map((file) => /^socket:\[(\d+)\]$/.exec(file)?.[1]));
  const rows = readFileSync('/proc/net/udp', 'utf8').trim().split('\n').slice(1);
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => sockets.has(fields[9]))
    .reduce((sum, fields) => sum + Number(fields[12]), 0);
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed meanwhile.
    return '';
  }
}

export interface Drop {
  /** Name of the event file. */
  readonly file: string;
  /** When its writer had closed it, and when its first datagram came in: milliseconds. */
  readonly closed: number;
  readonly received: number;
  readonly datagram: Buffer;
}

/** A vehicle that notes when the first datagram of each event comes in. */
export class Vehicle {
  private readonly arrivals = new Map<string, (received: number, datagram: Buffer) => void>();
  private readonly stopping = new AbortController();
  /** Resolves when it listens. */
  static async listen(group: MulticastGroup): Promise<Vehicle> {
    const vehicle = new Vehicle();
    await new Promise<void>((resolve, reject) => {
      const options = {
        clock: systemClock,
        maxBytes: 1400,
        onReady: () => {
          resolve();
        },
        onDatagram: (datagram: Buffer) => {
          vehicle.take(datagram, milliseconds());
        },
      };
      receiveMulticast(group, options, vehicle.stopping.signal).catch(reject);
    });
    return vehicle;
  }

  close(): void {
    this.stopping.abort();
  }

  /** Drops an event in one write, as the seed's one-liner does, and waits for its warning. */
  async drop(directory: string, id: string): Promise<Drop> {
    const file = `${id}.json`;
    const event = { id, ts: Date.now() / 1000, type: 'collision', lat: 37.39, lon: 126.64, clip_hint: false };
    const arrival = new Promise<Pick<Drop, 'received' | 'datagram'>>((resolve) => {
      this.arrivals.set(id, (received, datagram) => {
        resolve({ received, datagram });
      });
    });
    writeFileSync(join(directory, file), JSON.stringify(event));
    const closed = milliseconds();
    return { file, closed, ...(await arrival) };
  }

  private take(datagram: Buffer, received: number): void {
    const [, payload = ''] = datagram.toString('latin1').split('.');
    const id = /"id": ?"([^"]+)"/.exec(Buffer.from(payload, 'base64url').toString())?.[1] ?? '';
    this.arrivals.get(id)?.(received, datagram);
    this.arrivals.delete(id);
  }
}
