/** One closed segment of the ring: a file `seg_<epoch>.mp4` in the store's directory. Times are Unix seconds. */
export interface Segment {
  /** File name, without directory. */
  readonly name: string;
  /** When its first frame was seen. */
  readonly from: number;
  /** When its last frame ended. */
  readonly to: number;
  readonly bytes: number;
  /** The recorder run it belongs to; segments of one run with consecutive numbers are contiguous. Empty if unknown. */
  readonly run: string;
  /** Its number within the run, from 0. */
  readonly number: number;
  /** Whether `from` and `to` were measured while recording; otherwise they are read from names and the file, good to about a second. */
  readonly measured: boolean;
  /** Seconds on the wall clock in a second of the file; absent where the camera's time stamps run at the right rate. */
  readonly rate?: number;
  /** By how many seconds its times may be wrong; absent where they are as good as the recorder promises. */
  readonly timeError?: number;
}

/** What others may do with the ring of segments: find footage, and keep it from being deleted. */
export interface SegmentRing {
  readonly directory: string;
  /** Nominal length of a segment in seconds. */
  readonly segmentSeconds: number;
  /** Closed segments that overlap the window (Unix seconds), oldest first. */
  window(from: number, to: number): Promise<readonly Segment[]>;
  /** Calls back for each segment that closes from now on, whoever records it. @returns what ends that */
  onSegment(listener: (segment: Segment) => void): () => void;
  /**
   * When the segment that is being recorded now begins, in Unix seconds; undefined while nothing is recorded. To the
   * second only when another process records; it may be a few seconds early in the first segment of a run.
   */
  openSince(): number | undefined;
  /** Keeps all footage in the window (Unix seconds) from retention until unpinned; one window per owner. */
  pin(owner: string, from: number, to: number): void;
  unpin(owner: string): void;
}

/** The first second whose digits a segment's name has no room for. */
const END_OF_NAMES = 1e11;

/** Whether a segment may have these times: finite, in order, and such that it can be named after them. */
export function isSpan(from: unknown, to: unknown): boolean {
  return typeof from === 'number' && typeof to === 'number' && from >= 0 && from <= to && to < END_OF_NAMES;
}
