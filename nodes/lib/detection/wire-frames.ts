import type { Clock } from '../time/clock';
import { decodeImage } from './frames/decode-image';
import { arrival, type Detection, type Detector } from './detector';
import type { Size } from './frames/frame';
import { wireFrame } from './frames/wire-frame';

/** Frames that may wait for their turn; what comes on top of that is dropped. */
const MAX_WAITING = 4;

/** Frames that come in messages: analysed one after the other in the order they came, however long decoding takes. */
export class WireFrames {
  private waiting = 0;
  private last: Promise<unknown> = Promise.resolve();

  /** @param size what image files are scaled to; raw frames are analysed as they are */
  constructor(
    private readonly detector: Detector,
    private readonly size: Size,
    private readonly options: { readonly clock: Clock; readonly signal: AbortSignal },
  ) {}

  /**
   * Analyses a frame, or drops it if too many are waiting.
   * @param payload see `wireFrame`
   * @throws V2xError `frame` when it is not a frame, `worker` when the worker died
   */
  async take(payload: unknown): Promise<Detection> {
    const arrived = arrival(this.options.clock);
    if (this.waiting >= MAX_WAITING) {
      this.detector.drop();
      return { events: [] };
    }
    const picture = wireFrame(payload);
    return this.inTurn(async () => {
      const frame =
        'format' in picture
          ? { ...(await decodeImage(picture, this.size, this.options)), channels: 3 as const }
          : picture;
      return this.detector.analyse(frame, arrived);
    });
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.waiting += 1;
    const turn = this.last.then(work);
    this.last = Promise.allSettled([turn]);
    try {
      return await turn;
    } finally {
      this.waiting -= 1;
    }
  }
}
