import { join } from 'node:path';
import { Limiter } from '../../async/limiter';
import { ensureWritableDirectory } from '../../disk/files';
import { messageOf, V2xError } from '../../errors';
import {
  digestOf,
  requestsWith,
  standingOf,
  timesOf,
  versionOf,
  type Action,
  type Request,
  type Timing,
  type Version,
} from '../action';
import { ActionLog } from './action-log';
import { SequenceNumbers } from './sequence';

/** The most ids that an error lists. */
const MOST_IDS = 3;

interface Issued {
  readonly action: Action;
  /** `again`: the event was taken twice, and this is the version that it led to; `superseded`: so it was, but that is history. */
  readonly version: Version | 'again' | 'superseded';
  /** Why the version could not be written to disk. The warning goes out all the same: lives depend on it. */
  readonly unsaved?: V2xError;
}

/**
 * A station's actions: allocates action ids, finds them again for updates and cancels, also after a restart,
 * and forgets them when their validity has ended.
 */
export class ActionRegistry {
  private readonly byEvent = new Map<string, Action>();
  private readonly bySequence = new Map<number, Action>();
  private compactionFailure: unknown;
  private closed = false;
  /** One request after the other, in the order they came. */
  private readonly requests = new Limiter(1);

  private constructor(
    private readonly station: number,
    private readonly numbers: SequenceNumbers,
    private readonly log: ActionLog,
  ) {}

  /**
   * Reads a station's actions from a directory, which is made if it is missing.
   * @param station 32-bit station id
   * @param now Unix seconds
   * @throws V2xError `directory` or `state`; the system's error when a file cannot be read or written
   */
  static async open(directory: string, station: number, now: number): Promise<ActionRegistry> {
    await ensureWritableDirectory(directory, 'alert state');
    const base = join(directory, `station-${station}`);
    const numbers = await SequenceNumbers.open(`${base}.json`);
    const registry = new ActionRegistry(station, numbers, new ActionLog(`${base}.jsonl`, station));
    for (const action of await registry.log.read()) registry.remember(action);
    await registry.compact(now);
    return registry;
  }

  /**
   * Makes the next version of an event's action, or gives the one that the very same request led to before. Its
   * action id is persisted before the promise resolves.
   * @throws V2xError `never-sent`, `cancelled`, `expired`, `sequence`, or `closed`; the system's error when no
   *   sequence number can be reserved
   */
  async issue(request: Request, timing: Timing): Promise<Issued> {
    if (this.closed) throw closedError(request);
    return this.requests.run(() => this.issueNow(request, timing));
  }

  /** Ends what is under way; nothing is issued afterwards, since another may have the station then. */
  async close(): Promise<void> {
    this.closed = true;
    await this.requests.run(() => this.numbers.close());
    await this.log.settled();
  }

  private async issueNow(request: Request, timing: Timing): Promise<Issued> {
    const found = this.byEvent.get(request.id);
    const valid = found && found.until > timing.now ? found : undefined;
    const digest = digestOf(request);
    const standing = standingOf(digest, valid);
    if (valid && standing) return { action: valid, version: standing };
    const version = versionOf(request, valid, () => this.idsLike(request.id, timing.now));
    const known = version === 'new' ? undefined : valid;
    const times = timesOf(request, known, timing);
    const sequence = known?.sequence ?? (await this.allocate(timing.now));
    const requests = requestsWith(digest, valid);
    const action = { eventId: request.id, station: this.station, sequence, requests, ...times };
    this.remember(action);
    const unsaved = this.save(action, timing.now);
    return unsaved ? { action, version, unsaved } : { action, version };
  }

  /** Ids of warnings that stand and begin with a text: an id that follows from a file's name is longer than the name. */
  private idsLike(start: string, now: number): string[] {
    return [...this.byEvent.values()]
      .filter(({ eventId, status, until }) => status === 'active' && until > now && eventId.startsWith(start))
      .map(({ eventId }) => eventId)
      .slice(-MOST_IDS);
  }

  private allocate(now: number): Promise<number> {
    return this.numbers.take((sequence) => (this.bySequence.get(sequence)?.until ?? 0) > now);
  }

  /** @returns why the action could not be written to disk */
  private save(action: Action, now: number): V2xError | undefined {
    let failure = this.compactionFailure;
    try {
      this.log.append(action);
    } catch (error) {
      failure = error;
    }
    if (this.log.grown) this.compactBeside(now);
    return failure === undefined ? undefined : unsavedError(action, failure);
  }

  private remember(action: Action): void {
    this.byEvent.set(action.eventId, action);
    this.bySequence.set(action.sequence, action);
  }

  /** Runs beside the alerts, so none of them waits for the disk; the next alert reports a failure. */
  private compactBeside(now: number): void {
    this.compact(now).catch((error: unknown) => {
      this.compactionFailure = error;
    });
  }

  private async compact(now: number): Promise<void> {
    forgetExpired(this.byEvent, now);
    forgetExpired(this.bySequence, now);
    await this.log.rewrite([...this.byEvent.values()]);
    this.compactionFailure = undefined;
  }
}

function closedError({ id }: Request): V2xError {
  return new V2xError(
    'closed',
    `Event "${id}" arrived while its station was closing and is not sent as an alert`,
    { id },
    { remedy: 'event-dir-in will read its file again; other nodes must send it again', retry: 'later' },
  );
}

function unsavedError({ eventId }: Action, cause: unknown): V2xError {
  return new V2xError(
    'unsaved',
    `The alert of event "${eventId}" is sent, but after a restart an update or cancel may not find it: ${messageOf(cause)}`,
    { eventId },
    { remedy: 'check the disk and its free space', cause },
  );
}

function forgetExpired<Key>(actions: Map<Key, Action>, now: number): void {
  for (const [key, action] of actions) if (action.until <= now) actions.delete(key);
}
