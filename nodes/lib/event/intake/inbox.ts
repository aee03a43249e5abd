import { readdir } from 'node:fs/promises';
import { codeOf } from '../../errors';
import { letOthersRun, type Clock } from '../../time/clock';
import { ClaimByJournal } from './claim/claim-by-journal';
import { ClaimByMoving } from './claim/claim-by-moving';
import type { Claims } from './claim/claim';
import { directoryGone, ensureEventsDirectory, identityOf, journalPlace, type Afterwards } from './directory';
import { answerOf, localDisk, remoteDisk, type Disk } from './disk';
import { FileIntake, type IntakeHandlers } from './file-intake';
import { PendingNames } from './pending-names';
import { fileSystemType, isRemote, listingSeconds, watchDirectory } from './watch';

/** How many files `done` and `rejected` keep each. */
const FILE_LIMIT = 1000;

export interface InboxOptions {
  readonly directory: string;
  readonly after: Afterwards;
  /** Seconds that a file may stay incomplete. */
  readonly incomplete: number;
  /** Seconds: an event older than this when the watch begins is stale. */
  readonly stale: number;
  /** Directory of this unit, for the journal of files that are left in a directory that may only be read. */
  readonly state: string;
  /** How many files `done` and `rejected` keep each; default 1000. */
  readonly limit?: number;
}

interface InboxHandlers extends IntakeHandlers {
  /** The directory is watched from now on; what waits in it comes next. */
  watching(): void;
}

/**
 * Makes the events directory if it is missing.
 * @throws V2xError `directory` when it cannot be used, or does not answer
 */
export function prepareInbox({ directory, after }: InboxOptions, clock: Clock): Promise<void> {
  return answerOf(directory, clock, () => ensureEventsDirectory(directory, after));
}

/**
 * Takes event files from a directory, each exactly once, until the signal is aborted: first those that wait there,
 * by the time of their events, then each as soon as it is whole. What a crash interrupted is taken again.
 * @throws V2xError `directory` when the directory cannot be used, goes away or does not answer, `watch` when it cannot be
 *   watched
 */
export async function runInbox(
  options: InboxOptions,
  handlers: InboxHandlers,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  await prepareInbox(options, clock);
  const type = await answerOf(options.directory, clock, () => fileSystemType(options.directory));
  const disk = isRemote(type) ? remoteDisk(options.directory, clock) : localDisk;
  await new Inbox(options, handlers, clock, signal, disk, listingSeconds(type)).run();
}

/** The loop that `runInbox` runs, once the kind of disk is known. */
export class Inbox {
  private readonly pending = new PendingNames();
  private rescanDue = false;
  private identity = '';

  constructor(
    private readonly options: InboxOptions,
    private readonly handlers: InboxHandlers,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
    private readonly disk: Disk,
    private readonly rescanSeconds: number,
  ) {}

  async run(): Promise<void> {
    const { directory } = this.options;
    this.identity = await this.disk.run(() => identityOf(directory));
    const intake = await this.openIntake();
    const stop = () => {
      this.pending.nudge();
    };
    this.signal.addEventListener('abort', stop);
    try {
      await this.watch(intake);
    } finally {
      this.signal.removeEventListener('abort', stop);
      await intake.close();
    }
  }

  private async openIntake(): Promise<FileIntake> {
    const { options, disk, handlers, clock, pending } = this;
    const failed = (error: unknown) => {
      if (codeOf(error) === 'directory' && error instanceof Error) pending.fail(error);
      else handlers.failed(error);
    };
    const leave = options.after === 'leave';
    const intake = new FileIntake(
      { ...options, leave },
      await this.claims(),
      disk,
      { ...handlers, taken: handlers.taken.bind(handlers), refused: handlers.refused.bind(handlers), failed },
      clock,
      pending,
    );
    await intake.open();
    return intake;
  }

  private async claims(): Promise<Claims> {
    const { directory, after, state, limit = FILE_LIMIT } = this.options;
    if (after !== 'leave')
      return new ClaimByMoving(directory, { keepDone: after === 'done', limit }, this.disk);
    const journal = await this.disk.run(() => journalPlace(directory, state));
    return new ClaimByJournal(directory, journal, this.disk);
  }

  private async watch(intake: FileIntake): Promise<void> {
    const { directory } = this.options;
    const listener = {
      changed: (name: string) => {
        this.pending.add(name);
      },
      unsure: () => {
        this.rescanSoon();
      },
      gone: () => {
        // Its number would not show it: file systems give that of a directory just removed to the next one.
        this.pending.fail(directoryGone(directory));
      },
      failed: (error: Error) => {
        this.pending.fail(error);
      },
    };
    const unwatch = await this.disk.run(() => watchDirectory(directory, listener));
    try {
      this.handlers.watching();
      await this.takeWaiting(intake);
      await this.takeChanges(intake);
    } finally {
      await unwatch();
    }
  }

  /** Takes what waits in the directory, by the time of its events. */
  private async takeWaiting(intake: FileIntake): Promise<void> {
    const waiting: { name: string; time: number }[] = [];
    for (const name of await this.disk.run(() => readdir(this.options.directory)))
      waiting.push({ name, time: await intake.timeOf(name) });
    waiting.sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1));
    for (const { name } of waiting) {
      // What happens now comes before what has waited.
      while (this.pending.fresh && !this.signal.aborted) await this.take(intake, this.pending.next(), false);
      if (this.signal.aborted) return;
      await this.take(intake, name, true);
    }
  }

  /** Looks at each file that changes, and at all of them now and then, until the signal is aborted. */
  private async takeChanges(intake: FileIntake): Promise<void> {
    let cancelRescan = this.scheduleRescan();
    try {
      while (!this.signal.aborted) {
        const name = this.pending.next();
        await this.take(intake, name, false);
        if (this.rescanDue) {
          cancelRescan();
          await this.rescan(intake);
          cancelRescan = this.scheduleRescan();
        } else if (name === undefined) await this.pending.wait();
      }
    } finally {
      cancelRescan();
    }
  }

  /** In a burst of files, the first warning goes out before the last file is read. */
  private async take(intake: FileIntake, name: string | undefined, waited: boolean): Promise<void> {
    if (name === undefined) return;
    await intake.look(name, { waited });
    await letOthersRun();
  }

  private scheduleRescan() {
    return this.clock.after(this.rescanSeconds, () => {
      this.rescanSoon();
    });
  }

  private rescanSoon(): void {
    this.rescanDue = true;
    this.pending.nudge();
  }

  private async rescan(intake: FileIntake): Promise<void> {
    this.rescanDue = false;
    const { directory, after } = this.options;
    if ((await this.disk.run(() => identityOf(directory))) !== this.identity) throw directoryGone(directory);
    await this.disk.run(() => ensureEventsDirectory(directory, after));
    for (const name of await intake.freeAbandoned()) await this.take(intake, name, true);
    this.pending.addListed(await this.disk.run(() => readdir(directory)));
  }
}
