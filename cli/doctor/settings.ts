import { messageOf } from '../../nodes/lib/errors';
import { isFromMessage, numberSetting, type NumberRange } from '../../nodes/lib/node-red/settings';
import { findings, type Finding } from './finding';
import type { UnitNode } from './unit';

/** The numbers that the doctor counts with, as their nodes take them, and the subject they belong to. */
const NUMBERS: Readonly<
  Record<string, { readonly check: string; readonly ranges: Readonly<Record<string, NumberRange>> }>
> = {
  'clip-maker': {
    check: 'clips',
    ranges: { pre: { fallback: 300, min: 0, max: 3600 }, post: { fallback: 300, min: 0, max: 3600 } },
  },
  'v2x-segment-store': {
    check: 'recorder',
    ranges: {
      segmentSeconds: { fallback: 10, min: 0, max: 600 },
      retentionHours: { fallback: 1, min: 0, max: 24 * 3650 },
      maxGigabytes: { fallback: 0, min: 0, max: 1e6 },
      minFreeGigabytes: { fallback: 1, min: 0, max: 1e6 },
    },
  },
  'v2x-multicast-group': {
    check: 'multicast',
    ranges: { port: { fallback: 37_020, min: 1, max: 65_535 }, hops: { fallback: 1, min: 0, max: 255 } },
  },
};

/** Each number of a node that cannot be, with the variable it comes from. */
export function wrongNumbers(node: UnitNode): Finding[] {
  const { check, ranges } = NUMBERS[node.type] ?? { check: '', ranges: {} };
  return Object.entries(ranges).flatMap(([name, range]) => {
    try {
      read(node, name, range);
      return [];
    } catch (error) {
      return [findings(check).problem(messageOf(error), correct(node, name))];
    }
  });
}

/** A number of a node; what cannot be, which `wrongNumbers` tells, and what messages will say, counts as the default. */
export function numberOf(node: UnitNode | undefined, type: string, name: string): number {
  const range = NUMBERS[type].ranges[name];
  try {
    return node ? read(node, name, range) : range.fallback;
  } catch {
    return range.fallback;
  }
}

/** What to do about a setting that is wrong. */
export function correct(node: UnitNode, name: string): string {
  return `correct ${node.variables?.[name] ?? `it in the node ${node.label}`}`;
}

function read(node: UnitNode, name: string, range: NumberRange): number {
  const setting = node.config[name];
  return isFromMessage(setting)
    ? range.fallback
    : numberSetting(node.variables?.[name] ?? name, setting, range);
}
