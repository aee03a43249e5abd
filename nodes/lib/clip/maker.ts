import { link, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { allDone } from '../async/all-done';
import type { Clock } from '../time/clock';
import { codeOf, messageOf, V2xError } from '../errors';
import { ensureWritableDirectory, syncFile, writeWhole } from '../disk/files';
import type { SegmentRing } from '../recording/segment';
import { publishClip, removeClip, type ArchivedClip } from './archive';
import { playableClip } from './check/playable-clip';
import { assembleClip, assembleWhole, type AssembledClip } from './cut/assemble';
import type { CutOptions } from './cut/options';
import { takeStill } from './cut/still';
import { fileTime, startOf, type Footage, type TimeSpan } from './plan/footage';
import { FootageReader } from './plan/footage-reader';
import { manifestOf, sha256Of, type ClipManifest } from './manifest';
import { windowOf, type ClipRequest } from './jobs/request';
import { caveats } from './caveats';

/** A clip in the archive, and what its manifest says. */
export interface FinishedClip extends ArchivedClip {
  readonly description: ClipManifest;
  /** Why it is not as long as planned, or does not play to its end; it is the best that could be made. */
  readonly fault?: V2xError | undefined;
}

/** Signs the text of a manifest as a JWS in compact form (RFC 7515) with the text as its payload. */
export type SignManifest = (text: string) => Promise<string>;

/** What can be shown of an incident before its window has passed; the files go away with the job. */
export interface ClipPreview extends TimeSpan {
  readonly path: string;
  readonly snapshot: string;
  /** The frame at T0 as JPEG. */
  readonly image: Buffer;
}

export interface MakeOptions {
  /** Directory of this job alone, on the archive's file system; what is in it survives from try to try. */
  readonly work: string;
  readonly signal: AbortSignal;
  /** Called with 0 to 100 while the clip is written. */
  readonly onPercent?: (percent: number) => void;
  /** The same while the finished clip is decoded. */
  readonly onChecked?: (percent: number) => void;
}

/** How much a preview shows at most before and after T0. */
const PREVIEW_SECONDS = 10;
/** A picture is asked for so many seconds before the last frame at the latest, or there may be none. */
const SAME_FRAME = 0.01;

/** Makes clips of the footage in a ring and puts them into an archive. */
export class ClipMaker {
  private readonly reader: FootageReader;

  constructor(
    private readonly ring: SegmentRing,
    /** Directory of finished clips. */
    readonly archive: string,
    private readonly clock: Clock,
    private readonly sign?: SignManifest,
  ) {
    this.reader = new FootageReader(ring, clock);
  }

  /**
   * Makes the clip of a request from the footage that is there now, or goes on where an earlier try was interrupted.
   * @throws V2xError `no-footage` when there is none in the window; others when it may work later
   */
  async make(request: ClipRequest, options: MakeOptions): Promise<FinishedClip> {
    const finish = await this.cut(request, options);
    return finish();
  }

  /**
   * The first half of `make`, up to a clip that is cut and not checked.
   * @returns the second half: checks the clip and puts it into the archive
   */
  async cut(request: ClipRequest, options: MakeOptions): Promise<() => Promise<FinishedClip>> {
    await ensureWritableDirectory(this.archive, 'archive');
    await mkdir(options.work, { recursive: true });
    const before = await describedBefore(options.work);
    const draft = before ?? (await this.draft(request, options));
    return async () => {
      const described = 'plan' in draft ? await this.describe(request, draft, options) : draft;
      return { ...(await publishClip(options.work, this.archive, request.t0)), ...described };
    };
  }

  /**
   * Deletes a finished clip.
   * @param path of its file, of which the name counts
   */
  async remove(path: string): Promise<void> {
    await removeClip(this.archive, basename(path, '.mp4'));
  }

  /**
   * Looks into the segments of a window while others are still to come, so that cutting is quick later. What cannot
   * be read is told when the clip is cut.
   */
  async prepare(request: ClipRequest, signal: AbortSignal): Promise<void> {
    await this.reader.read(windowOf(request), signal).catch(() => undefined);
  }

  /**
   * Makes a short clip up to the newest closed segment, and the picture of T0, as soon as its segment has closed.
   * @returns undefined when there is no footage of T0 yet
   */
  async preview(request: ClipRequest, { work, signal }: MakeOptions): Promise<ClipPreview | undefined> {
    await mkdir(work, { recursive: true });
    const window = windowOf(request);
    const wanted = {
      from: Math.max(window.from, request.t0 - PREVIEW_SECONDS),
      to: Math.min(window.to, request.t0 + PREVIEW_SECONDS),
    };
    const target = join(work, 'preview.mp4');
    const { footage } = await this.reader.read(wanted, signal);
    const clip = await assembleClip(wanted, request.t0, footage, this.cutOptions(target, signal));
    if (clip?.plan.t0Offset === undefined) return undefined;
    const snapshot = previewPath(work);
    await this.snapshot(footage, request.t0, snapshot, signal);
    return { path: target, snapshot, image: await readFile(snapshot), ...clip.plan.achieved };
  }

  /** Cuts into the work directory, and takes the picture of T0 beside. */
  private async draft(request: ClipRequest, { work, signal, onPercent }: MakeOptions): Promise<ClipDraft> {
    const wanted = windowOf(request);
    const { footage, broken } = await this.reader.read(wanted, signal);
    // Evidence is not held back for want of its picture.
    const picture = this.picture(footage, request.t0, work, signal).then(
      () => [],
      (error: unknown) => [`No picture of T0: ${messageOf(error)}`],
    );
    const cutting = assembleWhole(wanted, request.t0, footage, {
      ...this.cutOptions(clipPath(work), signal),
      exact: request.exact ?? false,
      ...(onPercent && { onPercent }),
    });
    const [clip, blind] = await allDone([cutting, picture]);
    if (!clip) throw noFootage(request, this.ring.directory);
    return { ...clip, notes: [...broken, ...clip.notes, ...blind] };
  }

  /** Checks what was cut and describes it; the manifest comes last and says that all is there. */
  private async describe(
    request: ClipRequest,
    draft: ClipDraft,
    { work, signal, onChecked }: MakeOptions,
  ): Promise<DescribedClip> {
    const target = clipPath(work);
    const checking = onChecked ? { onChecked } : {};
    const clip = await playableClip(draft, { ...this.cutOptions(target, signal), ...checking });
    const notes = [...clip.notes, ...caveats(clip.plan)];
    const [sha256] = await allDone([clip.media.sha256 ?? sha256Of(target), syncFile(target)]);
    signal.throwIfAborted();
    const manifest = () => manifestOf(request, clip, { notes, sha256 });
    await this.writeSignature(work, textOf(manifest()), notes);
    const description = manifest();
    await writeWhole(manifestPath(work), textOf(description));
    return { description, ...(clip.fault && { fault: clip.fault }) };
  }

  /** A clip that cannot be signed is published unsigned; its manifest says so. */
  private async writeSignature(work: string, text: string, notes: string[]): Promise<void> {
    const path = join(work, 'clip.jws');
    await rm(path, { force: true });
    if (!this.sign) return;
    let token: string;
    try {
      token = await this.sign(text);
    } catch (error) {
      notes.push(`This manifest is not signed: ${messageOf(error)}`);
      return;
    }
    await writeWhole(path, `${token}\n`);
  }

  private cutOptions(target: string, signal: AbortSignal): CutOptions {
    return { clock: this.clock, signal, segments: this.ring.directory, target };
  }

  /** The preview's picture, where there was a preview, is the one of T0. */
  private async picture(footage: readonly Footage[], t0: number, work: string, signal: AbortSignal) {
    const target = join(work, 'clip.jpg');
    try {
      await link(previewPath(work), target);
    } catch (error) {
      // Of an earlier try.
      if (codeOf(error) === 'EEXIST') return;
      if (codeOf(error) !== 'ENOENT') throw error;
      await this.snapshot(footage, t0, target, signal);
    }
  }

  /** Takes the picture of T0, or what is nearest to it, out of the footage, while the clip is cut. */
  private async snapshot(footage: readonly Footage[], t0: number, target: string, signal: AbortSignal) {
    const item = footage.findLast((candidate) => startOf(candidate) <= t0) ?? footage.at(0);
    if (!item) return;
    const { start, firstFrame, lastFrame } = item.media;
    const at = Math.min(Math.max(fileTime(item, t0), firstFrame), lastFrame - SAME_FRAME);
    const path = join(this.ring.directory, item.segment.name);
    await takeStill(path, Math.max(0, at - start), target, { clock: this.clock, signal });
  }
}

function clipPath(work: string): string {
  return join(work, 'clip.mp4');
}

function previewPath(work: string): string {
  return join(work, 'preview.jpg');
}

function manifestPath(work: string): string {
  return join(work, 'clip.json');
}

/** A clip that is cut; its notes are those of the manifest so far. */
type ClipDraft = AssembledClip;

type DescribedClip = Pick<FinishedClip, 'description' | 'fault'>;

function textOf(manifest: ClipManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** What an earlier try left: a manifest means that the clip beside it is finished. */
async function describedBefore(work: string): Promise<DescribedClip | undefined> {
  try {
    return { description: JSON.parse(await readFile(manifestPath(work), 'utf8')) as ClipManifest };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function noFootage({ t0, pre, post }: ClipRequest, directory: string): V2xError {
  const time = (seconds: number) => new Date(seconds * 1000).toISOString();
  return new V2xError(
    'no-footage',
    `No footage from ${time(t0 - pre)} to ${time(t0 + post)} in ${directory}; ` +
      'check that the recorder was running then, and that retention is long enough',
    { directory, from: t0 - pre, to: t0 + post },
  );
}
