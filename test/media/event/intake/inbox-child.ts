// An inbox in a process of its own: prints the id of each event it took. It is killed with the events in its hands, or
// handles each and ends on SIGTERM, when the third argument is `handle`.
import { systemClock } from '../../../../nodes/lib/time/clock';
import { runInbox } from '../../../../nodes/lib/event/intake/inbox';

const [directory = '', after = 'done', handle = ''] = process.argv.slice(2);
const stop = new AbortController();
if (handle) {
  process.once('SIGTERM', () => {
    stop.abort();
  });
}
void runInbox(
  {
    directory,
    after: after === 'leave' ? 'leave' : 'done',
    incomplete: 5,
    stale: 600,
    state: `${directory}.state`,
  },
  {
    watching: () => process.stdout.write('watching\n'),
    taken: ({ event }, handled) => {
      process.stdout.write(`${event.id}\n`);
      if (handle) handled();
    },
    refused: ({ reason }) => process.stderr.write(`${reason}\n`),
    failed: (error) => process.stderr.write(`${String(error)}\n`),
  },
  systemClock,
  stop.signal,
);
