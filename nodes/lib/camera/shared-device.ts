import { access, constants } from 'node:fs/promises';
import { codeOf, V2xError } from '../errors';
import type { CameraInput } from './input';
import type { Output } from '../ffmpeg/command';
import { newRelay } from './relay';
import { addressFor, displayAddress, type CameraSource } from './source';

/** Runs an ffmpeg that records a camera and serves these outputs too. */
type Recording = (outputs: readonly Output[]) => Promise<void>;
/** Runs an ffmpeg that reads pictures from this input, until the signal is aborted. */
type Reading = (input: CameraInput, signal: AbortSignal) => Promise<void>;

/**
 * A device that one program at a time can open, and how a recorder and detectors of this process share it: who records
 * it has it and sends a relay, which the detectors read. While nobody records it, a detector opens it itself.
 * Recording comes first: it takes the device from a detector.
 */
export class SharedDevice {
  private readonly relay = newRelay();
  private recorded = false;
  /** Aborted when the device changes hands. */
  private change = new AbortController();
  private readonly readings = new Set<Promise<void>>();

  constructor(private readonly address: string) {}

  /**
   * Lets a recorder work as soon as detectors have closed the device.
   * @throws V2xError `camera` when it is being recorded already; what the recorder throws
   */
  async record(recording: Recording): Promise<void> {
    if (this.recorded) {
      throw new V2xError(
        'camera',
        `Cannot record ${this.address}: another node of this Node-RED is recording it`,
        {
          address: this.address,
        },
      );
    }
    this.hand(true);
    try {
      // They end at once or are killed within seconds; whatever started them reports how they ended.
      await Promise.allSettled(this.readings);
      await recording([this.relay.output]);
    } finally {
      this.hand(false);
    }
  }

  /**
   * Lets a detector work until `signal` is aborted or it ends by itself, and restarts it whenever the device changes hands.
   * @param own what opens the device itself
   */
  async read(own: CameraInput, reading: Reading, signal: AbortSignal): Promise<void> {
    for (;;) {
      const changed = this.change.signal;
      const input = this.recorded ? this.relay.input : own;
      const work = reading(input, AbortSignal.any([signal, changed]));
      this.readings.add(work);
      try {
        await work;
      } finally {
        this.readings.delete(work);
      }
      if (signal.aborted || !changed.aborted) return;
    }
  }

  private hand(toRecorder: boolean): void {
    this.recorded = toRecorder;
    const before = this.change;
    this.change = new AbortController();
    before.abort();
  }
}

/** One object for each device: its address is what counts, not the node that names it. */
const devices = new Map<string, SharedDevice>();

/** @returns undefined for what any number of programs can open */
function sharedDevice({ kind }: CameraSource, address: string): SharedDevice | undefined {
  if (kind !== 'v4l2') return undefined;
  const device = devices.get(address) ?? new SharedDevice(address);
  devices.set(address, device);
  return device;
}

/**
 * ffmpeg only gets films that are there: it repeats a path that it cannot open, and what was meant as a URL with a
 * password, but is misspelt, is taken for a path.
 */
async function checkFilm({ kind, ...source }: CameraSource, address: string): Promise<void> {
  if (kind !== 'file') return;
  try {
    await access(address, constants.R_OK);
  } catch (error) {
    const reason = `there is no readable file (${codeOf(error) ?? 'unknown'}); a camera URL starts with rtsp://`;
    const camera = displayAddress({ ...source, kind, address });
    throw new V2xError('camera', `Cannot open ${camera}: ${reason}`, { camera, reason });
  }
}

/**
 * Lets a recorder open a camera, see `SharedDevice.record`.
 * @throws V2xError `camera` when another recorder has it, or a film is not there; what the recorder throws
 */
export async function recordCamera(source: CameraSource, recording: Recording): Promise<void> {
  await checkFilm(source, source.address);
  const device = sharedDevice(source, source.address);
  await (device ? device.record(recording) : recording([]));
}

/**
 * Lets a detector open a camera, or what its recorder relays, see `SharedDevice.read`.
 * @param own what opens the camera itself
 * @throws V2xError `camera` when a film is not there; what the detector throws
 */
export async function readCamera(
  source: CameraSource,
  own: CameraInput,
  reading: Reading,
  signal: AbortSignal,
): Promise<void> {
  await checkFilm(source, addressFor(source, true));
  const device = sharedDevice(source, addressFor(source, true));
  await (device ? device.read(own, reading, signal) : reading(own, signal));
}
