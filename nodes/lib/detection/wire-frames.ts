import type { Clock } from '../time/clock';
import { Limiter } from '../async/limiter';
import { decodeImage } from './frames/decode-image';
import { arrival, type Detection, type Detector } from './detector';
import type { Size } from './frames/frame';
import { wireFrame } from './frames/wire-frame';

/** Frames that may wait for their turn; what comes on top of that is dropped. */
const MAX_WAITING = 4;

/** Frames that come in messages: analysed one after the other in the order they came, however long decoding takes. */
export class WireFrames {
  private waiting = 0;
  private readonly turns = new Limiter(1);

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
    this.waiting += 1;
    try {
      return await this.turns.run(async () => this.detector.analyse(await this.decoded(picture), arrived));
    } finally {
      this.waiting -= 1;
    }
  }

  private async decoded(picture: ReturnType<typeof wireFrame>) {
    if (!('format' in picture)) return picture;
    return { ...(await decodeImage(picture, this.size, this.options)), channels: 3 as const };
  }
}
