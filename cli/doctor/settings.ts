import { SETTINGS as CLIP_MAKER } from '../../nodes/clip-maker/settings';
import { messageOf } from '../../nodes/lib/errors';
import {
  isFromMessage,
  readSetting,
  type NumberSetting,
  type Setting,
  type SettingTable,
} from '../../nodes/lib/node-red/settings';
import { SETTINGS as MULTICAST_GROUP } from '../../nodes/v2x-multicast-group/settings';
import { SETTINGS as SEGMENT_STORE } from '../../nodes/v2x-segment-store/settings';
import { findings, type Finding } from './finding';
import type { UnitNode } from './unit';

/** The settings that the doctor works with, and the subject they belong to. */
const TABLES: Readonly<
  Record<string, { readonly check: string; readonly settings: SettingTable } | undefined>
> = {
  'clip-maker': { check: 'clips', settings: CLIP_MAKER },
  'v2x-segment-store': { check: 'recorder', settings: SEGMENT_STORE },
  'v2x-multicast-group': { check: 'multicast', settings: MULTICAST_GROUP },
};

/** Each setting of a node that its node would refuse, with the variable it comes from. */
export function wrongSettings(node: UnitNode): Finding[] {
  const { check, settings } = TABLES[node.type] ?? { check: '', settings: {} };
  return Object.entries(settings).flatMap(([name, setting]) => {
    try {
      read(node, name, setting);
      return [];
    } catch (error) {
      return [findings(check).problem(messageOf(error), correct(node, name))];
    }
  });
}

/** A number of a node; the default where the node would refuse it, or where messages will bring it. */
export function numberOf(
  node: UnitNode | undefined,
  name: string,
  setting: NumberSetting & { readonly fallback: number },
): number {
  if (!node || isFromMessage(node.config[name])) return setting.fallback;
  try {
    return Number(read(node, name, setting));
  } catch {
    return setting.fallback;
  }
}

/** What to do about a setting that is wrong. */
export function correct(node: UnitNode, name: string): string {
  return `correct ${node.variables?.[name] ?? `it in the node ${node.label}`}`;
}

function read(node: UnitNode, name: string, setting: Setting): unknown {
  return readSetting(node.variables?.[name] ?? name, setting, node.config[name]);
}
