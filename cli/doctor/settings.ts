import { messageOf } from '../../nodes/lib/errors';
import {
  isFromMessage,
  readSetting,
  type Setting,
  type SettingTable,
} from '../../nodes/lib/node-red/settings';
import { findings, type Finding } from './finding';
import type { UnitNode } from './unit';

/**
 * Each setting of a node that its node would refuse, with the variable it comes from.
 * @param check the subject of the findings
 */
export function wrongSettings(check: string, node: UnitNode, table: SettingTable): Finding[] {
  return Object.entries(table).flatMap(([name, setting]) => {
    try {
      read(node, name, setting);
      return [];
    } catch (error) {
      return [findings(check).problem(messageOf(error), correct(node, name))];
    }
  });
}

/** The settings of a node: the default where the node would refuse one, or where messages bring it. */
export function settingsOf<Table extends SettingTable>(
  node: UnitNode | undefined,
  table: Table,
): { readonly [Name in keyof Table]: Table[Name]['fallback'] } {
  const entries = Object.entries(table).map(([name, setting]) => [name, settingOf(node, name, setting)]);
  return Object.fromEntries(entries) as { readonly [Name in keyof Table]: Table[Name]['fallback'] };
}

function settingOf(node: UnitNode | undefined, name: string, setting: Setting): unknown {
  if (!node || isFromMessage(node.config[name])) return setting.fallback;
  try {
    return read(node, name, setting);
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
