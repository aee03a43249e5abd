import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { messageOf } from '../../errors';
import type { CancelTimer, Clock } from '../../time/clock';
import { secondOfName } from '../names';

export interface DirectoryWatchOptions {
  readonly directory: string;
  readonly clock: Clock;
  /** Seconds between two refreshes while changes are not reported, or would not be. */
  readonly pollSeconds: number;
  /** Names that are no news. */
  readonly isExpected: (name: string) => boolean;
  /** Reads the directory. */
  readonly onRefresh: () => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly onWarning: (text: string) => void;
}

/** Longest time between two refreshes, in seconds: not every file system reports changes. */
const REFRESH_SECONDS = 30;
/** Files appear in bursts; seconds to wait for the rest. */
const BURST_SECONDS = 0.2;

/** Calls for a refresh when segments appear in a directory or disappear, and from time to time in any case. */
export class DirectoryWatch {
  private watcher: FSWatcher | undefined;
  private inode = 0;
  private warned = false;
  private cancelTimer: CancelTimer = () => undefined;
  private due = Infinity;
  private refreshing: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(private readonly options: DirectoryWatchOptions) {}

  /** Watches the directory that is there now; it may have been removed, or a disk mounted over it. */
  async renew(): Promise<void> {
    const { ino } = await stat(this.options.directory);
    if (ino === this.inode && this.watcher) return;
    this.inode = ino;
    this.watcher?.close();
    this.watcher = this.watch();
  }

  /**
   * Schedules the next refresh, for the case that no change is reported before.
   * @param polling whether something is expected that is not reported, such as the end of a file that grows
   */
  scheduleNext(polling: boolean): void {
    this.refreshIn(polling || !this.watcher ? this.pollSeconds : REFRESH_SECONDS);
  }

  private get pollSeconds(): number {
    return Math.min(this.options.pollSeconds, REFRESH_SECONDS);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancelTimer();
    await this.refreshing;
    this.watcher?.close();
  }

  /** @returns undefined when the system has no watch left */
  private watch(): FSWatcher | undefined {
    const { directory, isExpected, onWarning } = this.options;
    const onChange = (event: string, name: string | null) => {
      const isSegment = event === 'rename' && name !== null && secondOfName(name) !== undefined;
      if (isSegment && !isExpected(name)) this.refreshIn(BURST_SECONDS);
    };
    try {
      const watcher = watch(directory, onChange);
      return watcher.on('error', () => {
        watcher.close();
        this.watcher = undefined;
      });
    } catch (error) {
      if (!this.warned) onWarning(unwatched(directory, this.pollSeconds, error));
      this.warned = true;
      return undefined;
    }
  }

  private refreshIn(seconds: number): void {
    if (this.closed) return;
    const due = this.options.clock.monotonic() + seconds;
    // The end of a refresh must not put off the next one, which news that came meanwhile has called for.
    if (due >= this.due) return;
    this.due = due;
    this.cancelTimer();
    this.cancelTimer = this.options.clock.after(seconds, () => {
      this.due = Infinity;
      // One at a time, also on a slow disk.
      this.refreshing = this.refreshing.then(this.options.onRefresh).catch((error: unknown) => {
        this.options.onError(error);
        this.refreshIn(REFRESH_SECONDS);
      });
    });
  }
}

function unwatched(directory: string, pollSeconds: number, error: unknown): string {
  return (
    `${directory} cannot be watched (${messageOf(error)}), so it is read every ${pollSeconds} s instead; ` +
    'if no watches are left, raise fs.inotify.max_user_watches and fs.inotify.max_user_instances (sysctl)'
  );
}
