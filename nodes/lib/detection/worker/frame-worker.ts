import { fromPlain, V2xError, type PlainError } from '../../errors';
import type { Area } from '../areas';
import type { Counts } from '../engine/engine';
import { startHost, type EngineHost } from './engine-host';
import type { EngineChoice } from '../engine/engines';
import type { RawFrame } from '../frames/frame';
import type { RuleSettings } from '../rules/rule-sets';
import type { Verdict } from '../rules/rules';

/** What the engine's thread, or process, is told when it starts. */
export interface ThreadSettings {
  readonly engine: EngineChoice;
  /** What is looked at; all when there are none. */
  readonly areas?: readonly Area[];
  readonly rules: RuleSettings;
}

/** A frame as the thread gets it. */
export interface TimedFrame extends RawFrame {
  /** When it came, in seconds of a clock that never steps. */
  readonly time: number;
  /** Whether the rules start afresh with it. */
  readonly afresh: boolean;
}

/** What the thread makes of one frame. */
export interface Sight {
  /** Name of the engine that counted. */
  readonly engine: string;
  readonly counts: Counts;
  readonly verdict: Verdict;
}

/** What the thread answers to a frame when it has no engine to look at it with. */
export interface Failure {
  readonly failure: PlainError;
}

/**
 * Looks at frames and judges them in a thread of its own, so that neither holds anybody up. The thread starts with the
 * first frame; when it dies, the frames it had are rejected and the next one starts another, with rules afresh.
 */
export class FrameWorker {
  private thread: Thread | undefined;
  private afresh = false;

  constructor(
    private readonly settings: ThreadSettings,
    private readonly startThread: (settings: ThreadSettings) => EngineHost = startHost,
  ) {}

  /** Frames that were not looked at yet. */
  get pending(): number {
    return this.thread?.pending ?? 0;
  }

  /**
   * Looks at one frame; frames are taken in order.
   * @param frame its data is handed over to the thread and gone from this one
   * @param time when it came, in seconds of a clock that never steps
   * @throws V2xError `worker` when the thread died, `engine` when its engine cannot be loaded
   */
  look(frame: RawFrame, time: number): Promise<Sight> {
    if (!this.thread || this.thread.dead) this.thread = new Thread(this.startThread(this.settings));
    const { afresh } = this;
    this.afresh = false;
    return this.thread.look({ ...frame, time, afresh });
  }

  /** Lets the rules start afresh with the next frame. */
  rearm(): void {
    this.afresh = true;
  }

  /** Finishes what is pending and ends the thread. A frame that comes later is the first of a new stream. */
  async end(): Promise<void> {
    const ending = this.thread;
    this.thread = undefined;
    await ending?.end();
  }
}

interface Waiting {
  readonly resolve: (sight: Sight) => void;
  readonly reject: (error: Error) => void;
}

class Thread {
  dead = false;
  private readonly waiting: Waiting[] = [];
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly host: EngineHost) {
    host.onMessage((message) => {
      this.answer(message as Sight | Failure);
    });
    host.onEnd((reason) => {
      this.die(reason);
    });
  }

  get pending(): number {
    return this.waiting.length;
  }

  look(frame: TimedFrame): Promise<Sight> {
    const seen = new Promise<Sight>((resolve, reject) => {
      this.host.post(frame);
      this.waiting.push({ resolve, reject });
    });
    this.last = seen;
    return seen;
  }

  async end(): Promise<void> {
    await Promise.allSettled([this.last]);
    await this.host.end();
  }

  private answer(message: Sight | Failure): void {
    const asked = this.waiting.shift();
    if (!('failure' in message)) {
      asked?.resolve(message);
      return;
    }
    asked?.reject(fromPlain(message.failure, 'engine'));
  }

  private die(reason: string): void {
    this.dead = true;
    for (const { reject } of this.waiting.splice(0))
      reject(
        new V2xError('worker', `The detector's thread ended (${reason}); it starts again by itself`, {
          reason,
        }),
      );
  }
}
