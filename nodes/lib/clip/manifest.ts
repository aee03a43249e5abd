import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { CutMedia } from './cut';
import type { TimeSpan } from './footage';
import type { ClipPlan } from './plan';
import type { ClipRequest } from './request';

/** What lies beside a clip as `accident_<epoch>.json`; times are Unix seconds, durations seconds. */
export interface ClipManifest {
  readonly event: object;
  readonly wanted: TimeSpan;
  readonly achieved: TimeSpan;
  /** Where T0 is in the clip; null when the clip does not reach it. */
  readonly t0_offset_s: number | null;
  readonly duration_s: number;
  readonly segments: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  /** Time within `achieved` that nobody recorded; the picture stands still there. */
  readonly gaps: readonly TimeSpan[];
  readonly method: ClipPlan['method'];
  /** What whoever relies on the clip must know: footage that is missing or could not be read. */
  readonly notes: readonly string[];
  /** Of the clip's file, in hexadecimal. */
  readonly sha256: string;
  readonly software: string;
}

const product = JSON.parse(readFileSync(require.resolve('@roadside/node-red-v2x/package.json'), 'utf8')) as {
  name: string;
  version: string;
};

/**
 * Describes a finished clip.
 * @param cut what the clip's file really holds
 */
export function manifestOf(
  { event }: ClipRequest,
  plan: ClipPlan,
  cut: CutMedia,
  { notes, sha256 }: { readonly notes: readonly string[]; readonly sha256: string },
): ClipManifest {
  return {
    event,
    wanted: rounded(plan.wanted),
    achieved: rounded(plan.achieved),
    t0_offset_s: plan.t0Offset === undefined ? null : toMilliseconds(plan.t0Offset + cut.firstFrame),
    duration_s: toMilliseconds(cut.end - cut.firstFrame),
    segments: plan.parts.map(({ segment: { name, from, to } }) => ({ name, ...rounded({ from, to }) })),
    gaps: plan.gaps.map(rounded),
    method: plan.method,
    notes,
    sha256,
    software: `${product.name} ${product.version}`,
  };
}

/** SHA-256 of a file in hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

function rounded({ from, to }: TimeSpan): TimeSpan {
  return { from: toMilliseconds(from), to: toMilliseconds(to) };
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
