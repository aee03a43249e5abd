import type { Soon } from '../disk';

/**
 * How a watcher makes a file of the events directory its own, so that no other watcher takes it too,
 * and what becomes of it afterwards.
 */
export interface Claims {
  /** Makes ready, and frees what is abandoned. */
  open(): Promise<void>;
  /**
   * Frees what watchers that died had taken and not finished.
   * @returns the names of the files
   */
  freeAbandoned(): Promise<string[]>;
  /**
   * Takes a file.
   * @param content the bytes that were read from it
   * @returns undefined when another watcher has it or it is gone; `done` when it was finished before and stays
   */
  claim(name: string, content: Uint8Array): Soon<Claim | 'done' | undefined>;
  /**
   * Marks a file, not claimed, as no event.
   * @param stamp identifies this state of the file, see `stampOf`
   * @returns undefined when it is gone
   * @throws when it cannot be moved and stays where it is
   */
  reject(name: string, stamp: string): Promise<Rejection | undefined>;
  /** Ends; claimed files that are not finished are free again. */
  close(): Promise<void>;
}

/** A file that is this watcher's. */
export interface Claim {
  /** Where it is now. */
  readonly path: string;
  /** Gives it back: it changed meanwhile, or cannot be handled here now. */
  release(): Promise<void>;
  /** Puts it away: its event is in good hands. If it was rejected before, now or by a process that died, no more. */
  finish(): Promise<void>;
}

/** A file that is no event, as far as it is written. */
export interface Rejection {
  /** Whether this watcher is the first one to reject it. */
  readonly first: boolean;
  /** Takes it out of the events directory, once its writer has had time to go on; undefined where it stays. */
  readonly settle?: () => Promise<void>;
}
