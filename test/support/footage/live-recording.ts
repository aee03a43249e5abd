import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import type { ClipManifest } from '../../../nodes/contracts';
import { cameraSource } from '../../../nodes/lib/camera/source';
import { ClipMaker } from '../../../nodes/lib/clip/maker';
import { V2xError } from '../../../nodes/lib/errors';
import { record } from '../../../nodes/lib/recording/recorder';
import { Ring } from '../../../nodes/lib/recording/ring/ring';
import type { Segment } from '../../../nodes/lib/recording/segment';
import { sleep, systemClock as clock } from '../../../nodes/lib/time/clock';
import { atEnd, type Ending } from '../at-end';
import { temporaryDirectory } from '../flow';
import { readPictures, type ShownPicture } from './numbered-footage';
import type { ScriptedCamera } from '../camera/scripted-camera';

/** Footage of a camera that is being recorded, as the node does it: again and again until it is stopped. */
export class LiveRecording {
  private readonly stopping = new AbortController();
  private readonly done: Promise<void>;
  private readonly news = new EventEmitter();
  /** How often the recorder has begun, and how often it had when that was awaited. */
  private begins = 0;
  private awaited = 0;

  private constructor(
    readonly ring: Ring,
    private readonly camera: ScriptedCamera,
  ) {
    this.done = this.run();
  }

  static async start(t: Ending, camera: ScriptedCamera, segmentSeconds = 2): Promise<LiveRecording> {
    const ring = await Ring.open({
      directory: await temporaryDirectory(t),
      segmentSeconds,
      retention: { maxAge: 0, maxBytes: 0, minFreeBytes: 0 },
      clock,
      onError: unexpected,
    });
    atEnd(t, () => ring.close());
    const recording = new LiveRecording(ring, camera);
    atEnd(t, () => recording.stop());
    return recording;
  }

  get segments(): readonly Segment[] {
    return this.ring.segments;
  }

  /** Waits until so many seconds more have been recorded, by the times of segments. */
  async seconds(count: number): Promise<void> {
    const begun = this.segments.at(-1)?.to;
    for (;;) {
      const [first, last] = [this.segments.at(0), this.segments.at(-1)];
      if (first && last && last.to - (begun ?? first.from) >= count) return;
      await new Promise((resolve) => {
        const off = this.ring.onSegment((segment) => {
          off();
          resolve(segment);
        });
      });
    }
  }

  /** Waits until the recorder has begun once more since this was last asked, and for so many seconds of footage then. */
  async footage(seconds: number): Promise<void> {
    while (this.begins <= this.awaited) await once(this.news, 'begin');
    this.awaited = this.begins;
    await sleep(clock, seconds);
  }

  /** Ends the recorder; the open segment is finished. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }

  /** Cuts a clip of all that was recorded but the first and last moments, with T0 in its middle. */
  async clip(
    t: Ending,
    {
      exact = false,
      window = this.middle(),
    }: { exact?: boolean; window?: { from: number; to: number } } = {},
  ): Promise<RecordedClip> {
    const t0 = (window.from + window.to) / 2;
    const archive = await temporaryDirectory(t);
    const request = { id: 'live', t0, pre: t0 - window.from, post: window.to - t0, event: {}, exact };
    const options = { work: join(archive, 'work'), signal: new AbortController().signal };
    const { path, description } = await new ClipMaker(this.ring, archive, clock).make(request, options);
    return { path, description, t0, ...(await readPictures(path)) };
  }

  private middle(): { from: number; to: number } {
    const { segments } = this;
    return { from: segments[0].from + 0.5, to: (segments.at(-1)?.to ?? NaN) - 0.5 };
  }

  private async run(): Promise<void> {
    const source = cameraSource({ address: this.camera.url });
    const nothing = () => undefined;
    const options = {
      source,
      ring: this.ring,
      clock,
      onWarning: nothing,
      onSegment: nothing,
      onRecording: () => {
        this.begins += 1;
        this.news.emit('begin');
      },
    };
    while (!this.stopping.signal.aborted) {
      try {
        await record(options, this.stopping.signal);
      } catch (error) {
        if (!(error instanceof V2xError && error.code === 'camera')) throw error;
        await sleep(clock, 0.2, this.stopping.signal);
      }
    }
  }
}

/** A clip, and what a player shows of it. */
export interface RecordedClip {
  readonly path: string;
  readonly description: ClipManifest;
  readonly t0: number;
  readonly pictures: readonly ShownPicture[];
  /** What the decoder complained of. */
  readonly errors: readonly string[];
}

/** Compares what a clip shows with what the camera took. */
export function timeErrors({ description, pictures, t0 }: RecordedClip, camera: ScriptedCamera): TimeErrors {
  const taken = pictures.map(({ number }) => camera.timeOf(number ?? NaN));
  const atT0 = pictures.findLastIndex(({ time }) => time <= (description.t0_offset_s ?? NaN) + 0.001);
  assert.ok(atT0 >= 0, 'the clip shows T0');
  // The picture at T0 stands until the next one is due.
  const shownAtT0 = t0 - taken[atT0];
  const begin = description.achieved.from - taken[0];
  return { atT0: shownAtT0, begin, taken };
}

export interface TimeErrors {
  /** How old the picture is that the clip shows at T0. */
  readonly atT0: number;
  /** By how much the clip's beginning is told too late. */
  readonly begin: number;
  /** When each picture was taken. */
  readonly taken: readonly number[];
}

function unexpected(what: unknown): void {
  throw new Error(String(what));
}
