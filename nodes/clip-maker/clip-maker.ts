import { join } from 'node:path';
import type { KeyRing } from '../lib/alert/trust/key-ring';
import { ClipMaker } from '../lib/clip/maker';
import { ClipQueue } from '../lib/clip/jobs/queue';
import { V2xError } from '../lib/errors';
import { toEvent, type IncidentEvent } from '../lib/event/event';
import { ensureWritableDirectory } from '../lib/disk/files';
import { defineNode } from '../lib/node-red/define-node';
import type { FlowNode } from '../lib/node-red/flow-node';
import type { Message } from '../lib/node-red/message';
import { booleanSetting, isFromMessage, numberSetting } from '../lib/node-red/settings';
import type { SegmentRing } from '../lib/recording/segment';
import { ClipReporter } from './clip-reporter';
import { manifestSigner } from './manifest-signer';

interface Config {
  /** Id of the v2x-segment-store. */
  store: string;
  /** Relative to the data root, or absolute. */
  directory: string;
  /** Seconds, or where a message or context has them: `msg.before`. */
  pre: string | number;
  post: string | number;
  /** How many clips may be cut at a time. */
  parallel: string | number;
  /** Begin and end on the very frame instead of at key frames. */
  exact: boolean | string;
  /** What a cancel does: `keep` leaves the clip, `drop` deletes it. */
  cancel: string;
  /** Id of the v2x-key that signs manifests; none: they are not signed. */
  key: string;
}

/** A message to this node may ask for another window than the settings. */
interface ClipMessage extends Message {
  readonly pre?: unknown;
  readonly post?: unknown;
  readonly exact?: unknown;
  readonly event?: unknown;
}

const DEFAULT_SECONDS = 300;
const MAX_SECONDS = 3600;
/** A sender whose clock is further ahead than this, in seconds, would make the clip wait for ever. */
const MAX_AHEAD = 3600;

/** Keeps the footage around an incident as a clip. */
export default defineNode<Config>({
  type: 'clip-maker',
  async setup(node) {
    const window = { pre: checked(node.config, 'pre'), post: checked(node.config, 'post') };
    const archive = node.dataPath(node.config.directory ?? 'archive');
    const ring = await node.use<SegmentRing>(node.config.store, 'v2x-segment-store');
    const signer = node.config.key && (await node.use<KeyRing>(node.config.key, 'v2x-key'));
    const cancels = cancelSetting(node.config.cancel);
    const exact = booleanSetting(node.config.exact, false);
    const reporter = new ClipReporter(node);
    const queue = new ClipQueue({
      directory: join(archive, '.jobs', node.id.replaceAll(/[^\w-]/g, '_')),
      ring,
      maker: new ClipMaker(
        ring,
        archive,
        node.clock,
        signer ? manifestSigner(signer, node.clock) : undefined,
      ),
      observer: reporter,
      parallelCuts: Math.floor(
        numberSetting('parallel', node.config.parallel, { fallback: 1, min: 1, max: 8 }),
      ),
      clock: node.clock,
      random: node.random,
    });
    node.onClose(() => queue.close());
    // Jobs from before a restart go on without waiting for a message.
    node.run(async () => {
      await ensureWritableDirectory(archive, 'archive');
      reporter.ready();
      await queue.open();
    });

    return {
      async input(message: ClipMessage) {
        const event = incidentOf(message.payload, node.clock.now());
        if (event.action === 'cancel') {
          if (cancels === 'drop') await queue.drop(event.id);
          return;
        }
        const request = {
          id: event.id,
          t0: event.ts,
          pre: secondsOf(node, 'pre', window.pre, message),
          post: secondsOf(node, 'post', window.post, message),
          exact: booleanSetting(message.exact, exact),
          event,
          context: message.event,
        };
        await queue.accept(request, event.action === 'new');
      },
    };
  },
});

const SECONDS = { fallback: DEFAULT_SECONDS, min: 0, max: MAX_SECONDS };

/**
 * A setting that is a number of seconds, or names where each message has it.
 * @throws V2xError `setting`
 */
function checked(config: Partial<Config>, name: 'pre' | 'post'): number | string {
  const setting = config[name];
  if (isFromMessage(setting)) return setting;
  return numberSetting(name, setting, SECONDS);
}

/** What the message asks for, else what the setting says or points to, else the default. */
function secondsOf(
  node: FlowNode<Config>,
  name: 'pre' | 'post',
  setting: number | string,
  message: ClipMessage,
): number {
  const fallback = numberSetting(String(setting), node.valueOf(setting, message), SECONDS);
  return numberSetting(`msg.${name}`, message[name], { ...SECONDS, fallback });
}

/** @throws V2xError `setting` */
function cancelSetting(value: unknown): 'keep' | 'drop' {
  if (value === undefined || value === 'keep') return 'keep';
  if (value === 'drop') return 'drop';
  throw new V2xError(
    'setting',
    `The setting "cancel" is ${JSON.stringify(value)}; it must be "keep" or "drop"`,
    { name: 'cancel' },
  );
}

/** @throws V2xError `event` when the payload is no event, or one of the far future */
function incidentOf(payload: unknown, now: number): IncidentEvent {
  const event = toEvent(payload, { id: `at-${now}`, ts: now });
  const ahead = event.ts - now;
  if (ahead <= MAX_AHEAD) return event;
  throw new V2xError(
    'event',
    `Event ${event.id} says it happens ${Math.round(ahead)} s from now; set the clock of what sends it`,
    { id: event.id, ahead },
  );
}
