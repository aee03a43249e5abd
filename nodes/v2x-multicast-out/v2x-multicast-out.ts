import { RepetitionLog } from '../lib/alert/repeat/repetition-log';
import { Repeater } from '../lib/alert/repeat/repeater';
import type { DueCopy, OutgoingAlert } from '../lib/alert/repeat/schedule';
import { V2xError } from '../lib/errors';
import type { MulticastGroup } from '../lib/multicast/group';
import { MulticastSender, requireSize, type SendReport } from '../lib/multicast/sender';
import { logStage } from '../lib/node-red/alert-stages';
import { defineNode } from '../lib/node-red/define-node';
import type { FlowNode } from '../lib/node-red/flow-node';
import { InterfaceStatus } from '../lib/node-red/interface-status';
import type { Message } from '../lib/node-red/message';
import { readSettings, type SettingValues } from '../lib/node-red/settings';
import { timeOfDay } from '../lib/node-red/status';
import { SETTINGS } from './settings';

interface Config extends Record<keyof typeof SETTINGS, unknown> {
  group: string;
}

/** An alert with the message that brought it; one that goes on after a restart has none. */
interface MessageAlert extends OutgoingAlert {
  readonly message?: Message;
}

/** Sends payloads to a multicast group, and repeats those that are alerts. */
export default defineNode<Config>({
  type: 'v2x-multicast-out',
  async setup(node) {
    const group = await node.use<MulticastGroup>(node.config.group, 'v2x-multicast-group');
    const settings = readSettings(SETTINGS, node.config);
    let lastSent: number | undefined;
    const display = new InterfaceStatus(
      node,
      () => {
        if (repeater.size > 0) node.status.busy('repeating', { count: repeater.size });
        else if (lastSent === undefined) node.status.ok('ready');
        else node.status.ok('sent', { time: timeOfDay(lastSent) });
      },
      (name) => node.text('log.recovered', { interface: name }),
    );
    const sender = new MulticastSender(group, {
      clock: node.clock,
      onFault: display.onFault,
      onRecovery: display.onRecovery,
    });
    const log = openLog(node);
    const repeater = new Repeater<MessageAlert>({
      clock: node.clock,
      policy: settings,
      send: copySender(node, sender, settings),
      onError: (error) => {
        node.report(error);
      },
      onAccept: (alert) => {
        log.add(alert);
      },
      onOut: (alert, duration) => {
        // Until then it waits as long as it is valid, also through a restart.
        if (duration !== undefined) log.add(alert, duration);
      },
      onChange: () => {
        display.show();
      },
    });
    node.onClose(() => {
      repeater.close();
      sender.close();
    });
    await sender.open();
    display.show();
    await resume(node, log, repeater);
    return {
      async input(message, send) {
        const bytes = bytesOf(message.payload);
        const alert = outgoingAlert(message, bytes);
        if (alert) await repeater.submit(alert);
        else send(reportMessage(message, await sender.send(bytes), 0));
        lastSent = node.clock.now();
        display.show();
      },
    };
  },
});

/** Sends one copy of an alert and reports on it at the output. */
function copySender(
  node: FlowNode<Config>,
  sender: MulticastSender,
  { reportRepetitions }: SettingValues<typeof SETTINGS>,
) {
  return async ({ alert, repetition, first }: DueCopy<MessageAlert>): Promise<boolean> => {
    const sending = sender.send(alert.bytes);
    // The system has it by now; its answer comes later.
    const handedOver = node.clock.monotonic();
    const report = await sending;
    const out = report.interfaces.some(({ ok }) => ok);
    if (alert.message && first && out) logStage(node, alert.message, 'sent', handedOver);
    if (alert.message && (repetition === 0 || (first && out) || reportRepetitions)) {
      node.send(reportMessage(alert.message, report, repetition));
    }
    if (repetition === 0 && !out) throw unsentError(report, alert.actionId);
    return out;
  };
}

function openLog(node: FlowNode<Config>): RepetitionLog {
  const path = node.dataPath(`state/v2x-multicast-out-${node.id.replaceAll(/[^\w-]/g, '_')}.jsonl`);
  const log = new RepetitionLog(path, node.clock, (error) => {
    node.report(error);
  });
  node.onClose(() => log.close());
  return log;
}

/** Goes on with the alerts of before a restart. A log that cannot be read does not keep new ones from going out. */
async function resume(
  node: FlowNode<Config>,
  log: RepetitionLog,
  repeater: Repeater<MessageAlert>,
): Promise<void> {
  const report = (error: unknown) => {
    node.report(error);
    return [];
  };
  for (const { alert, remaining } of await log.load().catch(report)) {
    try {
      repeater.resume(alert, remaining);
    } catch (error) {
      report(error);
    }
  }
}

/** No interface took the first copy of an alert. */
function unsentError({ interfaces }: SendReport, actionId: string): V2xError {
  const reasons = [...new Set(interfaces.map(({ error }) => error ?? 'unknown reason'))].join('; ');
  const text = `Alert ${actionId} went out on no interface: ${reasons}; it is retried as long as it is valid`;
  return new V2xError('unsent', text, { actionId });
}

function bytesOf(payload: unknown): Uint8Array {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  if (!(bytes instanceof Uint8Array)) {
    throw new V2xError(
      'payload',
      `The payload to send is ${payload === null ? 'null' : typeof payload}; it must be a string or a Buffer`,
    );
  }
  requireSize(bytes);
  return bytes;
}

/** What `msg.alert` says of the payload; undefined when the payload is no alert and is sent once. */
function outgoingAlert(message: Message, bytes: Uint8Array): MessageAlert | undefined {
  const { alert } = message;
  if (typeof alert !== 'object' || alert === null) return undefined;
  const { actionId, version, expires, referenceTime } = alert as Record<string, unknown>;
  if (typeof actionId !== 'string' || actionId === '' || actionId.length > 64) {
    throw new V2xError(
      'payload',
      'msg.alert.actionId must be a text of 1 to 64 characters',
      {},
      { remedy: 'wire v2x-alert to this node' },
    );
  }
  return {
    actionId,
    bytes,
    message,
    ...(typeof expires === 'number' && { expires }),
    ...(typeof referenceTime === 'number' && { referenceTime }),
    cancels: version === 'cancel',
  };
}

function reportMessage(message: Message, report: SendReport, repetition: number): Message {
  return { ...message, payload: { ...report, repetition } };
}
