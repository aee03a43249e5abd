import type { SegmentRing } from '../../recording/segment';
import { sleep, type Clock } from '../../time/clock';
import { readinessOf, type Readiness } from './readiness';
import { windowOf, type ClipRequest } from './request';

/** Seconds after which a waiting job asks again, whatever the ring reports. */
const LOOK_SECONDS = 1;
/** Seconds before the window whose segments show how long segments get. */
const HISTORY_SECONDS = 600;

/** What a job does while it waits. */
export interface WaitHooks {
  /** Called at least once a second; `left`: seconds until the window has passed. */
  readonly onWaiting: (left: number) => void;
  /** Called at first, and again after each segment that closed. */
  readonly onNews: () => Promise<void>;
}

/** Watches a ring for jobs that wait until their footage has been recorded. */
export class FootageWatch {
  /** When the recording last showed life, or the wait for it began: Unix seconds. */
  private lastLife: number;
  /** Ends the watch; to be called once. */
  readonly close: () => void;

  constructor(
    private readonly ring: SegmentRing,
    private readonly clock: Clock,
  ) {
    this.lastLife = clock.now();
    this.close = ring.onSegment(() => (this.lastLife = clock.now()));
  }

  /** Gives a recorder time from now on to bring what it left behind. */
  restart(): void {
    this.lastLife = this.clock.now();
  }

  /** Waits until all footage of a window up to a moment (Unix seconds) is there, or none can come. */
  async wait(
    request: ClipRequest,
    moment: number,
    { onWaiting, onNews }: WaitHooks,
    signal: AbortSignal,
  ): Promise<void> {
    const { ring, clock } = this;
    const end = windowOf(request).to;
    let isNew = true;
    let news = new AbortController();
    const unsubscribe = ring.onSegment(() => {
      isNew = true;
      news.abort();
    });
    try {
      while (!signal.aborted) {
        const readiness = await this.readiness(request, moment);
        if (readiness.kind !== 'wait') return;
        onWaiting(Math.max(0, Math.ceil(end - clock.now())));
        if (isNew) {
          isNew = false;
          await onNews();
        }
        const pause = Math.min(LOOK_SECONDS, readiness.until - clock.now());
        await sleep(clock, pause, AbortSignal.any([news.signal, signal]));
        if (news.signal.aborted) news = new AbortController();
      }
    } finally {
      unsubscribe();
    }
  }

  /** Whether a window can be cut up to a moment (Unix seconds). */
  async readiness(request: ClipRequest, moment: number): Promise<Readiness> {
    const { ring, clock } = this;
    const { from } = windowOf(request);
    const segments = await ring.window(from - HISTORY_SECONDS, Infinity);
    const openSince = ring.openSince();
    if (openSince !== undefined) this.lastLife = clock.now();
    const { segmentSeconds } = ring;
    const recording = { segments, openSince, lastLife: this.lastLife, segmentSeconds };
    return readinessOf({ from, to: moment }, recording, clock.now());
  }
}
