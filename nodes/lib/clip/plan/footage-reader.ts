import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../time/clock';
import { isShortage, messageOf } from '../../errors';
import { findBinary } from '../../ffmpeg/binary';
import type { Segment, SegmentRing } from '../../recording/segment';
import type { Footage, SegmentMedia, TimeSpan } from './footage';
import { inspectMedia } from './inspect';
import { Limiter } from '../../async/limiter';

/** More than enough for several windows at once; one takes about a kilobyte. */
const MAX_REMEMBERED = 2000;
/** Segments that are looked into at a time. */
const AT_A_TIME = 4;

/** Finds out what the segments of a window hold; what it has seen once it remembers, since segments never change. */
export class FootageReader {
  private readonly seen = new Map<string, SegmentMedia>();
  private readonly gate = new Limiter(AT_A_TIME);

  constructor(
    private readonly ring: SegmentRing,
    private readonly clock: Clock,
  ) {}

  /**
   * Reads the closed segments that overlap a window.
   * @returns what can be played, oldest first, and a note for each segment that cannot
   * @throws V2xError `ffmpeg` when there is no ffprobe; the signal's reason when it is aborted; the system's error when
   *   it is short of what reading takes
   */
  async read(span: TimeSpan, signal: AbortSignal): Promise<{ footage: Footage[]; broken: string[] }> {
    await findBinary('ffprobe');
    const segments = await this.ring.window(span.from, span.to);
    const found = await Promise.all(
      segments.map((segment) => this.gate.run(() => this.look(segment, signal))),
    );
    return {
      footage: found.filter((item) => typeof item !== 'string'),
      broken: found.filter((item) => typeof item === 'string'),
    };
  }

  /** @returns a note when it cannot be played */
  private async look(segment: Segment, signal: AbortSignal): Promise<Footage | string> {
    signal.throwIfAborted();
    try {
      return { segment, media: await this.media(segment, signal) };
    } catch (error) {
      signal.throwIfAborted();
      if (isShortage(error)) throw error;
      return `${segment.name} is not playable and is left out: ${messageOf(error)}`;
    }
  }

  private async media(segment: Segment, signal: AbortSignal): Promise<SegmentMedia> {
    const path = join(this.ring.directory, segment.name);
    const { size, mtimeMs } = await stat(path);
    const key = `${segment.name} ${size} ${mtimeMs}`;
    const known = this.seen.get(key);
    if (known) return known;
    const media = await inspectMedia(path, { clock: this.clock, signal });
    for (const oldest of this.seen.keys()) {
      if (this.seen.size < MAX_REMEMBERED) break;
      this.seen.delete(oldest);
    }
    this.seen.set(key, media);
    return media;
  }
}
