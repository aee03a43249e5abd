import { link, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../time/clock';
import { codeOf, messageOf, V2xError } from '../../errors';
import { ensureWritableDirectory, makeDirectory, syncDirectory } from '../../disk/files';
import { DirectoryWatch } from './directory-watch';
import { sortForeign } from './foreign';
import { readUnindexed } from './foreign-files';
import { openWorkFile } from '../open-file';
import { SegmentLog } from './segment-log';
import { secondOfName, segmentName, WORK_DIRECTORY } from '../names';
import { planEviction, type Eviction, type Retention, type TimeWindow } from './retention';
import { isSpan, type Segment, type SegmentRing } from '../segment';
import { writeSegmentTimes, type SegmentTimes } from '../segment-box';
import { SegmentTable } from './segment-table';

export interface RingOptions {
  readonly directory: string;
  /** Nominal length of a segment in seconds. */
  readonly segmentSeconds: number;
  readonly retention: Retention;
  readonly clock: Clock;
  /** Takes a failure to read the directory in the background. */
  readonly onError: (error: unknown) => void;
  /** Takes what the user should know although everything works. */
  readonly onWarning?: (text: string) => void;
}

/** Lines about deleted segments that the index may hold before it is rewritten. */
const STALE_LINES = 1000;
/** The disk must always be able to hold this many more, whatever retention says. */
const RESERVED_SEGMENTS = 3;

/**
 * The ring of segments in one directory: which segments there are, from when to when, and which may be deleted. They come
 * from a recorder (`adopt`) or from any program that writes `seg_<epoch>.mp4` files there.
 */
export class Ring implements SegmentRing {
  readonly directory: string;
  readonly segmentSeconds: number;
  /** Where a recorder writes unfinished files; on the same file system. */
  readonly workDirectory: string;

  private readonly table = new SegmentTable();
  private readonly index: SegmentLog;
  /** Names of files of our own that are not in the table yet. */
  private readonly reserved = new Set<string>();
  private readonly listeners = new Set<(segment: Segment) => void>();
  private readonly pins = new Map<string, TimeWindow>();
  /** When the segment begins that this process's recorder is writing, and the one that another program is writing. */
  private openHere: number | undefined;
  private openElsewhere: number | undefined;
  private readonly watch: DirectoryWatch;
  /** Lines of the index about deleted segments. */
  private staleLines = 0;
  /** Whether lines are missing in the index because it could not be written. */
  private isIndexBroken = false;

  private constructor(private readonly options: RingOptions) {
    this.directory = options.directory;
    this.segmentSeconds = options.segmentSeconds;
    this.index = new SegmentLog(options.directory);
    this.workDirectory = join(options.directory, WORK_DIRECTORY);
    const { directory, clock, segmentSeconds, onError, onWarning = () => undefined } = options;
    this.watch = new DirectoryWatch({
      ...{ directory, clock, onError, onWarning, pollSeconds: segmentSeconds },
      isExpected: (name) => this.reserved.has(name),
      onRefresh: () => this.refresh(),
    });
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
   * Makes sure that the directory exists and is watched: it may have been removed, or a disk mounted over it.
   * @throws V2xError `directory` when it cannot be written to
   */
  async prepare(): Promise<void> {
    await ensureWritableDirectory(this.directory, 'recording');
    await makeDirectory(this.workDirectory);
    await this.watch.renew();
  }

  /** Stops reading the directory in the background. */
  close(): Promise<void> {
    return this.watch.close();
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

  /** Sets when the segment begins that this process's recorder is writing, in Unix seconds; undefined when it writes none. */
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
   * Adds a finished file of the recorder: writes its times into it, links it under its name, which never replaces another
   * file, and lists it.
   * @param path below `workDirectory`
   * @throws RangeError when its times are not finite and in order; the system's error when it cannot be written
   */
  async adopt(path: string, measured: SegmentTimes): Promise<Segment> {
    if (!isSpan(measured.from, measured.to)) throw new RangeError(`${path} has no plausible times`);
    // The same in file, index and memory.
    const times = { ...measured, from: toMicroseconds(measured.from), to: toMicroseconds(measured.to) };
    await writeSegmentTimes(path, times);
    const { size: bytes } = await stat(path);
    const name = await this.link(path, times.from);
    const segment: Segment = { ...times, name, bytes };
    // Before listeners are called: this one is closed, and the next one has begun.
    if (this.openHere !== undefined) this.openHere = times.to;
    this.add(segment);
    this.reserved.delete(name);
    await this.updateIndex(this.index.append(segment));
    return segment;
  }

  /**
   * Deletes what retention demands, and the oldest segments when the disk cannot hold the next ones. Only the directory's
   * recorder may call this.
   * @returns what was deleted, and whether that was enough
   */
  async trim(): Promise<Eviction> {
    const { retention, clock } = this.options;
    const { bavail, bsize } = await statfs(this.directory);
    const freeBytes = bavail * bsize;
    const { segments, bytes } = this.table;
    const reserveBytes = RESERVED_SEGMENTS * (segments.at(-1)?.bytes ?? 0);
    const pinned = [...this.pins.values()];
    const state = { segments, bytes, freeBytes, reserveBytes, now: clock.now(), pinned };
    const eviction = planEviction(state, retention);
    const { evicted } = eviction;
    for (const { name } of evicted) await rm(join(this.directory, name), { force: true });
    this.table.remove(new Set(evicted.map(({ name }) => name)));
    this.staleLines += evicted.length;
    if (this.isIndexBroken || this.staleLines > Math.max(STALE_LINES, this.table.segments.length))
      await this.updateIndex(this.rewriteIndex());
    return eviction;
  }

  private async rewriteIndex(): Promise<void> {
    await this.index.rewrite(this.table.segments);
    this.staleLines = 0;
    this.isIndexBroken = false;
  }

  /** A segment counts even if a full disk does not take its line of the index. Reports once; each trim then tries to rewrite it. */
  private async updateIndex(written: Promise<void>): Promise<void> {
    try {
      await written;
    } catch (error) {
      if (!this.isIndexBroken) this.options.onError(indexError(this.directory, error));
      this.isIndexBroken = true;
    }
  }

  private add(segment: Segment): void {
    if (this.table.has(segment.name)) return;
    this.table.add(segment);
    for (const listener of this.listeners) listener(segment);
  }

  /** Names are good to about a second only: where one exists, the next second will do. */
  private async link(path: string, from: number): Promise<string> {
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

  /** Compares table and directory: removes what has been deleted, adds what other programs have closed. */
  private async refresh(): Promise<void> {
    await this.prepare();
    // What is adopted while the directory is being read may be missing in the result.
    const known = [...this.table.segments];
    const names = (await readdir(this.directory)).filter((name) => secondOfName(name) !== undefined);
    const present = new Set(names);
    const gone = known.filter(({ name }) => !present.has(name) && !this.reserved.has(name));
    this.table.remove(new Set(gone.map(({ name }) => name)));
    const unknown = names.filter((name) => !this.table.has(name) && !this.reserved.has(name));
    const foreign = unknown.length > 0 ? await this.addUnknown(unknown, names) : undefined;
    const open = foreign ?? (await openWorkFile(this.workDirectory, this.options.clock.now()));
    this.openElsewhere = this.openHere === undefined ? open : undefined;
    this.watch.scheduleNext(this.openElsewhere !== undefined);
  }

  /** @returns when the file begins that is still being written */
  private async addUnknown(unknown: readonly string[], all: readonly string[]): Promise<number | undefined> {
    const index = await this.index.read();
    const notIndexed: string[] = [];
    for (const name of unknown) {
      const indexed = index.get(name);
      if (indexed) this.add(indexed);
      else notIndexed.push(name);
    }
    const { segments, foreign } = await readUnindexed(this.directory, notIndexed);
    for (const segment of segments) if (!this.reserved.has(segment.name)) this.add(segment);
    if (segments.length > 0) await this.updateIndex(this.index.append(...segments));
    const first = foreign[0]?.second ?? 0;
    const { closed, openSince } = sortForeign(
      foreign,
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
    `The index of ${directory} cannot be written (${messageOf(cause)}); recording continues, but if the unit restarts ` +
      'now, the times of new segments are accurate only to a second; free disk space, or free the path',
    { directory },
    { cause },
  );
}

/** Microseconds are more than enough. */
function toMicroseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
