import { rename } from 'node:fs/promises';
import { V2xError } from '../../errors';
import type { AssembledClip } from '../cut/assemble';
import { cutMedia } from '../cut/length';
import type { CutOptions } from '../cut/options';
import type { ClipPlan } from '../plan/plan';
import { bridgeDamage } from './bridge';
import type { PlaybackFault } from './decode-log';
import { checkPlayback, type PlaybackReport } from './playback';

export interface PlayableOptions extends CutOptions {
  /** Called with 0 to 100 while the finished clip is decoded. */
  readonly onChecked?: (percent: number) => void;
}

export interface CheckedClip extends AssembledClip {
  readonly playback: PlaybackReport;
}

/** The share of its length that decoding a clip may take, and the least: a tenth of that is usual. */
const DECODING_SHARE = 0.2;
const LEAST_DECODING_SECONDS = 30;

/**
 * Makes sure that a clip plays to its end. One that does not is re-encoded: a decoder bridges damaged footage, and what
 * it shows plays everywhere. If that does not help the clip stays as it is, with its fault.
 * @param options `target` is where the clip is
 * @throws V2xError `ffmpeg` when there is none, or something killed it; the signal's reason when it is aborted
 */
export async function playableClip(cut: AssembledClip, options: PlayableOptions): Promise<CheckedClip> {
  const clip = { ...cut, playback: await check(cut, options.target, options) };
  if (clip.playback.faults.length === 0) return clip;
  return (await reencoded(clip, options)) ?? flagged(clip);
}

/** @returns undefined when re-encoding is impossible, or leaves as much that does not play */
async function reencoded(clip: CheckedClip, options: PlayableOptions): Promise<CheckedClip | undefined> {
  const { target, signal, clock } = options;
  const { faults } = clip.playback;
  const candidate = `${target}.reencoded.mp4`;
  if (!(await bridgeDamage(target, candidate, { end: clip.media.end, ...options }))) return undefined;
  const playback = await check(clip, candidate, options);
  if (secondsOf(playback.faults) >= secondsOf(faults)) return undefined;
  const media = await cutMedia(candidate, { clock, signal });
  await rename(candidate, target);
  const notes = [...clip.notes, ...faults.map(bridged)];
  return flagged({ ...clip, plan: { ...clip.plan, method: 'reencode' }, media, notes, playback });
}

async function check(
  { plan, media }: AssembledClip,
  path: string,
  { clock, signal, onChecked }: PlayableOptions,
): Promise<PlaybackReport> {
  onChecked?.(0);
  const limit = Math.max(LEAST_DECODING_SECONDS, DECODING_SHARE * plan.duration);
  const joints = jointsOf(plan).map((time) => time + media.firstFrame);
  const onPercent = onChecked && { onPercent: onChecked };
  const report = await checkPlayback(path, { clock, signal, joints, limit, ...onPercent });
  onChecked?.(100);
  return report;
}

/** Where one segment's footage follows another's, and T0: seconds after the first frame. */
function jointsOf({ parts, t0Offset }: ClipPlan): number[] {
  const joints = parts.slice(1).map(({ shift, media }) => shift + media.firstFrame);
  return [...joints, ...(t0Offset === undefined ? [] : [t0Offset])];
}

/** Says in notes and as a fault what does not play. */
function flagged(clip: CheckedClip): CheckedClip {
  const words = clip.playback.faults.map(unplayable);
  if (words.length === 0) return clip;
  const fault = new V2xError(
    'playback',
    `${words.join('; ')}. The clip is published anyway; check the disk of the store and the camera`,
  );
  return { ...clip, notes: [...clip.notes, ...words], fault };
}

function secondsOf(faults: readonly PlaybackFault[]): number {
  return faults.reduce((sum, { from, to }) => sum + to - from, 0);
}

function unplayable({ from, to, reason }: PlaybackFault): string {
  return `The clip does not play from ${from.toFixed(1)} s to ${to.toFixed(1)} s: ${reason}`;
}

function bridged({ from, to, reason }: PlaybackFault): string {
  const span = `from ${from.toFixed(1)} s to ${to.toFixed(1)} s of the clip`;
  return `The footage is damaged ${span} (${reason}); the clip was re-encoded and may show a wrong picture there`;
}
