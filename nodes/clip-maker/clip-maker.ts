import type { KeyRing } from '../lib/alert/trust/key-ring';
import { ClipMaker } from '../lib/clip/maker';
import { jobsDirectory } from '../lib/clip/jobs/job-files';
import { ClipQueue } from '../lib/clip/jobs/queue';
import { V2xError } from '../lib/errors';
import { toEvent, type IncidentEvent } from '../lib/event/event';
import { ensureWritableDirectory } from '../lib/disk/files';
import { defineNode } from '../lib/node-red/define-node';
import type { FlowNode } from '../lib/node-red/flow-node';
import type { Message } from '../lib/node-red/message';
import { booleanSetting, numberSetting, readSettings } from '../lib/node-red/settings';
import type { SegmentRing } from '../lib/recording/segment';
import { ClipReporter } from './clip-reporter';
import { manifestSigner } from './manifest-signer';
import { SETTINGS } from './settings';

interface Config extends Record<keyof typeof SETTINGS, unknown> {
  /** Id of the v2x-segment-store. */
  store: string;
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

/** A sender whose clock is further ahead than this, in seconds, would make the clip wait for ever. */
const MAX_AHEAD = 3600;

/** Keeps the footage around an incident as a clip. */
export default defineNode<Config>({
  type: 'clip-maker',
  async setup(node) {
    const settings = readSettings(SETTINGS, node.config);
    const archive = node.dataPath(settings.directory);
    const ring = await node.use<SegmentRing>(node.config.store, 'v2x-segment-store');
    const signer = node.config.key && (await node.use<KeyRing>(node.config.key, 'v2x-key'));
    const reporter = new ClipReporter(node);
    const queue = new ClipQueue({
      directory: jobsDirectory(archive, node.id.replaceAll(/[^\w-]/g, '_')),
      ring,
      maker: new ClipMaker(
        ring,
        archive,
        node.clock,
        signer ? manifestSigner(signer, node.clock) : undefined,
      ),
      observer: reporter,
      parallelCuts: settings.parallel,
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
          if (settings.cancel === 'drop') await queue.drop(event.id);
          return;
        }
        const request = {
          id: event.id,
          t0: event.ts,
          pre: secondsOf(node, 'pre', settings.pre, message),
          post: secondsOf(node, 'post', settings.post, message),
          exact: booleanSetting(message.exact, settings.exact),
          event,
          context: message.event,
        };
        await queue.accept(request, event.action === 'new');
      },
    };
  },
});

/** What the message asks for, else what the setting says or points to, else the default. */
function secondsOf(
  node: FlowNode<Config>,
  name: 'pre' | 'post',
  setting: number | string,
  message: ClipMessage,
): number {
  const range = SETTINGS[name];
  const fallback = numberSetting(String(setting), node.valueOf(setting, message), range);
  return numberSetting(`msg.${name}`, message[name], { ...range, fallback });
}

/** @throws V2xError `event` when the payload is no event, or one of the far future */
function incidentOf(payload: unknown, now: number): IncidentEvent {
  const event = toEvent(payload, { id: `at-${now}`, ts: now });
  const ahead = event.ts - now;
  if (ahead <= MAX_AHEAD) return event;
  throw new V2xError(
    'event',
    `Event ${event.id} is ${Math.round(ahead)} s in the future`,
    { id: event.id, ahead },
    { remedy: 'set the clock of what sends it' },
  );
}
