import { randomUUID } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import type { CancelTimer, Clock } from '../../time/clock';
import type { Message } from '../message';

/** How many seconds to wait for a node that does not call done (a long delay, or a node that forgets it). */
const PATIENCE_SECONDS = 60;

/** Messages that a node could not process because the node is unavailable, not because the message is bad. */
const unhandled = new WeakSet<object>();

/** Marks a message that a node could not process because the node is unavailable; call it before `done`. */
export function markUnhandled(message: object): void {
  unhandled.add(message);
}

interface Followed {
  /** How many nodes have the message, or what others made of it, on its way to them or in hand. */
  pending: number;
  /** Whether every node could handle it. */
  handled: boolean;
  readonly done: () => void;
  readonly cancelTimer: CancelTimer;
}

interface Receipt {
  readonly msg: Message;
  readonly destination: { readonly node?: object };
}

/**
 * Follows messages through the flow behind a node, with Node-RED's message hooks and message ids. Whatever nodes are
 * wired in between: the flow is done with a message when every node that got it, or what others made of it, says so.
 */
export class Deliveries {
  private readonly followed = new Map<string, Followed>();
  /** Messages that were handed over and not received yet. */
  private readonly travelling = new WeakSet<object>();

  /** @param signal ends the following: from then on nothing is said to be done */
  constructor(
    hooks: NodeAPI['hooks'],
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {
    if (signal.aborted) return;
    const label = `v2x-${randomUUID()}`;
    hooks.add(`preDeliver.${label}`, ({ msg }: Pick<Receipt, 'msg'>) => {
      this.begin(msg);
      this.travelling.add(msg);
    });
    hooks.add(`onReceive.${label}`, ({ msg }: Receipt) => {
      // What comes through link nodes was not handed over before.
      if (!this.travelling.delete(msg)) this.begin(msg);
    });
    hooks.add(`postReceive.${label}`, ({ msg, destination: { node } }: Receipt) => {
      if (node && !saysWhenDone(node)) this.end(msg);
    });
    hooks.add(`onComplete.${label}`, ({ msg }: Pick<Receipt, 'msg'>) => {
      if (unhandled.has(msg)) this.fail(msg);
      this.end(msg);
    });
    signal.addEventListener('abort', () => {
      hooks.remove(`*.${label}`);
      for (const { cancelTimer } of this.followed.values()) cancelTimer();
      this.followed.clear();
    });
  }

  /**
   * Follows a message.
   * @param send sends what it is given
   * @param done called once, when the flow is done with it; `handled` is false when a node of this package could not
   *   handle it because the node does not work now
   */
  follow(message: Message, send: (message: Message) => void, done: (handled: boolean) => void): void {
    const _msgid = randomUUID();
    const finish = () => {
      cancelTimer();
      const handled = this.followed.get(_msgid)?.handled ?? true;
      this.followed.delete(_msgid);
      done(handled);
    };
    const cancelTimer = this.clock.after(PATIENCE_SECONDS, finish);
    if (this.signal.aborted) cancelTimer();
    else this.followed.set(_msgid, { pending: 1, handled: true, done: finish, cancelTimer });
    send({ ...message, _msgid });
    this.end({ _msgid });
  }

  private begin({ _msgid = '' }: Message): void {
    const followed = this.followed.get(_msgid);
    if (followed) followed.pending += 1;
  }

  private fail({ _msgid = '' }: Message): void {
    const followed = this.followed.get(_msgid);
    if (followed) followed.handled = false;
  }

  private end({ _msgid = '' }: Message): void {
    const followed = this.followed.get(_msgid);
    if (!followed) return;
    followed.pending -= 1;
    if (followed.pending === 0) followed.done();
  }
}

/** Nodes written for Node-RED before 1.0 do not call `done`: they are done when their handler returns. */
function saysWhenDone(node: object): boolean {
  return !('_expectedDoneCount' in node && node._expectedDoneCount === 0);
}
