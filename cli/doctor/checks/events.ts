import type { EventsState } from '../../../nodes/lib/event/intake/state';
import { duration, findings, type Finding } from '../finding';

const { ok, warning, problem } = findings('events');

/** Looked at for how many warnings there were, seconds. */
const RECENT = 600;
/** More events than this in that time are no accidents any more. */
const MANY = 30;
/** A file that a detector still writes is younger than this, in seconds. */
const UNTAKEN = 30;
const DAY = 86_400;

/** The answers to "the warning did not go out" and "there are too many broadcasts". */
export function judgeEvents(state: EventsState, now: number): Finding[] {
  const { directory, waiting, done, rejected, reason } = state;
  const recent = done.filter(({ since }) => since > now - RECENT).length;
  const found: Finding[] = [];
  const untaken = waiting.filter(({ since }) => since < now - UNTAKEN);
  if (untaken.length > 0) {
    const remedy =
      'check that the unit is running and event-dir-in watches this directory; see its error in the log';
    found.push(problem(`event files in ${directory} that nothing reads: ${untaken.length}`, remedy));
  }
  const refused = rejected.filter(({ since }) => since > now - DAY);
  const newest = refused.at(-1);
  if (newest) {
    const when = duration(Math.max(0, now - newest.since));
    found.push(
      warning(
        `files rejected in the last day: ${refused.length}, the newest ${when} ago: ${reason ?? newest.name}`,
        `correct what writes them; they are in ${state.rejectedDirectory}`,
      ),
    );
  }
  // Also those that are younger: an event that is taken again and again stays young.
  const more = waiting.length > 0 ? `; files waiting: ${waiting.length}` : '';
  const count = `events in the last ${RECENT / 60} minutes: ${recent}${more}`;
  if (recent > MANY) {
    const remedy = 'raise the cooldown of simple-detector, or have the detector use one "id" per incident';
    found.push(warning(`${count}, too many to be accidents`, remedy));
  } else found.push(ok(count));
  return found;
}
