import { randomBytes } from 'node:crypto';
import { appendFileSync, renameSync } from 'node:fs';
import { appendFile, open, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Limiter } from '../async/limiter';
import { syncDirectory, syncFile, unlessMissing } from './files';

export interface JsonLinesOptions {
  /** Permission bits of the file; default 0o644. */
  readonly mode?: number;
  /** Whether `append` makes each line durable, so that it survives a power cut; default false. */
  readonly sync?: boolean;
}

/** How many lines more than the last rewrite wrote may be added before another one is worth it. */
const SPARE_LINES = 1000;

/**
 * A log in a file of JSON lines (one JSON value a line, https://jsonlines.org, but with the line break in front): a line
 * that a crash or a full disk cuts short spoils only itself. Each line is checked when it is read; others are skipped.
 * One object at a time may write to a file.
 */
export class JsonLines<T> {
  private rewritten = 0;
  private added = 0;
  /** For each rewrite that has not ended, the lines that came since it was asked for: they go into the new file too. */
  private readonly meanwhile = new Set<string[]>();
  private readonly writes = new Limiter(1);

  /** @param check whether the value of a line is an entry */
  constructor(
    readonly path: string,
    private readonly check: (value: unknown) => value is T,
    private readonly options: JsonLinesOptions = {},
  ) {}

  /** Whether enough lines were added since the last rewrite to make another one worth it, and none is under way. */
  get grown(): boolean {
    return this.meanwhile.size === 0 && this.added > this.rewritten + SPARE_LINES;
  }

  /**
   * All entries, in the order in which they were added; none when there is no file.
   * @throws the system's error when the file exists and cannot be read
   */
  async read(): Promise<T[]> {
    const text = (await unlessMissing(readFile(this.path, 'utf8'))) ?? '';
    return text.split('\n').flatMap((line) => this.parse(line));
  }

  /**
   * Adds entries, after writes that are still going on.
   * @throws the system's error
   */
  append(...entries: readonly T[]): Promise<void> {
    return this.writes.run(async () => {
      await appendFile(this.path, this.count(entries), { mode: this.options.mode });
      if (this.options.sync) await syncFile(this.path);
    });
  }

  /**
   * Adds entries at once, without waiting for Node's thread pool or for a rewrite: a line in the page cache takes
   * microseconds. They survive the end of this process; a power cut may lose them.
   * @throws the system's error
   */
  appendNow(...entries: readonly T[]): void {
    const text = this.count(entries);
    for (const lines of this.meanwhile) lines.push(text);
    appendFileSync(this.path, text, { mode: this.options.mode });
  }

  /**
   * Replaces the file, whole and durable, by these entries and by those that `appendNow` adds meanwhile.
   * @throws the system's error; the file is as it was then
   */
  rewrite(entries: readonly T[]): Promise<void> {
    const meanwhile: string[] = [];
    this.meanwhile.add(meanwhile);
    const before = this.added;
    return this.writes.run(async () => {
      try {
        await this.replace(entries.map(lineOf).join(''), meanwhile);
        this.rewritten = entries.length;
        this.added -= before;
      } finally {
        this.meanwhile.delete(meanwhile);
      }
    });
  }

  /** Waits for what is being written. */
  async settled(): Promise<void> {
    await this.writes.run(() => Promise.resolve());
  }

  private async replace(text: string, meanwhile: readonly string[]): Promise<void> {
    const name = `.${basename(this.path)}.${randomBytes(6).toString('hex')}.tmp`;
    const temporary = join(dirname(this.path), name);
    try {
      const file = await open(temporary, 'wx', this.options.mode);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      // In one go, so that no line can come in between.
      appendFileSync(temporary, meanwhile.join(''));
      renameSync(temporary, this.path);
    } finally {
      await rm(temporary, { force: true });
    }
    await syncDirectory(dirname(this.path));
  }

  private count(entries: readonly T[]): string {
    this.added += entries.length;
    return entries.map(lineOf).join('');
  }

  private parse(line: string): T[] {
    try {
      const value: unknown = JSON.parse(line);
      return this.check(value) ? [value] : [];
    } catch {
      return [];
    }
  }
}

function lineOf(entry: unknown): string {
  return `\n${JSON.stringify(entry)}`;
}
