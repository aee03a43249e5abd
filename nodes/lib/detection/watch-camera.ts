import type { Clock } from '../time/clock';
import type { CameraSource } from '../camera/source';
import { readCameraFrames } from './frames/camera-frames';
import { arrival, type Detection, type Detector } from './detector';
import type { Frame, Size } from './frames/frame';

/** One frame at the engine and one that waits: more would only be late. */
const MAX_PENDING = 2;

interface WatchOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly size: Size;
  readonly fps: number;
  readonly onDetection: (detection: Detection) => void;
}

/**
 * Analyses the frames of a camera until `signal` is aborted.
 * @throws V2xError `camera` when it gives no pictures, `worker` when the worker died, `ffmpeg` without ffmpeg
 */
export async function watchCamera(
  source: CameraSource,
  detector: Detector,
  { clock, signal, size, fps, onDetection }: WatchOptions,
): Promise<void> {
  const broken = new AbortController();
  const stop = AbortSignal.any([signal, broken.signal]);
  const analyse = async (frame: Frame) => {
    try {
      const detection = await detector.analyse({ ...frame, channels: 3 }, arrival(clock));
      if (!stop.aborted) onDetection(detection);
    } catch (error) {
      broken.abort(error);
    }
  };
  const wanted = () => {
    // A stream that was stopped may still run while the next one is analysed.
    if (stop.aborted) return false;
    const free = detector.pending < MAX_PENDING;
    if (!free) detector.drop();
    return free;
  };
  try {
    await readCameraFrames(source, {
      clock,
      signal: stop,
      size,
      fps,
      wanted,
      onFrame: (frame) => void analyse(frame),
    });
  } finally {
    await detector.end();
  }
  if (!signal.aborted) broken.signal.throwIfAborted();
}
