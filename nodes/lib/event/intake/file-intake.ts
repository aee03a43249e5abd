import { lstat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CancelTimer, Clock } from '../../time/clock';
import { codeOf, messageOf, V2xError } from '../../errors';
import { currentUser, shellQuoted } from '../../disk/files';
import type { Changes } from './pending-names';
import type { Claim, Custody } from './claim-by-moving';
import type { IncidentEvent } from '../event';
import { eventIdOf } from '../id';
import type { Note } from '../normalise';
import { inFile, parseEvent, type ParsedEvent } from '../parse';
import { readEventFile, stampOf, type FileContent } from './read';

const JUST_WRITTEN_SECONDS = 10;
/** How long a file that was given back is left to others, the first time; each time twice as long, up to a minute. */
const REST_SECONDS = 5;
const LONGEST_REST_SECONDS = 60;
/** So often a file is given back, over about five minutes. */
const GIVE_BACKS = 8;

export interface TakenEvent {
  readonly event: IncidentEvent;
  /** Name of its file. */
  readonly file: string;
  /** When it was taken, Unix seconds. */
  readonly taken: number;
  /** It waited too long before the watch began: no warning any more, but still evidence. */
  readonly stale: boolean;
  /** What its writer should mend. */
  readonly notes: readonly Note[];
}

export interface RefusedFile {
  readonly file: string;
  /** Names file, line and column, as far as they are known. */
  readonly reason: string;
  readonly line?: number;
  readonly column?: number;
}

export interface TakerHandlers {
  /**
   * @param handled to be called when the event is in good hands. Until then its file is not put away: if the watch or
   *   the process ends before, the event is taken again, under the same id.
   * @param giveBack to be called instead when the event cannot be handled here now: another watcher of the directory may
   *   take its file, and after a rest this one tries again, a few times
   */
  taken(event: TakenEvent, handled: () => void, giveBack: () => void): void;
  refused(file: RefusedFile): void;
  /** Something failed that does not stop the others. */
  failed(error: unknown): void;
}

export interface TakerOptions {
  readonly directory: string;
  /** Whether files stay where they are. */
  readonly leave: boolean;
  /** Seconds that a file may stay incomplete. */
  readonly incomplete: number;
  /** Seconds: an event older than this that waited is stale. */
  readonly stale: number;
}

/** An event, and the file that is this watcher's until the event is handled. */
interface Taken {
  readonly event: TakenEvent;
  readonly claim: Claim;
  /** When the file was last written, Unix seconds. */
  readonly modified: number;
}

/** Takes single files: each is sent on, waited for, or refused, and put away afterwards. */
export class Taker {
  /** Files that are not whole yet, and what ends their time. */
  private readonly growing = new Map<string, CancelTimer>();
  /** Files whose time to become whole is over. */
  private readonly overdue = new Set<string>();
  /** Files are put away one after the other, beside the taking of others. */
  private puttingAway: Promise<void> = Promise.resolve();
  /** Files that stay though they are dealt with, by the state they were in. */
  private readonly left = new Map<string, string>();
  /** Files that were given back, and how often. */
  private readonly givenBack = new Map<string, Taken & { readonly times: number }>();
  /** Those of them that are left to others for now, and what ends that; their state, once they are back. */
  private readonly resting = new Map<string, { readonly end: CancelTimer; stamp?: string }>();

  constructor(
    private readonly options: TakerOptions,
    private readonly custody: Custody,
    private readonly handlers: TakerHandlers,
    private readonly clock: Clock,
    /** Takes names that are to be looked at again. */
    private readonly changes: Changes,
  ) {}

  async open(): Promise<void> {
    await this.custody.open();
  }

  /**
   * Frees what watchers that died had taken and not finished.
   * @returns the names of the files, for `look`: they have waited
   */
  freeAbandoned(): Promise<string[]> {
    return this.custody.freeAbandoned();
  }

  /** Puts away what was handled and frees the rest. */
  async close(): Promise<void> {
    for (const cancel of this.growing.values()) cancel();
    await this.puttingAway;
    for (const { end } of this.resting.values()) end();
    await this.custody.close();
  }

  /** When the event of a waiting file happened, Unix seconds; now, when that cannot be told. */
  timeOf(name: string): number {
    try {
      return this.read(name, true).event.ts;
    } catch {
      // `look` says what is wrong with it.
      return this.clock.now();
    }
  }

  /**
   * Takes a file if it is an event, waits if it may become one, refuses it otherwise.
   * @param waited whether it was there before the watch began
   */
  async look(name: string, { waited }: { readonly waited: boolean }): Promise<void> {
    if (!isEventName(name) || (await this.isLeft(name)) || (await this.isResting(name))) return;
    // Taken again, an event says the same as the first time.
    const again = this.givenBack.has(name);
    const taken = await this.take(name, waited || again).catch((error: unknown) =>
      this.cannotTake(name, error),
    );
    if (!taken) return;
    const end = (step: () => Promise<void>) => {
      this.puttingAway = this.puttingAway.then(step).catch((error: unknown) => {
        this.handlers.failed(error);
      });
    };
    this.handlers.taken(
      taken.event,
      () => {
        this.givenBack.delete(name);
        end(() => taken.claim.finish());
      },
      () => {
        end(() => this.giveBack(name, taken));
      },
    );
  }

