import { watch, type FSWatcher } from 'node:fs';
import { link, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { CancelTimer, Clock } from '../../time/clock';
import { codeOf, messageOf, V2xError } from '../../errors';
import { ensureWritableDirectory, makeDirectory, syncDirectory } from '../../disk/files';
import { sortForeign } from './foreign';
import { readForeign } from './foreign-files';
import { openWorkFile } from '../open-file';
import { SegmentLog } from './segment-log';
import { secondOfName, segmentName } from '../names';
import { chooseVictims, type Eviction, type Retention, type TimeWindow } from './retention';
import { isSpan, type Segment, type SegmentRing } from '../segment';
import { sealSegment, type SegmentTimes } from '../segment-box';
import { SegmentTable } from './segment-table';

export interface RingOptions {
  readonly directory: string;
  /** Nominal length of a segment in seconds. */
  readonly segmentSeconds: number;
  readonly retention: Retention;
  readonly clock: Clock;
  /** Takes a failure of the background look at the directory. */
  readonly onError: (error: unknown) => void;
  /** Takes what the user should know of although everything works. */
  readonly onWarning?: (text: string) => void;
}

/** Where recorders write before a segment gets its name: hidden from readers of the store. */
const WORK_DIRECTORY = '.recording';
/** The directory is looked at so often in any case, in seconds: not every file system tells of changes. */
const REFRESH_SECONDS = 30;
/** Files appear in bursts; seconds to wait for the rest. */
const BURST_SECONDS = 0.2;
/** Lines of the index about deleted segments, before it is written anew. */
const STALE_LINES = 1000;
/** There is always room for so many, whatever retention says. */
const SEGMENTS_TO_COME = 3;

/**
 * The ring of segments in one directory: what there is, from when to when, and what may be deleted.
 * Segments come from a recorder (`adopt`) or from any program that writes `seg_<epoch>.mp4` files there.
 */
export class Ring implements SegmentRing {
  readonly directory: string;
  readonly segmentSeconds: number;
  /** Where a recorder puts its unfinished files; on the same file system. */
  readonly workDirectory: string;

  private readonly table = new SegmentTable();
  private readonly index: SegmentLog;
  /** Names given to files of our own that are not in the table yet. */
  private readonly reserved = new Set<string>();
  private readonly listeners = new Set<(segment: Segment) => void>();
  private readonly pins = new Map<string, TimeWindow>();
  /** When the open segment of this process's recorder begins, and that of another program. */
  private openHere: number | undefined;
  private openElsewhere: number | undefined;
  private watcher: FSWatcher | undefined;
  private watchedInode = 0;
  private warned = false;
  private cancelRefresh: CancelTimer = () => undefined;
  private refreshDue = Infinity;
  private refreshing: Promise<void> = Promise.resolve();
  private closed = false;
  /** Lines of the index about deleted segments; infinite when lines of others are missing. */
  private staleLines = 0;

  private constructor(private readonly options: RingOptions) {
    this.directory = options.directory;
    this.segmentSeconds = options.segmentSeconds;
    this.index = new SegmentLog(options.directory);
    this.workDirectory = join(options.directory, WORK_DIRECTORY);
  }

  /**
   * Opens the ring of a directory, which is created if it is missing.
   * @throws V2xError `directory` when it cannot be written to
   */
  static async open(options: RingOptions): Promise<Ring> {
    const ring = new Ring(options);
    try {
      await ring.refresh();
      return ring;
    } catch (error) {
      await ring.close();
      throw error;
    }
  }

  /**
   * Makes sure that the directory is there and watched: it may have been removed, or a disk mounted over it.
   * @throws V2xError `directory` when it cannot be written to
   */
  async prepare(): Promise<void> {
    await ensureWritableDirectory(this.directory, 'recording');
    await makeDirectory(this.workDirectory);
    const { ino } = await stat(this.directory);
    if (ino === this.watchedInode && this.watcher) return;
    this.watchedInode = ino;
    this.watcher?.close();
    this.watcher = this.watch();
  }

  /** Ends the background look at the directory. */
  async close(): Promise<void> {
    this.closed = true;
    this.cancelRefresh();
    await this.refreshing;
    this.watcher?.close();
  }

  window(from: number, to: number): Promise<readonly Segment[]> {
    return Promise.resolve(this.table.between(from, to));
  }

  /** All segments, oldest first. */
  get segments(): readonly Segment[] {
    return this.table.segments;
  }

  onSegment(listener: (segment: Segment) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  openSince(): number | undefined {
    return this.openHere ?? this.openElsewhere;
  }

  /** A recorder tells when the segment begins that it writes, in Unix seconds, and with undefined that it writes none. */
  setOpen(since: number | undefined): void {
    this.openHere = since;
  }

  pin(owner: string, from: number, to: number): void {
    this.pins.set(owner, { from, to });
  }

  unpin(owner: string): void {
    this.pins.delete(owner);
  }

  /**
   * Takes a finished file of the recorder in: writes its times into it, gives it its name, which never replaces another
   * file, and lists it.
   * @param path below `workDirectory`
   * @throws RangeError when its times are not sane
   */
  async adopt(path: string, measured: SegmentTimes): Promise<Segment> {
    if (!isSpan(measured.from, measured.to)) throw new RangeError(`${path} has no sane times`);
    // The same in file, index and memory.
    const times = { ...measured, from: toMicroseconds(measured.from), to: toMicroseconds(measured.to) };
    await sealSegment(path, times);
    const { size: bytes } = await stat(path);
    const name = await this.giveName(path, times.from);
    const segment: Segment = { ...times, name, bytes };
    // Before listeners hear of it: it is open no more, and the next one has begun.
    if (this.openHere !== undefined) this.openHere = times.to;
    this.add(segment);
    this.reserved.delete(name);
    await this.keepIndex(this.index.append(segment));
    return segment;
  }

  /**
   * Deletes what retention demands, and the oldest when the next segments would not find room; only whoever records
   * into the directory may call this.
   * @returns what was deleted, and whether that was enough
   */
  async trim(): Promise<Eviction> {
    const { retention, clock } = this.options;
    const { bavail, bsize } = await statfs(this.directory);
    const freeBytes = bavail * bsize;
    const { segments, bytes } = this.table;
    const room = SEGMENTS_TO_COME * (segments.at(-1)?.bytes ?? 0);
    const pinned = [...this.pins.values()];
    const eviction = chooseVictims({ segments, bytes, freeBytes, room, now: clock.now(), pinned }, retention);
    const { victims } = eviction;
    for (const { name } of victims) await rm(join(this.directory, name), { force: true });
    this.table.remove(new Set(victims.map(({ name }) => name)));
    this.staleLines += victims.length;
    if (this.staleLines > Math.max(STALE_LINES, this.table.segments.length)) {
      const written = this.index.rewrite(this.table.segments);
      await this.keepIndex(written.then(() => (this.staleLines = 0)));
    }
    return eviction;
  }

  /**
   * Footage counts whether or not a full disk takes its line of the index, which may be lost. A failure is told once;
   * until the index has been written anew, each trim tries to.
   */
  private async keepIndex(written: Promise<unknown>): Promise<void> {
    try {
      await written;
    } catch (error) {
      if (this.staleLines !== Infinity) this.options.onError(indexError(this.directory, error));
      this.staleLines = Infinity;
    }
  }

  private add(segment: Segment): void {
    if (this.table.has(segment.name)) return;
    this.table.add(segment);
    for (const listener of this.listeners) listener(segment);
  }

  /** A second that is taken already makes it the next one: names are good to about a second only. */
  private async giveName(path: string, from: number): Promise<string> {
    for (let second = Math.floor(from); ; second++) {
      const name = segmentName(second);
      if (this.table.has(name)) continue;
      this.reserved.add(name);
      try {
        await link(path, join(this.directory, name));
        await rm(path);
        await syncDirectory(this.directory);
        return name;
      } catch (error) {
        this.reserved.delete(name);
        if (codeOf(error) !== 'EEXIST') throw error;
      }
    }
  }

  /** @returns undefined when the system has no watch left; the directory is then looked at more often */
  private watch(): FSWatcher | undefined {
    const onChange = (event: string, name: string | null) => {
      const relevant = event === 'rename' && name !== null && secondOfName(name) !== undefined;
      if (relevant && !this.reserved.has(name)) this.refreshIn(BURST_SECONDS);
    };
    try {
      const watcher = watch(this.directory, onChange);
      return watcher.on('error', () => {
        watcher.close();
        this.watcher = undefined;
      });
    } catch (error) {
      if (!this.warned) this.options.onWarning?.(this.unwatched(error));
      this.warned = true;
      return undefined;
    }
  }

  private unwatched(error: unknown): string {
    return (
      `${this.directory} cannot be watched (${messageOf(error)}): it is looked at every ${this.pause()} s instead; ` +
      'if no watches are left, raise fs.inotify.max_user_watches and fs.inotify.max_user_instances (sysctl)'
    );
  }

  /** Seconds until the directory is looked at although nothing was heard of it. */
  private pause(open = false): number {
    return open || !this.watcher ? Math.min(this.segmentSeconds, REFRESH_SECONDS) : REFRESH_SECONDS;
  }

  private refreshIn(seconds: number): void {
    if (this.closed) return;
    const due = this.options.clock.monotonic() + seconds;
    // The end of a look does not put off the next one, for news that came meanwhile.
    if (due >= this.refreshDue) return;
    this.refreshDue = due;
    this.cancelRefresh();
    this.cancelRefresh = this.options.clock.after(seconds, () => {
      this.refreshDue = Infinity;
      // News may come while a slow disk is still being looked at: one look at a time.
      this.refreshing = this.refreshing
        .then(() => this.refresh())
        .catch((error: unknown) => {
          this.options.onError(error);
          this.refreshIn(REFRESH_SECONDS);
        });
    });
  }

  /** Compares table and directory: forgets what is gone, lists what other programs closed. */
  private async refresh(): Promise<void> {
    await this.prepare();
    // What is adopted while the directory is read may be missing in the answer.
    const known = [...this.table.segments];
    const names = (await readdir(this.directory)).filter((name) => secondOfName(name) !== undefined);
    const present = new Set(names);
    const gone = known.filter(({ name }) => !present.has(name) && !this.reserved.has(name));
    this.table.remove(new Set(gone.map(({ name }) => name)));
    const unknown = names.filter((name) => !this.table.has(name) && !this.reserved.has(name));
    const foreign = unknown.length > 0 ? await this.listUnknown(unknown, names) : undefined;
    const others = foreign ?? (await openWorkFile(this.workDirectory, this.options.clock.now()));
    this.openElsewhere = this.openHere === undefined ? others : undefined;
    this.refreshIn(this.pause(this.openElsewhere !== undefined));
  }

  /** @returns when the one begins that is still being written */
  private async listUnknown(unknown: readonly string[], all: readonly string[]): Promise<number | undefined> {
    const index = await this.index.read();
    const notIndexed: string[] = [];
    for (const name of unknown) {
      const indexed = index.get(name);
      if (indexed) this.add(indexed);
      else notIndexed.push(name);
    }
    const { sealed, files } = await readForeign(this.directory, notIndexed);
    for (const segment of sealed) if (!this.reserved.has(segment.name)) this.add(segment);
    if (sealed.length > 0) await this.keepIndex(this.index.append(...sealed));
    const first = files[0]?.second ?? 0;
    const { closed, openSince } = sortForeign(
      files,
      {
        newest: all.reduce((latest, name) => Math.max(latest, secondOfName(name) ?? 0), 0),
        previousEnd: this.table.segments.findLast(({ from }) => from < first)?.to,
        segmentSeconds: this.segmentSeconds,
      },
      this.options.clock.now(),
    );
    for (const segment of closed) if (!this.reserved.has(segment.name)) this.add(segment);
    return openSince;
  }
}

function indexError(directory: string, cause: unknown): V2xError {
  return new V2xError(
    'index',
    `The index of ${directory} cannot be written (${messageOf(cause)}); recording goes on, but if the unit restarts ` +
      'now the times of new segments are good to a second only; free disk space, or free the path',
    { directory },
    { cause },
  );
}

/** Microseconds are more than enough. */
function toMicroseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
