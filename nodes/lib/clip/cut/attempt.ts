import { isDiskFull, V2xError } from '../../errors';
import { isRefusal } from '../../ffmpeg/run';
import { startOf, type Footage } from '../plan/footage';
import type { Encoding } from '../plan/spans';

/** How to make a clip this time. */
export interface Attempt {
  readonly footage: readonly Footage[];
  /** Begin and end on the very frame instead of at key frames. */
  readonly exact: boolean;
  readonly encode: Encoding;
  /** A sentence for each thing that earlier attempts gave up. */
  readonly notes: readonly string[];
  /** How often a clip broke off at a segment, which was left out then. */
  readonly brokeOff: number;
}

/** How often a clip may break off at a segment before copying is given up. */
const MAX_BROKE_OFF = 3;

/**
 * Decides what to do differently after an attempt failed: leave out the segment at fault, then encode everything; where
 * ffmpeg cannot encode, copy what is of one kind. Each attempt has less footage or goes one step further, so that there
 * are few of them.
 * @param t0 the moment of the incident, Unix seconds: footage of its kind is kept
 * @returns undefined when nothing else can be tried
 */
export function nextAttempt(attempt: Attempt, error: unknown, t0: number): Attempt | undefined {
  if (isRefusal(error) && !isDiskFull(error))
    return attempt.encode === 'none' ? undefined : copied(attempt, t0);
  if (!isNotAsPlanned(error)) return undefined;
  return withoutSegment(attempt, error) ?? encoded(attempt);
}

/** Whether a clip could not be cut as planned, rather than not at all; the error may name the segment at fault. */
export function isNotAsPlanned(error: unknown): error is V2xError {
  return error instanceof V2xError && (error.code === 'clip-length' || error.code === 'segment');
}

function withoutSegment(attempt: Attempt, { code, details }: V2xError): Attempt | undefined {
  const footage = attempt.footage.filter(({ segment }) => segment.name !== details.segment);
  if (footage.length === attempt.footage.length) return undefined;
  const notes = [...attempt.notes, `${String(details.segment)} cannot be read completely and is left out`];
  // No other way of cutting helps where the file cannot be read.
  if (code === 'segment') return { ...attempt, footage, notes };
  const isHopeless =
    footage.length === 0 || attempt.brokeOff === MAX_BROKE_OFF || attempt.encode !== 'needed';
  return isHopeless ? undefined : { ...attempt, footage, notes, brokeOff: attempt.brokeOff + 1 };
}

/** Encoding mends what copying stumbles over. */
function encoded(attempt: Attempt): Attempt | undefined {
  if (attempt.encode !== 'needed') return undefined;
  const why = 'The footage could not be copied as planned and was re-encoded';
  return { ...attempt, encode: 'all', notes: [...attempt.notes, why] };
}

/** Copies only, which takes footage of one kind: that of T0. */
function copied(attempt: Attempt, t0: number): Attempt {
  const { footage } = attempt;
  const atT0 = footage.findLast((item) => startOf(item) <= t0) ?? footage.at(0);
  const kind = atT0 && kindOf(atT0);
  const alike = footage.filter((item) => kindOf(item) === kind);
  const others = footage.filter((item) => kindOf(item) !== kind);
  const notes = [
    ...attempt.notes,
    'ffmpeg could not encode the footage, so it was only copied; the clip starts and ends at key frames',
    ...others.map(
      ({ segment }) => `${segment.name} has a different format than the footage at T0 and is left out`,
    ),
  ];
  return { ...attempt, footage: alike, exact: false, encode: 'none', notes };
}

function kindOf({ media }: Footage): string {
  return `${media.format} ${media.tracks?.picture.matrix ?? ''}`;
}
