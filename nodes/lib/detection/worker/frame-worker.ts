import { fromPlain, V2xError } from '../../errors';
import { startHost, type EngineHost } from './engine-host';
import type { Failure, FrameRequest, FrameResult, WorkerSettings } from './protocol';

interface Waiting {
  readonly resolve: (result: FrameResult) => void;
  readonly reject: (error: Error) => void;
}

/** A worker that runs, the frames that it has not answered, and the latest of their answers. */
interface Running {
  readonly host: EngineHost;
  readonly waiting: Waiting[];
  latest: Promise<unknown>;
}

/**
 * Analyses frames in a thread or a process of its own, so that nothing else waits for it. The worker starts with the
 * first frame; when it dies, the frames it had are rejected and the next one starts another, with rules afresh.
 */
export class FrameWorker {
  private running: Running | undefined;

  constructor(
    private readonly settings: WorkerSettings,
    private readonly startWorker: (settings: WorkerSettings) => EngineHost = startHost,
  ) {}

  /** Number of frames without an answer. */
  get pending(): number {
    return this.running?.waiting.length ?? 0;
  }

  /**
   * Analyses one frame; frames are taken in order.
   * @param request its data is handed over to the worker and gone from this one
   * @throws V2xError `worker` when the worker died, `engine` when its engine cannot be loaded
   */
  analyse(request: FrameRequest): Promise<FrameResult> {
    const running = (this.running ??= this.start());
    const answer = new Promise<FrameResult>((resolve, reject) => {
      running.host.post(request);
      running.waiting.push({ resolve, reject });
    });
    running.latest = answer;
    return answer;
  }

  /** Finishes what is pending and ends the worker. A frame that comes later is the first of a new stream. */
  async end(): Promise<void> {
    const ending = this.running;
    this.running = undefined;
    if (!ending) return;
    await Promise.allSettled([ending.latest]);
    await ending.host.end();
  }

  private start(): Running {
    const running: Running = {
      host: this.startWorker(this.settings),
      waiting: [],
      latest: Promise.resolve(),
    };
    running.host.onMessage((message) => {
      settle(running.waiting.shift(), message as FrameResult | Failure);
    });
    running.host.onEnd((reason) => {
      if (this.running === running) this.running = undefined;
      for (const { reject } of running.waiting.splice(0)) reject(died(reason));
    });
    return running;
  }
}

function settle(waiting: Waiting | undefined, message: FrameResult | Failure): void {
  if (!('failure' in message)) {
    waiting?.resolve(message);
    return;
  }
  waiting?.reject(fromPlain(message.failure, 'engine'));
}

function died(reason: string): V2xError {
  return new V2xError(
    'worker',
    `The detector's thread ended (${reason})`,
    {
      reason,
    },
    { remedy: 'it restarts automatically' },
  );
}
