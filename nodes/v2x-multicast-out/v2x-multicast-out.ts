import { LiveAlertFile } from '../lib/alert/repeat/repetition-log';
import { Repeater } from '../lib/alert/repeat/repeater';
import { DEFAULT_REPETITION, type OutgoingAlert, type RepetitionPolicy } from '../lib/alert/repeat/schedule';
import { V2xError } from '../lib/errors';
import type { MulticastGroup } from '../lib/multicast/group';
import { MulticastSender, requireSize, type SendReport } from '../lib/multicast/sender';
import { defineNode } from '../lib/node-red/define-node';
import type { FlowNode } from '../lib/node-red/flow-node';
import type { Message } from '../lib/node-red/message';
import { booleanSetting, numberSetting } from '../lib/node-red/settings';
import { timeOfDay } from '../lib/node-red/status';

interface Config {
  group: string;
  /** Seconds between repetitions. */
  interval: string | number;
  /** Seconds for which an alert is repeated; 0 sends it once. */
  duration: string | number;
  /** The most copies of all alerts together in any second, on each interface. */
  perSecond: string | number;
  /** Whether repetitions are reported too, not only first copies. */
  reportRepetitions: boolean | string;
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
    const policy = policyOf(node.config);
    const reportRepetitions = booleanSetting(node.config.reportRepetitions, false);
    const display = new Display(node);
    const sender = await openSender(node, group, display);
    const file = liveAlertFile(node);
    /** Alerts of which a copy is out. */
    const heard = new WeakSet<MessageAlert>();
    const repeater = new Repeater<MessageAlert>({
      clock: node.clock,
      policy,
      async send({ alert, repetition }) {
        const { bytes, message, duration = policy.duration } = alert;
        const report = await sender.send(bytes);
        const out = report.interfaces.some(({ ok }) => ok);
        const first = out && !heard.has(alert);
        if (first) {
          heard.add(alert);
          file.add(alert, duration);
        }
        if (message && (repetition === 0 || first || reportRepetitions)) {
          node.send(reportMessage(message, report, repetition));
        }
        if (repetition === 0 && !out) throw unsentError(report, alert.actionId);
        return out;
      },
      onError: (error) => {
        node.report(error);
      },
      onAccept: (alert) => {
        // Until its first copy is out it waits as long as it is valid, also through a restart.
        const { expires = node.clock.now() + policy.duration, message } = alert;
        if (message) file.add(alert, expires - node.clock.now());
      },
      onChange: () => {
        display.repeating(repeater.size);
      },
    });
    node.onClose(() => {
      repeater.close();
    });
    await resume(node, file, repeater, policy);
    return {
      async input(message, send) {
        const bytes = bytesOf(message.payload);
        const alert = outgoingAlert(message, bytes);
        if (alert) await repeater.submit(alert);
        else send(reportMessage(message, await sender.send(bytes), 0));
        display.sent(node.clock.now());
      },
    };
  },
});

/** The node's status: red while an interface does not work, else what is being sent. */
class Display {
  private impaired = false;
  private alerts = 0;
  private lastSent: number | undefined;

  constructor(private readonly node: FlowNode<Config>) {}

  impair(impaired: boolean): void {
    this.impaired = impaired;
    this.show();
  }

  repeating(alerts: number): void {
    this.alerts = alerts;
    this.show();
  }

  sent(unixSeconds: number): void {
    this.lastSent = unixSeconds;
    this.show();
  }

  private show(): void {
    const { status } = this.node;
    if (this.impaired) return;
    if (this.alerts > 0) status.busy('repeating', { count: this.alerts });
    else if (this.lastSent === undefined) status.ok('ready');
    else status.ok('sent', { time: timeOfDay(this.lastSent) });
  }
}

async function openSender(
  node: FlowNode<Config>,
  group: MulticastGroup,
  display: Display,
): Promise<MulticastSender> {
  const sender = new MulticastSender(group, {
    clock: node.clock,
    onFault(error) {
      display.impair(true);
      node.report(error);
    },
    onRecovery(name, all) {
      node.info(node.text('log.recovered', { interface: name }));
      display.impair(!all);
    },
  });
  node.onClose(() => {
    sender.close();
  });
  display.impair(false);
  await sender.open();
  return sender;
}

function liveAlertFile(node: FlowNode<Config>): LiveAlertFile {
  const path = node.dataPath(`state/v2x-multicast-out-${node.id.replaceAll(/[^\w-]/g, '_')}.jsonl`);
  const file = new LiveAlertFile(path, node.clock, (error) => {
    node.report(error);
  });
  node.onClose(() => file.close());
  return file;
}

/** Goes on with the alerts of before a restart. What is wrong with their file does not keep new ones from going out. */
async function resume(
  node: FlowNode<Config>,
  file: LiveAlertFile,
  repeater: Repeater<MessageAlert>,
  policy: RepetitionPolicy,
): Promise<void> {
  const report = (error: unknown) => {
    node.report(error);
  };
  try {
    for (const { duration = 0, ...alert } of await file.load()) {
      repeater.submit({ ...alert, duration: Math.min(duration, policy.duration) }).catch(report);
    }
  } catch (error) {
    report(error);
  }
}

/** Not one interface took the first copy of an alert. */
function unsentError({ interfaces }: SendReport, actionId: string): V2xError {
  const reasons = [...new Set(interfaces.map(({ error }) => error ?? 'unknown reason'))].join('; ');
  const text = `Alert ${actionId} reached no interface: ${reasons}; it is tried again as long as it is valid`;
  return new V2xError('unsent', text, { actionId });
}

function policyOf(config: Partial<Config>): RepetitionPolicy {
  const { interval, duration, perSecond } = DEFAULT_REPETITION;
  return {
    interval: numberSetting('interval', config.interval, { fallback: interval, min: 0.05, max: 60 }),
    duration: numberSetting('duration', config.duration, { fallback: duration, min: 0, max: 86400 }),
    perSecond: numberSetting('perSecond', config.perSecond, { fallback: perSecond, min: 1, max: 10000 }),
  };
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
  const { actionId, expires, referenceTime } = alert as Record<string, unknown>;
  if (typeof actionId !== 'string' || actionId === '' || actionId.length > 64) {
    throw new V2xError(
      'payload',
      'msg.alert.actionId must be a text of 1 to 64 characters; wire v2x-alert in front',
    );
  }
  return {
    actionId,
    bytes,
    message,
    ...(typeof expires === 'number' && { expires }),
    ...(typeof referenceTime === 'number' && { referenceTime }),
  };
}

function reportMessage(message: Message, report: SendReport, repetition: number): Message {
  return { ...message, payload: { ...report, repetition } };
}
