import { EventEmitter, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { systemClock } from '../../../nodes/lib/time/clock';
import type { MulticastGroup } from '../../../nodes/lib/multicast/group';
import { receiveMulticast } from '../../../nodes/lib/multicast/receiver';
import { atEnd } from '../at-end';

interface Claims {
  readonly sub: string;
  readonly iat: number;
  readonly event: { readonly id: string };
}

/** Notes under which action id, and in which versions, each event is warned of. */
export async function watchAlerts(t: TestContext, group: MulticastGroup) {
  const actionIds = new Map<string, Set<string>>();
  /** Reference times. */
  const versions = new Map<string, Set<number>>();
  const news = new EventEmitter();
  const stop = new AbortController();
  const ready = once(news, 'ready');
  const options = {
    clock: systemClock,
    maxBytes: 1400,
    onReady: () => news.emit('ready'),
    onDatagram: (datagram: Buffer) => {
      const [, payload] = datagram.toString('latin1').split('.');
      const { sub, iat, event } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
      actionIds.set(event.id, (actionIds.get(event.id) ?? new Set()).add(sub));
      versions.set(event.id, (versions.get(event.id) ?? new Set()).add(iat));
      news.emit('alert');
    },
  };
  const done = receiveMulticast(group, options, stop.signal);
  atEnd(t, async () => {
    stop.abort();
    await done;
  });
  await ready;
  return { actionIds, versions, news };
}

/** Numbered events that are dropped as files. */
export class EventStream {
  readonly ids: string[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** @param properties of each event */
  constructor(
    private readonly directory: string,
    private readonly properties: object = {},
  ) {}

  /**
   * Drops one event in so many milliseconds from now on.
   * @param mayDrop keeps the stream from running away from a unit on a busy machine
   */
  start(pause: number, mayDrop: () => boolean = () => true): void {
    this.timer = setInterval(() => {
      if (mayDrop()) this.drop();
    }, pause);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  drop(): void {
    const id = `event-${this.ids.length}`;
    this.ids.push(id);
    const event = { id, type: 'collision', ts: Date.now() / 1000, clip_hint: false, ...this.properties };
    writeFileSync(join(this.directory, `${id}.json`), JSON.stringify(event));
  }
}
