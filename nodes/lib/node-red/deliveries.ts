import { randomUUID } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import type { CancelTimer, Clock } from '../clock';
import type { Message } from './message';

/** A node that is not done after so many seconds (a long delay, or one that forgot to say so) is not waited for. */
const PATIENCE_SECONDS = 60;

interface Followed {
  /** How many nodes have the message, or what others made of it, on its way to them or in hand. */
  pending: number;
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
   * @param done called once, when the flow is done with it
   */
  follow(message: Message, send: (message: Message) => void, done: () => void): void {
    const _msgid = randomUUID();
    const finish = () => {
      cancelTimer();
      this.followed.delete(_msgid);
      done();
    };
    const cancelTimer = this.clock.after(PATIENCE_SECONDS, finish);
    if (this.signal.aborted) cancelTimer();
    else this.followed.set(_msgid, { pending: 1, done: finish, cancelTimer });
    send({ ...message, _msgid });
    this.end({ _msgid });
  }

  private begin({ _msgid = '' }: Message): void {
    const followed = this.followed.get(_msgid);
    if (followed) followed.pending += 1;
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
