import type { ClipPlan } from './plan/plan';

/** Less than this is not worth a word: the recorder's times are not more exact. */
const TOLERANCE = 0.5;
/** The same for segments whose times are read from names. */
const COARSE_TOLERANCE = 1.5;

/** Says what of the wanted window the clip does not show, and which times are doubtful, one sentence each. */
export function shortfalls({ wanted, achieved, t0Offset, gaps, parts }: ClipPlan): string[] {
  const late = achieved.from - wanted.from;
  const early = wanted.to - achieved.to;
  const lost = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  return [
    ...(t0Offset === undefined ? ['The incident itself is not in the footage'] : []),
    ...(late > TOLERANCE
      ? [`The footage begins ${late.toFixed(1)} s after the beginning of the window`]
      : []),
    ...(early > TOLERANCE ? [`The footage ends ${early.toFixed(1)} s before the end of the window`] : []),
    ...(gaps.length > 0 ? [`${lost.toFixed(1)} s are missing in ${gaps.length} gaps`] : []),
    ...parts.flatMap(({ segment }, i) => {
      const before = parts.at(i - 1)?.segment;
      const isDoubtful = i > 0 && before !== undefined && before.to - segment.from > COARSE_TOLERANCE;
      return isDoubtful
        ? [
            `${before.name} and ${segment.name} tell of the same time: the clock was set while they were recorded`,
          ]
        : [];
    }),
  ];
}