  /** Leaves a file to other watchers for a while. */
  private async giveBack(name: string, taken: Taken): Promise<void> {
    const times = (this.givenBack.get(name)?.times ?? 0) + 1;
    if (times > GIVE_BACKS) {
      this.givenBack.delete(name);
      await taken.claim.finish();
      throw unhandledError(name);
    }
    this.givenBack.set(name, { ...taken, times });
    const seconds = Math.min(REST_SECONDS * 2 ** (times - 1), LONGEST_REST_SECONDS);
    const end = this.clock.after(seconds, () => {
      this.resting.delete(name);
      this.changes.add(name);
    });
    this.resting.get(name)?.end();
    const rest: { end: CancelTimer; stamp?: string } = { end };
    this.resting.set(name, rest);
    this.left.delete(name);
    await taken.claim.release();
    rest.stamp = await this.stampOf(name);
  }

  /** A file that was written under the same name meanwhile does not rest. */
  private async isResting(name: string): Promise<boolean> {
    const rest = this.resting.get(name);
    if (!rest) return false;
    return rest.stamp === undefined || rest.stamp === (await this.stampOf(name));
  }

  /** @returns undefined when another watcher was faster or the file changed meanwhile */
  private async take(name: string, waited: boolean): Promise<Taken | undefined> {
    const { event, notes, content } = this.read(name, waited);
    const claim = this.custody.claim(name, content.bytes);
    this.forget(name);
    // What another watcher has it may still give back.
    if (claim === undefined) return undefined;
    if (this.options.leave) this.left.set(name, content.stamp);
    if (claim === 'done') return undefined;
    if (!holds(claim.path, content.bytes)) {
      // Its writer went on, or replaced it, between reading and claiming.
      await claim.release();
      this.changes.add(name);
      return undefined;
    }
    const taken = this.clock.now();
    const stale = waited && taken - event.ts > this.options.stale;
    return { event: { event, file: name, taken, stale, notes }, claim, modified: content.modified };
  }

  private read(name: string, waited: boolean): ParsedEvent & { readonly content: FileContent } {
    const content = this.readFile(name);
    const { bytes, modified } = content;
    const before = this.givenBack.get(name);
    const arrival = before?.modified === modified ? before.event.event.ts : undefined;
    const parsed = parseEvent(bytes, {
      file: name,
      id: eventIdOf(name, modified, bytes),
      ts: arrival ?? arrivalOf(modified, this.clock.now(), waited),
      written: modified,
    });
    return { ...parsed, content };
  }

  private readFile(name: string): FileContent {
    try {
      return readEventFile(this.pathOf(name));
    } catch (error) {
      throw inFile(name, error);
    }
  }

  private async cannotTake(name: string, error: unknown): Promise<undefined> {
    const code = codeOf(error);
    // Of all failures only `event` is final: permissions may still be set, and a lack of file handles passes.
    const final = code === 'event' || this.overdue.has(name);
    if (code === 'ENOENT') {
      this.forget(name);
      this.givenBack.delete(name);
    } else if (!final) this.waitFor(name);
    else await this.refuse(name, error instanceof V2xError ? error : untakable(this.pathOf(name), error));
  }

  /** Gives a file some time to become whole or readable; each of its changes is looked at in between. */
  private waitFor(name: string): void {
    if (this.growing.has(name)) return;
    const cancel = this.clock.after(this.options.incomplete, () => {
      this.overdue.add(name);
      this.changes.add(name);
    });
    this.growing.set(name, cancel);
  }

  private forget(name: string): void {
    this.growing.get(name)?.();
    this.growing.delete(name);
    this.overdue.delete(name);
    this.left.delete(name);
  }

  private async refuse(name: string, error: unknown): Promise<void> {
    this.forget(name);
    const stamp = await this.stampOf(name);
    let reason = messageOf(error);
    let stays = this.options.leave;
    try {
      if (!(await this.custody.reject(name, stamp))) return;
    } catch (failure) {
      // A directory, or a file that others own in a sticky directory.
      reason += `; it stays where it is (${messageOf(failure)})`;
      stays = true;
    }
    if (stays) this.left.set(name, stamp);
    this.handlers.refused({ file: name, reason, ...positionOf(error) });
  }

  private async isLeft(name: string): Promise<boolean> {
    const stamp = this.left.get(name);
    return stamp !== undefined && stamp === (await this.stampOf(name));
  }

  private async stampOf(name: string): Promise<string> {
    return lstat(this.pathOf(name)).then(stampOf, () => 'gone');
  }

  private pathOf(name: string): string {
    return join(this.options.directory, name);
  }
}

/**
 * When an event without a time of its own arrived: when its file was last written, so that taken again it says the same.
 * A file that was written long ago and comes now was moved here; when, is not on disk: after a crash it is as old as it
 * looks.
 */
function arrivalOf(modified: number, now: number, waited: boolean): number {
  return waited || now - modified < JUST_WRITTEN_SECONDS ? Math.min(modified, now) : now;
}

/** Hidden and temporary files are somebody's work in progress. */
function isEventName(name: string): boolean {
  return name.endsWith('.json') && !name.startsWith('.');
}

function holds(path: string, bytes: Uint8Array): boolean {
  try {
    return readEventFile(path).bytes.equals(bytes);
  } catch {
    // Replaced by something else; looking at it again tells what.
    return false;
  }
}

function positionOf(error: unknown): { line: number; column: number } | undefined {
  if (!(error instanceof V2xError)) return undefined;
  const { line, column } = error.details;
  return typeof line === 'number' && typeof column === 'number' ? { line, column } : undefined;
}

function unhandledError(name: string): V2xError {
  const text = `The event in ${name} could not be handled: a node behind this one does not work; its own error says why`;
  return new V2xError('unhandled', text, { file: name });
}

function untakable(path: string, cause: unknown): V2xError {
  const user = currentUser();
  const reason = `user ${user} cannot take it (${messageOf(cause)}); run: sudo chown ${user} ${shellQuoted(path)}`;
  return inFile(basename(path), new V2xError('event', reason, { user }, { cause }));
}
