import { codeOf, messageOf } from '../lib/errors';
import { findBinary } from '../lib/ffmpeg/binary';
import { displayAddress, type CameraSource } from '../lib/camera/source';
import type { FlowNode } from '../lib/node-red/flow-node';
import { record } from '../lib/recording/recorder';
import type { Missing } from '../lib/recording/run/run-monitor';
import type { Ring } from '../lib/recording/ring/ring';
import type { Segment } from '../lib/recording/segment';

type State = 'connecting' | 'waiting' | 'recording' | 'failed' | 'stopped';

interface Told {
  readonly state: State;
  /** What is missing although the camera sends. */
  readonly missing?: Missing;
  readonly error?: string;
  readonly code?: string;
}

/** The node's recorder: turns what it does into messages and status. */
export class Segmenter {
  private state: Told = { state: 'stopped' };
  private end: (() => Promise<void>) | undefined;
  private stopping: Promise<void> = Promise.resolve();
  private warned = '';
  private fallback = false;

  constructor(
    private readonly node: FlowNode,
    private readonly source: CameraSource,
    private readonly ring: Ring,
  ) {}

  /** Begins to record, unless it already does. */
  start(): void {
    if (this.end) return;
    this.enter('connecting');
    const { stopping } = this;
    this.end = this.node.run(async (signal, healthy) => {
      await stopping;
      await this.attempt(signal, healthy);
    });
  }

  /** Finishes the last segment and stops. */
  async stop(): Promise<void> {
    const { end } = this;
    if (!end) return;
    this.end = undefined;
    this.stopping = end();
    await this.stopping;
    // A start that came meanwhile counts.
    if (!this.isOn()) this.enter('stopped');
  }

  private isOn(): boolean {
    return this.end !== undefined;
  }

  /** Shows a state and sends it to output 2. */
  enter(state: State, error?: unknown): void {
    this.state = error === undefined ? { state } : { state, error: messageOf(error), ...withCode(error) };
    if (state === 'recording') this.showRecording();
    else if (state === 'connecting') this.node.status.busy('connecting');
    else if (state === 'stopped') this.node.status.off('stopped');
    this.sendState();
  }

  /** Says what begins to be missing although the camera sends, and that nothing is missing any more. */
  private enterMissing(missing: Missing | undefined): void {
    if (missing === 'key-frame') {
      this.state = { state: 'waiting', missing };
      this.node.status.waiting('waiting');
    } else if (missing === 'sound') {
      this.state = { state: 'recording', missing };
      this.node.status.waiting('noSound');
      this.warnOnce(this.node.text('warning.noSound'));
    } else if (this.state.state === 'recording' && this.state.missing !== undefined) {
      this.state = { state: 'recording' };
      this.showRecording();
    } else {
      return;
    }
    this.sendState();
  }

  sendState(): void {
    const { node, source, ring } = this;
    const payload = { ...this.state, camera: displayAddress(source), directory: ring.directory };
    node.send(null, { payload });
  }

  private async attempt(signal: AbortSignal, healthy: () => void): Promise<void> {
    try {
      await this.warnOfFallback();
      const { source, ring, node } = this;
      const options = {
        source,
        ring,
        clock: node.clock,
        onRecording: () => {
          if (this.state.state !== 'recording') this.enter('recording');
        },
        onMissing: (missing: Missing | undefined) => {
          this.enterMissing(missing);
        },
        onSegment: (segment: Segment) => {
          healthy();
          this.sendSegment(segment);
        },
        onWarning: (text: string) => {
          this.warnOnce(text);
        },
      };
      await record(options, signal);
    } catch (error) {
      // The node's owner of errors shows and reports it; a retry that fails the same way is no news.
      if (!signal.aborted && messageOf(error) !== this.state.error) this.enter('failed', error);
      throw error;
    }
  }

  private sendSegment(segment: Segment): void {
    const { directory } = this.ring;
    const { run, number, ...rest } = segment;
    const payload = { ...rest, path: `${directory}/${segment.name}`, run, number };
    this.node.send({ payload, segment: { directory, run, number } }, null);
  }

  /** Without ffmpeg of the system an old build records the demo; that must not go unnoticed. */
  private async warnOfFallback(): Promise<void> {
    const { fallback, path } = await findBinary('ffmpeg');
    if (fallback && !this.fallback) this.node.warn(this.node.text('warning.fallback', { path }));
    this.fallback = fallback;
  }

  private warnOnce(text: string): void {
    if (text === this.warned) return;
    this.warned = text;
    this.node.warn(text);
  }

  private showRecording(): void {
    this.warned = '';
    if (this.fallback) this.node.status.waiting('recordingFallback');
    else this.node.status.ok('recording');
  }
}

function withCode(error: unknown): { code?: string } {
  const code = codeOf(error);
  return code === undefined ? {} : { code };
}
