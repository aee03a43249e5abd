import type { CameraSource } from '../camera/source';
import type { Clock } from '../time/clock';
import type { SpaceOptions } from './ring/free-space';
import type { Missing } from './run/run-monitor';
import type { Segment } from './segment';

export interface RecorderOptions extends SpaceOptions {
  readonly source: CameraSource;
  readonly clock: Clock;
  /** The first key frame of this attempt has arrived. */
  readonly onRecording: () => void;
  /** Called when something goes missing although the camera sends, and with undefined when nothing is missing any more. */
  readonly onMissing?: (missing: Missing | undefined) => void;
  /** A segment has closed and is listed in the ring. */
  readonly onSegment: (segment: Segment) => void;
}
