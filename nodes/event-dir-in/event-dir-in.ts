import { prepareInbox, runInbox, type InboxOptions } from '../lib/event/intake/inbox';
import type { Note } from '../lib/event/parse/normalise';
import { warmUpParsing } from '../lib/event/warm-up';
import { logIntake } from '../lib/node-red/alert-stages';
import { defineNode } from '../lib/node-red/define-node';
import type { Message } from '../lib/node-red/message';
import { readSettings } from '../lib/node-red/settings';
import { Notices } from './notices';
import { SETTINGS } from './settings';

type Config = Record<keyof typeof SETTINGS, unknown>;

/** Takes event files from a directory, each exactly once; what is no event goes to the second output. */
export default defineNode<Config>({
  type: 'event-dir-in',
  async setup(node) {
    const settings = readSettings(SETTINGS, node.config);
    const options: InboxOptions = {
      ...settings,
      directory: node.dataPath(settings.directory),
      state: node.dataPath('state/intake'),
    };
    // Writers find it as soon as the unit is there, before the flows run.
    await prepareInbox(options, node.clock);
    warmUpParsing();
    let count = 0;
    const notices = new Notices(node);
    node.runBetweenDeploys((signal, healthy) => {
      const deliveries = node.deliveries(signal);
      return runInbox(
        options,
        {
          watching() {
            healthy();
            node.status.ok('watching');
          },
          taken({ event, file, taken, stale, notes, times }, handled, giveBack) {
            count += 1;
            const about = { id: event.id, file, taken, ...(stale && { stale }), ...textsOf(notes) };
            const send = (message: Message) => {
              node.send(message, null);
            };
            logIntake(node, file, times);
            deliveries.follow({ payload: event, event: about }, send, (everywhere) => {
              if (everywhere) handled();
              else giveBack();
            });
            node.status.ok(stale ? 'stale' : 'taken', { count, type: event.type });
            notices.noted(notes);
          },
          refused(refusal) {
            node.send(null, { payload: refusal });
            node.status.failed('rejected');
            notices.refused(refusal);
          },
          failed(error) {
            node.report(error);
          },
        },
        node.clock,
        signal,
      );
    });
    return {};
  },
});

function textsOf(notes: readonly Note[]): { readonly notes?: readonly string[] } {
  return notes.length > 0 ? { notes: notes.map(({ text }) => text) } : {};
}
