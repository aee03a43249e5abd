/** `ok`: as it should be; `warning`: works, but not as well or as safely as it could; `problem`: does not work. */
type Level = 'ok' | 'warning' | 'problem';

/** What one check found. */
export interface Finding {
  /** The subject, one word, stable for scripts. */
  readonly check: string;
  readonly level: Level;
  readonly text: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** Makes the findings of one subject. */
export function findings(check: string) {
  return {
    ok: (text: string): Finding => ({ check, level: 'ok', text }),
    warning: (text: string, remedy: string): Finding => ({ check, level: 'warning', text, remedy }),
    problem: (text: string, remedy?: string): Finding => ({
      check,
      level: 'problem',
      text,
      ...(remedy === undefined ? {} : { remedy }),
    }),
  };
}

const LEVEL_WIDTH = 'problem'.length;
const CHECK_WIDTH = 11;

/** One line for a person. Texts may quote what comes from outside, which must not steer the terminal. */
export function describe({ check, level, text, remedy }: Finding): string {
  const line = `${level.padEnd(LEVEL_WIDTH)}  ${check.padEnd(CHECK_WIDTH)} ${text}`;
  return (remedy === undefined ? line : `${line} -> ${remedy}`).replaceAll(/\p{Cc}/gu, '?');
}

/** A length of time as people say it. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** A number of bytes as people say it, in decimal units as disks are sold. */
export function size(bytes: number): string {
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`;
}
