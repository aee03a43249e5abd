// The editor's scripts import this file too: nothing here may need Node.js.

/** A node's settings as a flow has them. */
export type StoredSettings = Readonly<Record<string, unknown>>;

/** Makes settings of one version into those of the next. */
type Migration = (settings: StoredSettings) => StoredSettings;

/**
 * The changes that a type's settings have been through, oldest first: the first one takes settings that have no
 * `version`, the next one those of version 1, and so on.
 */
export type Migrations = readonly Migration[];

/** For types whose settings have not changed since flows have no `version`. */
export const UNCHANGED: Migrations = [(settings) => settings];

/** Settings as the present version of the type has them; those of a later version stay as they are. */
export function migrate(settings: StoredSettings, migrations: Migrations): StoredSettings {
  const version = versionOf(settings);
  if (version >= migrations.length) return settings;
  const migrated = migrations.slice(version).reduce((before, migration) => migration(before), settings);
  return { ...migrated, version: migrations.length };
}

function versionOf({ version }: StoredSettings): number {
  return typeof version === 'number' && Number.isInteger(version) && version > 0 ? version : 0;
}
