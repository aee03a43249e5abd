import { lstat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Limiter } from '../../async/limiter';
import { backoffLimit } from '../../time/backoff';
import type { Clock } from '../../time/clock';
import { codeOf, messageOf, V2xError } from '../../errors';
import { currentUser, shellQuoted } from '../../disk/files';
import type { Claim, Claims } from './claim/claim';
import { isEventName } from './directory';
import type { Disk } from './disk';
import type { FileState, GivenBack, Refused } from './file-state';
import type { PendingNames } from './pending-names';
import type { IncidentEvent } from '../event';
import { eventIdOf } from '../id';
import { LocatedError } from '../parse/located-error';
import type { Note } from '../parse/normalise';
import { inFile, parseEvent, type ParsedEvent } from '../parse/parse';
import { stampOf, type FileContent } from './read';

const JUST_WRITTEN_SECONDS = 10;
/** How long a file that was given back is left to others. */
const REST = { first: 5, cap: 60 };
/** How often a file is given back, over about five minutes. */
const GIVE_BACKS = 8;
/** How long a rejected file stays in the events directory too, since its writer may go on with it. */
const LINGER_SECONDS = 60;
/** A flood of rejected files must not fill the directory. */
const MOST_LINGERING = 100;

export interface TakenEvent {
  readonly event: IncidentEvent;
  /** Name of its file. */
  readonly file: string;
  /** When it was taken, Unix seconds. */
  readonly taken: number;
  /** It waited too long before the watch began: no warning any more, but still evidence. */
  readonly stale: boolean;
  /** What its writer should correct. */
  readonly notes: readonly Note[];
  /** When it was last written (Unix seconds), and when each step of taking it was done (monotonic seconds). */
  readonly times: {
    readonly modified: number;
    readonly seen: number;
    readonly read: number;
    readonly claimed: number;
  };
}

export interface RefusedFile {
  readonly file: string;
  /** Names file, line and column, as far as they are known. */
  readonly reason: string;
  readonly line?: number;
  readonly column?: number;
}

export interface IntakeHandlers {
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

interface IntakeOptions {
  readonly directory: string;
  /** Whether files stay where they are. */
  readonly leave: boolean;
  /** Seconds that a file may stay incomplete. */
  readonly incomplete: number;
  /** Seconds: an event older than this that waited is stale. */
  readonly stale: number;
}

/** What was read from a file: its event, or what is wrong with it. */
type Examined =
  | (ParsedEvent & { readonly content: FileContent; readonly seen: number; readonly read: number })
  | { readonly error: unknown; readonly stamp: string | undefined };

/** Takes single files: each is sent on, waited for, or refused, and put away afterwards. */
export class FileIntake {
  private readonly states = new Map<string, FileState>();
  /** Files are put away one after the other, beside the taking of others. */
  private readonly puttingAway = new Limiter(1);

  constructor(
    private readonly options: IntakeOptions,
    private readonly claims: Claims,
    private readonly disk: Disk,
    private readonly handlers: IntakeHandlers,
    private readonly clock: Clock,
    /** Takes names that are to be looked at again. */
    private readonly pending: PendingNames,
  ) {}

  async open(): Promise<void> {
    await this.claims.open();
  }

  /**
   * Frees what watchers that died had taken and not finished.
   * @returns the names of the files, for `look`: they have waited
   */
  freeAbandoned(): Promise<string[]> {
    return this.claims.freeAbandoned();
  }

  /** Puts away what was handled and frees the rest. */
  async close(): Promise<void> {
    const cancelTimers = () => {
      for (const state of this.states.values()) if ('cancel' in state) state.cancel();
    };
    cancelTimers();
    await this.puttingAway.run(() => Promise.resolve());
    // What was put away last may have begun to rest.
    cancelTimers();
    await this.claims.close();
  }

  /** When the event of a waiting file happened, Unix seconds; now, when the file does not say. */
  async timeOf(name: string): Promise<number> {
    const file = await this.examine(name, true);
    // `look` says what is wrong with it.
    return 'error' in file ? this.clock.now() : file.event.ts;
  }

