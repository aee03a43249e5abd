import type { ArchiveState } from '../../../nodes/lib/clip/archive-state';
import { duration, findings, type Finding } from '../finding';

const { ok, warning, problem } = findings('clips');

const DAY = 86_400;
/** What the segment that ends a window, and the cut, may take. */
const CUTTING_SECONDS = 180;

/** The answer to "there is no clip". */
export function judgeClips(state: ArchiveState, now: number): Finding {
  const { waiting, damaged, last } = state;
  const without = state.without.filter((t0) => t0 > now - DAY).length;
  const overdue = waiting.filter((end) => now > end + CUTTING_SECONDS);
  if (overdue.length > 0) {
    const late = duration(now - Math.min(...overdue));
    const remedy = 'check that the unit is running and recording, and see the error of clip-maker in the log';
    return problem(`overdue clips: ${overdue.length}, the first by ${late}`, remedy);
  }
  const next =
    waiting.length > 0 ? `, the next is due in ${duration(Math.max(0, Math.min(...waiting) - now))}` : '';
  const newest = last
    ? `the last is ${last.name}, ${duration(Math.max(0, now - last.finished))} ago`
    : 'there is none yet';
  const text = `${newest}; waiting for the post-roll: ${waiting.length}${next}`;
  if (damaged > 0)
    return warning(`${text}; damaged job files: ${damaged}`, 'see the *.damaged files below .jobs');
  if (without > 0) {
    const remedy = 'the recorder must be running before an incident; see the errors of clip-maker';
    return warning(`${text}; incidents without a clip in the last day: ${without}`, remedy);
  }
  if (last && !last.complete) {
    const remedy =
      'see "achieved" and "gaps" in its manifest, and check that the recorder was running throughout';
    return warning(`${text}; it is shorter than requested`, remedy);
  }
  return ok(text);
}
