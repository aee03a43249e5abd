import { createHash } from 'node:crypto';
import type { TimeSpan } from '../plan/footage';

/** What a clip is asked for. It is persisted as JSON, so it holds nothing else. */
export interface ClipRequest {
  /** Names the incident: it gets one clip. Comes from outside, so it never becomes part of a path. */
  readonly id: string;
  /** The moment of the incident, Unix seconds. */
  readonly t0: number;
  /** Seconds before and after T0. */
  readonly pre: number;
  readonly post: number;
  /** Begin and end on the very frame instead of at key frames. */
  readonly exact?: boolean;
  /** The event as it goes into the manifest. */
  readonly event: object;
  /** Handed back with everything that is said about this clip. */
  readonly context?: unknown;
}

/** The window a clip is to show. */
export function windowOf({ t0, pre, post }: ClipRequest): TimeSpan {
  return { from: t0 - pre, to: t0 + post };
}

/** A name for the incident that is safe in file names, the same for the same id. */
export function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 32);
}
