import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ClipManifest, ClipSource, TimeSpan } from '../../contracts';
import type { Segment } from '../recording/segment';
import type { CheckedClip } from './check/playable-clip';
import type { ClipRequest } from './jobs/request';

export type { ClipManifest };

const product = JSON.parse(readFileSync(require.resolve('@roadside/node-red-v2x/package.json'), 'utf8')) as {
  name: string;
  version: string;
};

/** Describes a finished clip. */
export function manifestOf(
  { event, t0 }: ClipRequest,
  { plan, media, playback }: CheckedClip,
  { notes, sha256 }: { readonly notes: readonly string[]; readonly sha256: string },
): ClipManifest {
  return {
    event,
    wanted: rounded(plan.wanted),
    achieved: rounded(plan.achieved),
    t0_offset_s: plan.t0Offset === undefined ? null : toMilliseconds(plan.t0Offset + media.firstFrame),
    ...timeError(plan.parts.findLast(({ segment }) => segment.from <= t0)?.segment),
    duration_s: toMilliseconds(media.end - media.firstFrame),
    segments: plan.parts.map(({ segment }) => sourceOf(segment)),
    gaps: plan.gaps.map(rounded),
    method: plan.method,
    checked: {
      decoded: playback.decoded,
      seconds: toMilliseconds(playback.seconds),
      faults: playback.faults.map(({ reason, ...span }) => ({ ...rounded(span), reason })),
    },
    notes,
    sha256,
    software: `${product.name} ${product.version}`,
  };
}

function sourceOf(segment: Segment): ClipSource {
  return { name: segment.name, ...rounded(segment), ...timeError(segment) };
}

function timeError(segment: Segment | undefined): { time_error_s?: number } {
  return segment?.timeError === undefined ? {} : { time_error_s: toMilliseconds(segment.timeError) };
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
