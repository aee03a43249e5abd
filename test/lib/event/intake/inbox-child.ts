// An inbox in a process of its own, to be killed: prints the id of each event it took.
import { systemClock } from '../../../../nodes/lib/time/clock';
import { runInbox } from '../../../../nodes/lib/event/intake/inbox';

const [directory = '', after = 'done'] = process.argv.slice(2);
void runInbox(
  { directory, after: after === 'leave' ? 'leave' : 'done', incomplete: 5, stale: 600 },
  {
    watching: () => process.stdout.write('watching\n'),
    taken: ({ event }) => process.stdout.write(`${event.id}\n`),
    refused: ({ reason }) => process.stderr.write(`${reason}\n`),
    failed: (error) => process.stderr.write(`${String(error)}\n`),
  },
  systemClock,
  new AbortController().signal,
);
