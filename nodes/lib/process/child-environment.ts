/**
 * The environment for programs that this package starts, without the unit's own settings: the key among them is no
 * business of a program that parses what a camera sends.
 */
export function childEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('V2X_')));
}
