import type { CancelTimer } from '../../time/clock';
import type { Rejection } from './claim/claim';

/** What is known of a file under a name of the events directory, until it changes; absent: nothing yet. */
export type FileState = Growing | Overdue | Left | Refused | Resting | Returned;

/** Not whole or not readable yet. */
interface Growing {
  readonly is: 'growing';
  /** Cancels the end of its time. */
  readonly cancel: CancelTimer;
}

/** Its time to become whole is over: what is wrong with it now is final. */
interface Overdue {
  readonly is: 'overdue';
}

/** It stays where it is, and its event was taken in this state. */
interface Left {
  readonly is: 'left';
  readonly stamp: string;
}

/** It is no event in this state; its writer may go on. */
export interface Refused {
  readonly is: 'refused';
  readonly stamp: string;
  readonly reason: string;
  /** Absent when it could not be moved. */
  readonly rejection?: Rejection;
  /** Cancels its removal from the events directory. */
  readonly cancel: CancelTimer;
}

/** Given back, and left to other watchers for a while. */
interface Resting {
  readonly is: 'resting';
  /** Its state once it is back. */
  readonly stamp?: string;
  readonly cancel: CancelTimer;
  readonly before: GivenBack;
}

/** Given back, and to be taken again. */
interface Returned {
  readonly is: 'returned';
  readonly before: GivenBack;
}

/** How an event was taken before: taken again, it says the same. */
export interface GivenBack {
  /** How often it was given back. */
  readonly times: number;
  /** When the file was last written, Unix seconds. */
  readonly modified: number;
  /** Time of the event, Unix seconds. */
  readonly ts: number;
}
