import { dropEvent } from '../lib/event/drop';
import { ensureWritableDirectory } from '../lib/disk/files';
import { defineNode } from '../lib/node-red/define-node';
import { readSettings } from '../lib/node-red/settings';
import { timeOfDay } from '../lib/node-red/status';
import { SETTINGS } from './settings';

type Config = Record<keyof typeof SETTINGS, unknown>;

/** Drops each incoming event as a file, and passes the message on with `msg.event.path`. */
export default defineNode<Config>({
  type: 'event-dir-out',
  setup(node) {
    const directory = node.dataPath(readSettings(SETTINGS, node.config).directory);
    return {
      async input(message, send) {
        await ensureWritableDirectory(directory, 'events');
        const path = await dropEvent(directory, message.payload, node.clock);
        node.status.ok('dropped', { time: timeOfDay(node.clock.now()) });
        send({ ...message, event: { path } });
      },
    };
  },
});
