import { migrate, UNCHANGED, type Migrations, type StoredSettings } from '../lib/node-red/migration';

/**
 * Brings nodes of a type to the present version of its settings as flows are loaded or imported.
 * @returns the present version, for new nodes
 */
export function upgrade(type: string, migrations: Migrations = UNCHANGED): number {
  RED.events.on('nodes:add', (added) => {
    const node = added as StoredSettings;
    if (node.type === type) Object.assign(node, migrate(node, migrations));
  });
  return migrations.length;
}
