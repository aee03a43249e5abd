import { EventEmitter, once } from 'node:events';
import { systemClock, type Clock } from '../../../../nodes/lib/time/clock';
import { runInbox, type InboxOptions } from '../../../../nodes/lib/event/intake/inbox';
import type { RefusedFile, TakenEvent } from '../../../../nodes/lib/event/intake/file-intake';

/** What came out, with the moment to await the next. */
export class Arrivals<T> {
  readonly all: T[] = [];
  private readonly emitter = new EventEmitter();
  private read = 0;

  push(item: T): void {
    this.all.push(item);
    this.emitter.emit('item', item);
  }

  /** Calls back with each item from now on. */
  each(callback: (item: T) => void): void {
    this.emitter.on('item', callback);
  }

  async next(): Promise<T> {
    for (;;) {
      const item = this.all.at(this.read);
      if (item !== undefined) {
        this.read += 1;
        return item;
      }
      await once(this.emitter, 'item');
    }
  }

  async take(count: number): Promise<T[]> {
    const items: T[] = [];
    while (items.length < count) items.push(await this.next());
    return items;
  }
}

/** A running inbox. */
export interface InboxProbe {
  readonly taken: Arrivals<TakenEvent>;
  readonly refused: Arrivals<RefusedFile>;
  readonly failures: unknown[];
  /** Resolves when the inbox ended by itself, with what it threw. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

const running = new Set<InboxProbe>();

/** Stops the inboxes of a test; for `afterEach`, which comes before directories are removed. */
export async function stopInboxes(): Promise<void> {
  for (const inbox of running) await inbox.stop();
  running.clear();
}

/** Runs an inbox; resolves when it watches. */
export async function openInbox(
  directory: string,
  options: Partial<InboxOptions> = {},
  clock: Clock = systemClock,
): Promise<InboxProbe> {
  const stop = new AbortController();
  const taken = new Arrivals<TakenEvent>();
  const refused = new Arrivals<RefusedFile>();
  const failures: unknown[] = [];
  const changes = new EventEmitter();
  const handlers = {
    watching: () => changes.emit('watching'),
    taken: (event: TakenEvent, handled: () => void) => {
      taken.push(event);
      handled();
    },
    refused: (file: RefusedFile) => {
      refused.push(file);
    },
    failed: (error: unknown) => {
      failures.push(error);
    },
  };
  const all: InboxOptions = {
    directory,
    after: 'done',
    incomplete: 5,
    stale: 600,
    state: `${directory}.state`,
    ...options,
  };
  const watching = once(changes, 'watching');
  const run = runInbox(all, handlers, clock, stop.signal);
  const ended = run.catch((error: unknown) => error);
  await Promise.race([watching, run]);
  const end = async () => {
    stop.abort();
    await ended;
  };
  const inbox = { taken, refused, failures, ended, stop: end };
  running.add(inbox);
  return inbox;
}
