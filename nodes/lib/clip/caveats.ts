import type { Segment } from '../recording/segment';
import type { ClipPlan } from './plan/plan';

/** Less than this is not worth a word: the recorder's times are not more exact. */
const TOLERANCE = 0.5;
/** The same for segments whose times are read from names. */
const COARSE_TOLERANCE = 1.5;

/** Seconds by which footage may play shorter or longer than it took without a word: what times are good to. */
const CLOCK_TOLERANCE = 0.1;

/** Says what of the wanted window the clip does not show, and which times are doubtful, one sentence each. */
export function caveats({ wanted, achieved, t0Offset, gaps, parts }: ClipPlan): string[] {
  const late = achieved.from - wanted.from;
  const early = wanted.to - achieved.to;
  const lost = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  return [
    ...(t0Offset === undefined ? ['The footage does not include the incident itself'] : []),
    ...(late > TOLERANCE ? [`The footage starts ${late.toFixed(1)} s after the start of the window`] : []),
    ...(early > TOLERANCE ? [`The footage ends ${early.toFixed(1)} s before the end of the window`] : []),
    ...(gaps.length > 0 ? [`${lost.toFixed(1)} s are missing in ${gaps.length} gaps`] : []),
    ...clockNotes(parts.map(({ segment }) => segment)),
    ...parts.flatMap(({ segment }, i) => {
      const before = parts.at(i - 1)?.segment;
      const isDoubtful = i > 0 && before !== undefined && before.to - segment.from > COARSE_TOLERANCE;
      return isDoubtful
        ? [
            `${before.name} and ${segment.name} cover the same time: the clock was set while they were recorded`,
          ]
        : [];
    }),
  ];
}

/** What the camera's clock did to the times of a clip. */
function clockNotes(segments: readonly Segment[]): string[] {
  const errors = segments.flatMap(({ timeError }) => timeError ?? []);
  const took = segments.reduce((sum, { from, to }) => sum + to - from, 0);
  const plays = segments.reduce((sum, { from, to, rate = 1 }) => sum + (to - from) / rate, 0);
  const [share, word] = plays < took ? [1 - plays / took, 'slow'] : [plays / took - 1, 'fast'];
  return [
    ...(errors.length > 0
      ? [
          `The camera's clock changed: times in ${errors.length} of ${segments.length} segments may be off by up to ${Math.max(...errors).toFixed(1)} s`,
        ]
      : []),
    ...(Math.abs(took - plays) > CLOCK_TOLERANCE
      ? [
          `The camera's clock ran ${(share * 100).toFixed(1)} % ${word}: ${plays.toFixed(1)} s of the clip took ${took.toFixed(1)} s`,
        ]
      : []),
  ];
}
