import { toAlert, type Alert } from '../lib/alert/alert';
import { V2xError } from '../lib/errors';
import { parseCodes } from '../lib/j2735/codes';
import { encodeMessage } from '../lib/j2735/frame';
import { headingSlices, parseDirections } from '../lib/j2735/heading';
import type { Regional } from '../lib/j2735/messages/elements';
import { messageOf, type Site } from '../lib/j2735/outgoing';
import { PROFILES, type Profile } from '../lib/j2735/profiles';
import { parseRegional } from '../lib/j2735/regional';
import { VersionCounts } from '../lib/j2735/versions';
import { logStage } from '../lib/node-red/alert-stages';
import { defineNode } from '../lib/node-red/define-node';
import type { FlowNode } from '../lib/node-red/flow-node';
import type { Message } from '../lib/node-red/message';
import { readSettings, type SettingValues } from '../lib/node-red/settings';
import { SETTINGS } from './settings';

type Config = Record<keyof typeof SETTINGS, unknown>;

/** Turns alerts into messages of SAE J2735. */
export default defineNode<Config>({
  type: 'j2735-encode',
  async setup(node) {
    const settings = readSettings(SETTINGS, node.config);
    const site = siteOf(settings);
    const psid = settings.psid ?? PROFILES[settings.profile].psid[site.kind];
    const counts = await openCounts(node);
    node.status.ok('ready', { message: site.kind });

    return {
      input(message, send) {
        const now = node.clock.now();
        const given = toAlert(message.payload);
        requireStanding(given, now);
        const { msgCnt, alert } = counts.count(given);
        const json = messageOf(alert, msgCnt, { ...site, regional: regionalIn(message) ?? site.regional });
        const payload = encodeMessage(json);
        const { messageId, value } = json;
        const j2735 = { messageId, psid, priority: site.priority, msgCnt, value };
        send({ ...message, payload, alert: aboutOf(message, alert, site, now + settings.clearing), j2735 });
        logStage(node, message, 'encoded');
        node.status.ok('encoded', { message: site.kind, count: msgCnt, bytes: payload.length });
      },
    };
  },
});

function siteOf(settings: SettingValues<typeof SETTINGS>): Site {
  const profile: Profile = PROFILES[settings.profile];
  return {
    kind: settings.message === 'profile' ? profile.message : settings.message,
    codes: parseCodes(settings.codes, parseCodes(profile.codes)),
    heading: headingSlices(parseDirections(settings.directions)),
    priority: settings.priority ?? profile.priority,
    regional: parseRegional(settings.regional),
  };
}

/** Counts that cannot be read begin anew: no warning waits for them. */
async function openCounts(node: FlowNode<Config>): Promise<VersionCounts> {
  const path = node.dataPath(`state/j2735-encode-${node.id.replaceAll(/[^\w-]/g, '_')}.jsonl`);
  const report = (error: unknown) => {
    node.report(error);
  };
  const counts = new VersionCounts(path, node.clock, report);
  node.onClose(() => counts.close());
  await counts.load().catch(report);
  return counts;
}

function requireStanding({ sub, exp }: Alert, now: number): void {
  if (exp > now) return;
  throw new V2xError('expired', `Alert ${sub} is no longer valid; it is not sent`, { actionId: sub });
}

/** What goes on beside the message. An RSA says that it is over only for a while, since it stands only while repeated. */
function aboutOf(message: Message, alert: Alert, { kind }: Site, cleared: number): object {
  const isOver = alert.status === 'cancelled';
  return {
    version: isOver ? 'cancel' : 'new',
    ...(message.alert as object | undefined),
    actionId: alert.sub,
    referenceTime: alert.iat,
    expires: isOver && kind === 'RSA' ? Math.min(alert.exp, cleared) : alert.exp,
  };
}

/** A function node in front may add national extensions of its own; they are checked when they are encoded. */
function regionalIn({ j2735 }: Message): Regional | undefined {
  const { regional } = Object(j2735) as { regional?: Regional };
  return regional;
}