  /**
   * Takes a file if it is an event, waits if it may become one, refuses it otherwise.
   * @param waited whether it was there before the watch began
   * @throws V2xError `directory` when the file system does not answer
   */
  async look(name: string, { waited }: { readonly waited: boolean }): Promise<void> {
    if (!isEventName(name) || (await this.isAsBefore(name))) return;
    const file = await this.examine(name, waited);
    if ('error' in file) await this.cannotTake(name, file.error, file.stamp);
    else {
      try {
        await this.take(name, file, waited);
      } catch (error) {
        await this.cannotTake(name, error, file.content.stamp);
      }
    }
  }

  /** Whether there is nothing new to see: it is left, refused or resting, and did not change. */
  private async isAsBefore(name: string): Promise<boolean> {
    const state = this.states.get(name);
    if (!state || !('stamp' in state || state.is === 'resting')) return false;
    return state.stamp === undefined || state.stamp === (await this.stampOf(name));
  }

  private async examine(name: string, waited: boolean): Promise<Examined> {
    let content: FileContent | undefined;
    const seen = this.clock.monotonic();
    try {
      content = await this.disk.read(this.pathOf(name));
      const read = this.clock.monotonic();
      const { bytes, modified } = content;
      const before = this.givenBack(name);
      const arrival = before?.modified === modified ? before.ts : undefined;
      const parsed = parseEvent(bytes, {
        file: name,
        id: eventIdOf(name, modified, bytes),
        ts: arrival ?? arrivalOf(modified, this.clock.now(), waited || before !== undefined),
        written: modified,
      });
      return { ...parsed, content, seen, read };
    } catch (error) {
      return { error: content ? error : inFile(name, error), stamp: content?.stamp };
    }
  }

  /** Nothing happens when another watcher was faster or the file changed meanwhile. */
  private async take(
    name: string,
    { event, notes, content, seen, read }: Exclude<Examined, { readonly error: unknown }>,
    waited: boolean,
  ): Promise<void> {
    const before = this.givenBack(name);
    const claim = await this.claims.claim(name, content.bytes);
    this.forget(name);
    // What another watcher has it may still give back.
    if (claim === undefined) return;
    if (this.options.leave) this.states.set(name, { is: 'left', stamp: content.stamp });
    if (claim === 'done') return;
    if (!(await this.holds(claim.path, content.bytes))) {
      // Its writer went on, or replaced it, between reading and claiming.
      await claim.release();
      this.pending.add(name);
      return;
    }
    const claimed = this.clock.monotonic();
    const taken = this.clock.now();
    const stale = (waited || before !== undefined) && taken - event.ts > this.options.stale;
    const given = { times: (before?.times ?? 0) + 1, modified: content.modified, ts: event.ts };
    this.handlers.taken(
      { event, file: name, taken, stale, notes, times: { modified: content.modified, seen, read, claimed } },
      () => {
        this.putAway(() => claim.finish());
      },
      () => {
        this.putAway(() => this.giveBack(name, claim, given));
      },
    );
  }

  private putAway(step: () => Promise<void>): void {
    this.puttingAway.run(step).catch((error: unknown) => {
      this.handlers.failed(error);
    });
  }

  /** Leaves a file to other watchers for a while. */
  private async giveBack(name: string, claim: Claim, before: GivenBack): Promise<void> {
    if (before.times > GIVE_BACKS) {
      await claim.finish();
      throw unhandledError(name);
    }
    const seconds = backoffLimit(REST, before.times);
    const cancel = this.clock.after(seconds, () => {
      this.states.set(name, { is: 'returned', before });
      this.pending.add(name);
    });
    this.forget(name);
    const resting: FileState = { is: 'resting', cancel, before };
    this.states.set(name, resting);
    await claim.release();
    const stamp = await this.stampOf(name);
    if (this.states.get(name) === resting) this.states.set(name, { ...resting, stamp });
  }

  private givenBack(name: string): GivenBack | undefined {
    const state = this.states.get(name);
    return state && 'before' in state ? state.before : undefined;
  }

