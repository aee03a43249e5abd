import { opendir, readdir, stat } from 'node:fs/promises';
import { letOthersRun, type Clock } from '../../time/clock';
import { codeOf, V2xError } from '../../errors';
import { currentUser, ensureWritableDirectory, shellQuoted } from '../../disk/files';
import { Changes } from './pending-names';
import { MovingCustody } from './claim-by-moving';
import { JournalCustody } from './claim-by-journal';
import { Taker, type TakerHandlers } from './file-intake';
import { fileSystemType, listingSeconds, watchDirectory } from './watch';

/** How many files `done` and `rejected` keep each. */
const KEPT_FILES = 1000;

export interface InboxOptions {
  readonly directory: string;
  /** What becomes of a file: moved to `done`, deleted, or left where it is. */
  readonly after: 'done' | 'delete' | 'leave';
  /** Seconds that a file may stay incomplete. */
  readonly incomplete: number;
  /** Seconds: an event older than this when the watch begins is stale. */
  readonly stale: number;
  /** How many files `done` and `rejected` keep each; default 1000. */
  readonly kept?: number;
}

export interface InboxHandlers extends TakerHandlers {
  /** The directory is watched from now on; what waits in it comes next. */
  watching(): void;
}

/**
 * Takes event files from a directory, each exactly once, until the signal is aborted: first those that wait there,
 * by the time of their events, then each as soon as it is whole. What a crash interrupted is taken again.
 * @throws V2xError `directory` when the directory cannot be used or goes away, `watch` when it cannot be watched
 */
export async function runInbox(
  options: InboxOptions,
  handlers: InboxHandlers,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  await new Inbox(options, handlers, clock, signal).run();
}

class Inbox {
  private readonly changes = new Changes();
  private readonly taker: Taker;
  private rescanDue = false;
  private identity = '';
  private rescanSeconds = listingSeconds(0);

  constructor(
    private readonly options: InboxOptions,
    private readonly handlers: InboxHandlers,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {
    const { directory, after, kept = KEPT_FILES } = options;
    const leave = after === 'leave';
    const custody = leave
      ? new JournalCustody(directory)
      : new MovingCustody(directory, { keepDone: after === 'done', limit: kept });
    this.taker = new Taker({ ...options, leave }, custody, handlers, clock, this.changes);
  }

  async run(): Promise<void> {
    const { directory } = this.options;
    await ensureWritableDirectory(directory, 'events');
    this.identity = await identityOf(directory);
    this.rescanSeconds = listingSeconds(await fileSystemType(directory));
    const stop = () => {
      this.changes.nudge();
    };
    await this.taker.open();
    this.signal.addEventListener('abort', stop);
    try {
      await this.watch();
    } finally {
      this.signal.removeEventListener('abort', stop);
      await this.taker.close();
    }
  }

  private async watch(): Promise<void> {
    const unwatch = await watchDirectory(this.options.directory, {
      changed: (name) => {
        this.changes.add(name);
      },
      unsure: () => {
        this.rescanSoon();
      },
      gone: () => {
        // Its number does not tell: file systems give that of a directory just removed to the next one.
        this.changes.fail(directoryGone(this.options.directory));
      },
      failed: (error) => {
        this.changes.fail(error);
      },
    });
    try {
      this.handlers.watching();
      await this.takeWaiting();
      await this.takeChanges();
    } finally {
      await unwatch();
    }
  }

  /** Takes what waits in the directory, by the time of its events. */
  private async takeWaiting(): Promise<void> {
    const waiting: { name: string; time: number }[] = [];
    for await (const { name } of await opendir(this.options.directory))
      waiting.push({ name, time: this.taker.timeOf(name) });
    waiting.sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1));
    for (const { name } of waiting) {
      // What happens now comes before what has waited.
      while (this.changes.fresh && !this.signal.aborted) await this.take(this.changes.next(), false);
      if (this.signal.aborted) return;
      await this.take(name, true);
    }
  }

  /** Looks at each file that changes, and at all of them now and then, until the signal is aborted. */
  private async takeChanges(): Promise<void> {
    let cancelRescan = this.scheduleRescan();
    try {
      while (!this.signal.aborted) {
        const name = this.changes.next();
        await this.take(name, false);
        if (this.rescanDue) {
          cancelRescan();
          await this.rescan();
          cancelRescan = this.scheduleRescan();
        } else if (name === undefined) await this.changes.wait();
      }
    } finally {
      cancelRescan();
    }
  }

  /** In a burst of files, the first warning goes out before the last file is read. */
  private async take(name: string | undefined, waited: boolean): Promise<void> {
    if (name === undefined) return;
    await this.taker.look(name, { waited });
    await letOthersRun();
  }

  private scheduleRescan() {
    return this.clock.after(this.rescanSeconds, () => {
      this.rescanSoon();
    });
  }

  private rescanSoon(): void {
    this.rescanDue = true;
    this.changes.nudge();
  }

  private async rescan(): Promise<void> {
    this.rescanDue = false;
    const { directory } = this.options;
    if ((await identityOf(directory)) !== this.identity) throw directoryGone(directory);
    await ensureWritableDirectory(directory, 'events');
    for (const name of await this.taker.freeAbandoned()) await this.take(name, true);
    this.changes.addListed(await readdir(directory));
  }
}

/** Tells a directory from another of the same name; empty when there is none. */
async function identityOf(directory: string): Promise<string> {
  try {
    const { dev, ino } = await stat(directory);
    return `${dev} ${ino}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

function directoryGone(directory: string): V2xError {
  const user = currentUser();
  return new V2xError(
    'directory',
    `The events directory ${directory} was removed or replaced while user ${user} watched it`,
    { directory, user },
    { remedy: `it is made again shortly, or run: mkdir -p ${shellQuoted(directory)}`, retry: 'later' },
  );
}
