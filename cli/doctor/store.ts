import type { Retention } from '../../nodes/lib/recording/ring/retention';
import { storeState, type StoreState } from '../../nodes/lib/recording/ring/store-state';
import { retentionOf } from '../../nodes/v2x-segment-store/retention';
import { SETTINGS } from '../../nodes/v2x-segment-store/settings';
import { settingsOf } from './settings';
import type { Unit, UnitNode } from './unit';

/** The segment store that a node records into or cuts from: how it is, and what its settings ask for. */
export interface Store extends StoreState, Retention {
  readonly segmentSeconds: number;
}

/**
 * Looks at a segment store without touching it.
 * @param node that refers to a v2x-segment-store as `store`
 * @throws the system's error when the directory cannot be read
 */
export async function storeOf(unit: Unit, node: UnitNode): Promise<Store> {
  const settings = settingsOf(unit.refer(node, 'store'), SETTINGS);
  const state = await storeState(unit.path(settings.directory));
  return { ...state, ...retentionOf(settings), segmentSeconds: settings.segmentSeconds };
}
