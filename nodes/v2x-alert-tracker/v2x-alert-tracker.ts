import { toAlert, type Alert } from '../lib/alert/alert';
import { isRelevant, toPosition, type Position } from '../lib/alert/relevance';
import { AlertTable, type Change, type Outcome } from '../lib/alert/table';
import type { CancelTimer } from '../lib/time/clock';
import { defineNode } from '../lib/node-red/define-node';
import type { FlowNode } from '../lib/node-red/flow-node';
import type { Message } from '../lib/node-red/message';
import { readSettings, type SettingValues } from '../lib/node-red/settings';
import { SETTINGS } from './settings';

type Config = Record<keyof typeof SETTINGS, unknown>;

/** The wall clock may step: whether alerts have expired is looked at this often at least. */
const LONGEST_WAIT_SECONDS = 30;

const TELLING: ReadonlySet<Change | 'irrelevant'> = new Set(['new', 'update', 'cancel']);

/** Keeps a vehicle's table of alerts and reports each new, updated, cancelled or expired alert once. */
export default defineNode<Config>({
  type: 'v2x-alert-tracker',
  setup(node) {
    const settings = readSettings(SETTINGS, node.config);
    const table = new AlertTable(settings.size);
    const fixed = fixedPosition(settings);
    const expireDue = watchExpiry(node, table);

    return {
      input(message, send) {
        const alert = toAlert(message.payload);
        expireDue();
        const position = positionOf(message) ?? fixed;
        const { change, dropped } = outcomeOf(alert, table, position, node.clock.now());
        if (dropped) tellEnd(node, dropped, 'full');
        const about = { ...message, payload: alert, alert: aboutOf(alert, change, message) };
        if (TELLING.has(change)) send(about, null);
        else send(null, about);
        expireDue();
      },
    };
  },
});

/** An alert that does not matter here is not remembered: it may matter later. A cancel always is. */
function outcomeOf(
  alert: Alert,
  table: AlertTable,
  position: Position | undefined,
  now: number,
): Omit<Outcome, 'change'> & { readonly change: Change | 'irrelevant' } {
  const mayWait = alert.status === 'active' && !table.isLive(alert.sub);
  if (mayWait && position && !isRelevant(alert, position)) return { change: 'irrelevant' };
  return table.receive(alert, now);
}

/**
 * Sends what has expired, and sets the timer for what will.
 * @returns does so now
 */
function watchExpiry(node: FlowNode<Config>, table: AlertTable): () => void {
  let cancel: CancelTimer | undefined;
  const expireDue = () => {
    cancel?.();
    const now = node.clock.now();
    for (const alert of table.expire(now)) tellEnd(node, alert, 'validity');
    showLive(node, table.live.length);
    const next = table.nextExpiry();
    cancel =
      next === undefined
        ? undefined
        : node.clock.after(Math.min(next - now, LONGEST_WAIT_SECONDS), expireDue);
  };
  node.onClose(() => cancel?.());
  expireDue();
  return expireDue;
}

/** A display has to remove this warning: its validity is over, or the table is full. */
function tellEnd(node: FlowNode<Config>, alert: Alert, reason: 'validity' | 'full'): void {
  node.send({ payload: alert, alert: { ...aboutOf(alert, 'expired'), reason } }, null);
}

function showLive(node: FlowNode<Config>, live: number): void {
  if (live === 0) node.status.off('none');
  else node.status.ok('live', { live });
}

function aboutOf(alert: Alert, change: string, { alert: known }: Message = {}): object {
  const about = { actionId: alert.sub, change, referenceTime: alert.iat, expires: alert.exp };
  return typeof known === 'object' ? { ...known, ...about } : about;
}

function positionOf({ position }: Message): Position | undefined {
  return position === undefined ? undefined : toPosition(position, 'msg.position');
}

function fixedPosition({ lat, lon, heading }: SettingValues<typeof SETTINGS>): Position | undefined {
  if (lat === undefined && lon === undefined) return undefined;
  return toPosition({ lat, lon, ...(heading === undefined ? {} : { heading }) }, 'The fixed position');
}
