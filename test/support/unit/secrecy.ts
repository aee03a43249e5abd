import { EventEmitter, once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PATIENCE_MS } from '../process';
import { processes } from '../processes';

/** A process may live only for moments. */
const LOOK_EVERY_MS = 15;

/** The spellings in which a secret could show: as it is, percent-encoded, in JSON, in base64, quoted for ffmpeg. */
export function spellings(secret: string): string[] {
  return [
    secret,
    encodeURIComponent(secret),
    encodeURI(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    secret.replaceAll("'", "'\\''"),
  ].filter((spelling, index, all) => all.indexOf(spelling) === index);
}

/** The spellings of secrets that a text holds. */
export function leaks(text: string | Buffer, secrets: readonly string[]): string[] {
  return secrets.flatMap(spellings).filter((spelling) => text.includes(spelling));
}

/** Looks at the arguments of every process on the machine, again and again, as any user could. */
export class CommandLineWatch {
  readonly leaked = new Set<string>();
  /** How many different command lines it has seen, so that a test can tell it looked. */
  readonly seen = new Set<string>();
  private readonly sightings = new EventEmitter();
  private ended = false;
  private readonly looking: Promise<void>;

  constructor(private readonly secrets: readonly string[]) {
    this.looking = this.look();
  }

  /** Resolves when a secret was seen. */
  async leak(): Promise<void> {
    if (this.leaked.size === 0)
      await once(this.sightings, 'leak', { signal: AbortSignal.timeout(PATIENCE_MS) });
  }

  async end(): Promise<void> {
    this.ended = true;
    await this.looking;
  }

  private async look(): Promise<void> {
    while (!this.ended) {
      for (const { commandLine } of processes()) {
        this.seen.add(commandLine);
        for (const leak of leaks(commandLine, this.secrets)) {
          this.leaked.add(`${leak} in ${commandLine}`);
          this.sightings.emit('leak');
        }
      }
      await wait(LOOK_EVERY_MS);
    }
  }
}

/** The files below a directory that hold a secret, whatever kind they are. */
export async function leakingFiles(directory: string, secrets: readonly string[]): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const leaking = await Promise.all(
    files.map(async (file) => {
      // What ffmpeg records comes and goes meanwhile.
      const content = await readFile(file).catch(() => Buffer.alloc(0));
      return leaks(content, secrets).length > 0 ? [file] : [];
    }),
  );
  return leaking.flat();
}
