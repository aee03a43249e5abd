import { Detector, type Detection } from '../lib/detection/detector';
import { encodeJpeg } from '../lib/detection/frames/encode-image';
import type { RawFrame } from '../lib/detection/frames/frame';
import type { CameraFault } from '../lib/detection/rules/rules';
import { watchCamera } from '../lib/detection/watch-camera';
import { isJpeg } from '../lib/detection/frames/wire-frame';
import { WireFrames } from '../lib/detection/wire-frames';
import { messageOf, V2xError } from '../lib/errors';
import { displayAddress, type CameraSource } from '../lib/camera/source';
import { defineNode } from '../lib/node-red/define-node';
import type { FlowNode } from '../lib/node-red/flow-node';
import type { Message } from '../lib/node-red/message';
import { detectorSettings, type Config, type DetectorSettings } from './detector-settings';

const REPORT_SECONDS = 1;

/** Watches a camera, or frames from the wire, for fire and for traffic that came to a stop. */
export default defineNode<Config>({
  type: 'simple-detector',
  async setup(node) {
    const { camera } = node.config;
    const source = camera === undefined ? undefined : await node.use<CameraSource>(camera, 'v2x-camera');
    const watch = new Watch(node, detectorSettings(node.config), source);
    watch.start();
    watch.keepReporting();
    return { input: (message) => watch.take(message) };
  },
});

/** The detector of one node, on or off. */
class Watch {
  private readonly detector: Detector;
  private readonly wire: WireFrames;
  /** While it is on: ends what was started. */
  private running: AbortController | undefined;

  constructor(
    private readonly node: FlowNode<Config>,
    private readonly settings: DetectorSettings,
    private readonly source: CameraSource | undefined,
  ) {
    this.detector = new Detector({
      clock: node.clock,
      camera: source && cameraName(source),
      worker: settings.worker,
      keepFrames: settings.withFrame,
    });
    this.wire = new WireFrames(this.detector, settings.size, node);
    node.onClose(() => this.detector.end());
  }

  /** A control word, or a frame. */
  async take(message: Message): Promise<void> {
    if (typeof message.payload === 'string') {
      this.control(message.payload);
      return;
    }
    if (this.source) {
      throw new V2xError(
        'frame',
        'This detector watches a camera',
        {},
        { remedy: 'choose none to give it frames by the wire' },
      );
    }
    if (this.running) await this.announce(await this.wire.take(message.payload), message);
  }

  start(): void {
    if (this.running) return;
    this.running = new AbortController();
    this.node.status.waiting(this.source ? 'connecting' : 'noFrames');
    if (this.source) this.watch(this.source, this.running.signal);
  }

  /** Once a second: what was measured, when there was something. */
  keepReporting(): void {
    const report = () => {
      const measured = this.running && this.detector.report();
      if (measured) {
        if (measured.fault) this.node.status.failed(measured.fault);
        else this.node.status.ok('watching', { fps: Math.round(measured.fps), engine: measured.engine });
        this.node.send(null, { payload: measured });
      }
      cancel = this.node.clock.after(REPORT_SECONDS, report);
    };
    let cancel = this.node.clock.after(REPORT_SECONDS, report);
    this.node.onClose(() => {
      cancel();
    });
  }

  private control(word: string): void {
    switch (word) {
      case 'start':
        this.start();
        return;
      case 'stop':
        this.stop();
        return;
      case 'rearm':
        this.detector.rearm();
        return;
      default:
        throw new V2xError('control', 'The control message must be "start", "stop" or "rearm"');
    }
  }

  private stop(): void {
    this.running?.abort();
    this.running = undefined;
    this.detector.rearm();
    this.node.status.off('stopped');
  }

  private watch(source: CameraSource, stopped: AbortSignal): void {
    const { node, detector, settings } = this;
    node.run((closed, healthy) =>
      watchCamera(source, detector, {
        clock: node.clock,
        signal: AbortSignal.any([closed, stopped]),
        size: settings.size,
        fps: settings.fps,
        onDetection: (detection) => {
          healthy();
          void this.announce(detection, {});
        },
      }),
    );
  }

  private async announce({ events, frame, newFault }: Detection, message: Message): Promise<void> {
    if (newFault) this.node.report(cameraFault(newFault), message);
    const picture = frame && (isJpeg(message.payload) ? message.payload : await this.encode(frame));
    for (const event of events)
      this.node.send({ ...message, payload: event, ...(picture ? { frame: picture } : {}) }, null);
  }

  /** An event without its picture is better than none. */
  private async encode(frame: RawFrame): Promise<Buffer | undefined> {
    try {
      return await encodeJpeg(frame, this.node);
    } catch (error) {
      if (!this.node.signal.aborted) this.node.warn(messageOf(error));
      return undefined;
    }
  }
}

function cameraFault(fault: CameraFault): V2xError {
  return new V2xError(
    fault,
    `The camera's picture is ${fault}: incidents cannot be detected`,
    { fault },
    { remedy: 'check the camera' },
  );
}

/** Events take names of up to 64 characters. */
function cameraName(source: CameraSource): string {
  return displayAddress(source).slice(0, 64);
}
