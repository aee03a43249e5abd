import { randomUUID } from 'node:crypto';
import { alertOf, actionIdOf } from '../lib/alert/alert';
import { warmUpAlerts } from '../lib/alert/warm-up';
import { shareRegistry, type SharedRegistry } from '../lib/alert/issue/shared-registry';
import { toEvent } from '../lib/event/event';
import { logStage } from '../lib/node-red/alert-stages';
import { defineNode } from '../lib/node-red/define-node';
import type { FlowNode } from '../lib/node-red/flow-node';
import type { Message } from '../lib/node-red/message';
import { readSettings } from '../lib/node-red/settings';
import { SETTINGS } from './settings';

type Config = Record<keyof typeof SETTINGS, unknown>;

/** Turns events into alerts with an action id that stays through update and cancel. */
export default defineNode<Config>({
  type: 'v2x-alert',
  setup(node) {
    const { station, validity } = readSettings(SETTINGS, node.config);
    const openRegistry = keepRegistry(node, station);
    warmUpAlerts();

    return {
      async input(message, send) {
        const now = node.clock.now();
        const event = toEvent(message.payload, { id: randomUUID(), ts: now });
        // A cancel is never withheld: as long as a warning stands, its end is news.
        if (isStale(message) && event.action !== 'cancel') {
          node.status.off('stale');
          node.info(`Event "${event.id}" is too old for a warning; no alert is sent`);
          return;
        }
        const registry = await openRegistry();
        const { action, version, unsaved } = await registry.issue(event, { now, validity });
        const { referenceTime, expires, sequence } = action;
        if (version === 'superseded') {
          node.status.off(version, { sequence });
          return;
        }
        const alert = { actionId: actionIdOf(action), version, referenceTime, expires };
        send({ ...message, payload: alertOf(action, event), alert });
        logStage(node, message, 'issued');
        node.status.ok(version, { sequence });
        if (unsaved) node.report(unsaved);
      },
    };
  },
});

/** Opens the station's registry at once, again when that failed, and lets go of it when the node closes. */
function keepRegistry(node: FlowNode<Config>, station: number) {
  const directory = node.dataPath('state/alert');
  let shared: Promise<SharedRegistry> | undefined;
  const open = async () => {
    shared ??= shareRegistry(directory, station, node.clock.now()).catch((error: unknown) => {
      shared = undefined;
      throw error;
    });
    return (await shared).registry;
  };
  node.run(async () => {
    await open();
    node.status.ok('ready', { station });
  });
  node.onClose(async () => (await shared)?.release());
  return open;
}

/** Whether event-dir-in found the event too old to be broadcast. */
function isStale({ event }: Message): boolean {
  return typeof event === 'object' && event !== null && 'stale' in event && event.stale === true;
}
