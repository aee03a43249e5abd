import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock';
import { codeOf, messageOf, V2xError } from '../errors';
import { ensureWritableDirectory, writeWhole } from '../files';
import type { SegmentRing } from '../recording/segment';
import { publishClip, type ArchivedClip } from './archive';
import { brokeOffAt, cutClip, takeSnapshot } from './cut';
import type { Footage, SegmentMedia } from './footage';
import { FootageReader } from './footage-reader';
import { manifestOf, sha256Of, type ClipManifest } from './manifest';
import { planClip, type ClipPlan } from './plan';
import { windowOf, type ClipRequest } from './request';
import { shortfalls } from './shortfall';

/** A clip in the archive, and what its manifest says. */
export interface FinishedClip extends ArchivedClip {
  readonly description: ClipManifest;
}

export interface MakeOptions {
  /** Directory of this job alone, on the archive's file system; what is in it survives from try to try. */
  readonly work: string;
  readonly signal: AbortSignal;
  /** Called with 0 to 100 while the clip is written. */
  readonly onPercent?: (percent: number) => void;
}

/** How many segments may turn out broken while cutting before the clip is given up for now. */
const MAX_LEFT_OUT = 3;
/** Seconds by which a clip that broke off between two segments may seem to end before the second. */
const BREAK_TOLERANCE = 0.1;

/** Makes clips of the footage in a ring and puts them into an archive. */
export class ClipMaker {
  private readonly reader: FootageReader;

  constructor(
    private readonly ring: SegmentRing,
    private readonly archive: string,
    private readonly clock: Clock,
  ) {
    this.reader = new FootageReader(ring, clock);
  }

  /**
   * Makes the clip of a request of the footage that is there now, or goes on where an earlier try was interrupted.
   * @throws V2xError `no-footage` when there is none in the window; others when it may work later
   */
  async make(request: ClipRequest, options: MakeOptions): Promise<FinishedClip> {
    await ensureWritableDirectory(this.archive, 'archive');
    await mkdir(options.work, { recursive: true });
    const description = (await cutBefore(options.work)) ?? (await this.cut(request, options));
    return { ...(await publishClip(options.work, this.archive, request.t0)), description };
  }

  /** Cuts into the work directory; the manifest comes last and says that all is there. */
  private async cut(request: ClipRequest, options: MakeOptions): Promise<ClipManifest> {
    const wanted = windowOf(request);
    const { footage, broken } = await this.reader.read(wanted, options.signal);
    const { plan, media, leftOut } = await this.cutReadable(request, footage, options);
    const clip = join(options.work, 'clip.mp4');
    const notes = [...broken, ...leftOut, ...shortfalls(plan)];
    const missing = await this.snapshot(clip, plan, media, options);
    const manifest = manifestOf(request, plan, media, {
      notes: missing === undefined ? notes : [...notes, missing],
      sha256: await sha256Of(clip),
    });
    await writeWhole(manifestPath(options.work), `${JSON.stringify(manifest, null, 2)}\n`);
    return manifest;
  }

  /** A segment at which ffmpeg cannot read on is left out in the next try, so it costs only itself. */
  private async cutReadable(
    request: ClipRequest,
    footage: readonly Footage[],
    { work, signal, onPercent }: MakeOptions,
  ): Promise<{ plan: ClipPlan; media: SegmentMedia; leftOut: readonly string[] }> {
    let readable = footage;
    const leftOut: string[] = [];
    for (;;) {
      const plan = planClip(windowOf(request), request.t0, readable);
      if (!plan) throw noFootage(request, this.ring.directory);
      try {
        const options = { clock: this.clock, signal, segments: this.ring.directory, work };
        const media = await cutClip(plan, onPercent ? { ...options, onPercent } : options);
        return { plan, media, leftOut };
      } catch (error) {
        const culprit = partAt(plan, brokeOffAt(error));
        if (culprit === undefined || leftOut.length === MAX_LEFT_OUT) throw error;
        readable = readable.filter(({ segment }) => segment.name !== culprit);
        leftOut.push(`${culprit} could not be read on and is left out: ${messageOf(error)}`);
      }
    }
  }

  /** @returns why there is none: a clip is not held back for its picture */
  private async snapshot(
    clip: string,
    plan: ClipPlan,
    media: SegmentMedia,
    { work, signal }: MakeOptions,
  ): Promise<string | undefined> {
    const at = Math.min(plan.t0Offset ?? 0, media.lastFrame - media.firstFrame);
    try {
      await takeSnapshot(clip, at, join(work, 'clip.jpg'), { clock: this.clock, signal });
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      return `There is no picture of T0: ${messageOf(error)}`;
    }
  }
}

function manifestPath(work: string): string {
  return join(work, 'clip.json');
}

/** What an earlier try left: a manifest means that the clip beside it is finished. */
async function cutBefore(work: string): Promise<ClipManifest | undefined> {
  try {
    return JSON.parse(await readFile(manifestPath(work), 'utf8')) as ClipManifest;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The segment that a clip which broke off at so many seconds could not go on with. */
function partAt(plan: ClipPlan, seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  let begin = 0;
  for (const { segment, duration } of plan.parts) {
    begin += duration;
    if (begin > seconds + BREAK_TOLERANCE) return segment.name;
  }
  return undefined;
}

function noFootage({ t0, pre, post }: ClipRequest, directory: string): V2xError {
  const time = (seconds: number) => new Date(seconds * 1000).toISOString();
  return new V2xError(
    'no-footage',
    `There is no footage from ${time(t0 - pre)} to ${time(t0 + post)} in ${directory}; ` +
      'check that the recorder was running then and that the retention is long enough',
    { directory, from: t0 - pre, to: t0 + post },
  );
}