  private async cannotTake(name: string, error: unknown, stamp: string | undefined): Promise<void> {
    const code = codeOf(error);
    // The file system does not answer: that is nothing about the file.
    if (code === 'directory') throw error;
    if (code === 'ENOENT') {
      this.forget(name);
      return;
    }
    const state = this.states.get(name)?.is;
    // Of all failures only `event` is final: permissions may still be set, and a lack of file handles passes.
    if (code !== 'event' && state !== 'overdue' && state !== 'refused') this.waitFor(name);
    else {
      const reason = error instanceof V2xError ? error : untakable(this.pathOf(name), error);
      await this.refuse(name, reason, stamp ?? (await this.stampOf(name)));
    }
  }

  /** Gives a file some time to become whole or readable; each of its changes is looked at in between. */
  private waitFor(name: string): void {
    if (this.states.get(name)?.is === 'growing') return;
    const cancel = this.clock.after(this.options.incomplete, () => {
      this.states.set(name, { is: 'overdue' });
      this.pending.add(name);
    });
    this.forget(name);
    this.states.set(name, { is: 'growing', cancel });
  }

  private forget(name: string): void {
    const state = this.states.get(name);
    if (state && 'cancel' in state) state.cancel();
    this.states.delete(name);
  }

  private async refuse(name: string, error: V2xError, stamp: string): Promise<void> {
    const earlier = this.states.get(name);
    this.forget(name);
    const before = earlier?.is === 'refused' ? earlier : undefined;
    const refused = await this.reject(name, error, stamp);
    if (!refused) return;
    this.states.set(name, refused);
    this.settleOldest();
    // A writer that goes on is not reported at each of its steps.
    const known = before ? error.code !== 'event' || before.reason === refused.reason : !refused.first;
    if (known) return;
    this.handlers.refused({
      file: name,
      reason: refused.reason,
      ...(error instanceof LocatedError ? error.position : {}),
    });
  }

  /** @returns undefined when the file is gone */
  private async reject(
    name: string,
    error: V2xError,
    stamp: string,
  ): Promise<(Refused & { readonly first: boolean }) | undefined> {
    const [is, reason, cancel] = ['refused', messageOf(error), () => undefined] as const;
    try {
      const rejection = await this.claims.reject(name, stamp);
      if (!rejection) return undefined;
      const lingers = rejection.settle !== undefined;
      const end = lingers ? this.clock.after(LINGER_SECONDS, this.settle.bind(this, name)) : cancel;
      return { is, stamp, reason, rejection, cancel: end, first: rejection.first };
    } catch (failure) {
      if (codeOf(failure) === 'directory') throw failure;
      // A directory, or a file that others own in a sticky directory.
      const stays = `${reason}; it stays where it is (${messageOf(failure)})`;
      return { is, stamp, reason: stays, cancel, first: true };
    }
  }

  /** Takes a refused file out of the directory, unless its writer went on just now. */
  private settle(name: string): void {
    this.putAway(async () => {
      const state = this.states.get(name);
      if (state?.is !== 'refused') return;
      if (state.stamp !== (await this.stampOf(name))) {
        this.pending.add(name);
        return;
      }
      this.forget(name);
      await state.rejection?.settle?.();
    });
  }

  private settleOldest(): void {
    const lingering = [...this.states].flatMap(([name, state]) =>
      state.is === 'refused' && state.rejection?.settle ? name : [],
    );
    const [oldest] = lingering;
    if (oldest !== undefined && lingering.length > MOST_LINGERING) this.settle(oldest);
  }

  private async holds(path: string, bytes: Uint8Array): Promise<boolean> {
    try {
      return (await this.disk.read(path)).bytes.equals(bytes);
    } catch (error) {
      if (codeOf(error) === 'directory') throw error;
      // It was replaced; the next look shows by what.
      return false;
    }
  }

  private stampOf(name: string): Promise<string> {
    return this.disk.run(() => lstat(this.pathOf(name)).then(stampOf, () => 'gone'));
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

function unhandledError(name: string): V2xError {
  const text = `The event in ${name} could not be handled because a downstream node is not working; see the error of that node`;
  return new V2xError('unhandled', text, { file: name });
}

function untakable(path: string, cause: unknown): V2xError {
  const user = currentUser();
  const reason = `user ${user} cannot move it (${messageOf(cause)}); run: sudo chown ${user} ${shellQuoted(path)}`;
  return inFile(basename(path), new V2xError('event', reason, { user }, { cause }));
}
