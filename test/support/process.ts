import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { endWithFile } from './leftovers';

/**
 * What has not come after this long (ms) will not come, on a busy machine either: the test fails and shows what was
 * printed.
 */
export const PATIENCE_MS = 120_000;

/** A line of output with the moment it came (ms, Date.now). */
export interface Line {
  readonly text: string;
  readonly at: number;
}

/** A program under test: its lines can be awaited. It is stopped with the last test of its file at the latest. */
export class Program {
  readonly lines: Line[] = [];
  private readonly changes = new EventEmitter();
  private readonly exited: Promise<number | null>;

  constructor(
    readonly child: ChildProcess,
    private readonly name: string,
  ) {
    this.changes.setMaxListeners(0);
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (text) => {
        this.lines.push({ text, at: Date.now() });
        this.changes.emit('change');
      });
    }
    const forget = endWithFile(() => this.stop());
    this.exited = new Promise((resolve, reject) => {
      child.once('error', (error) => {
        forget();
        reject(error);
      });
      child.once('close', (code) => {
        forget();
        resolve(code);
        this.changes.emit('change');
      });
    });
  }

  static start(command: string, args: readonly string[], options: SpawnOptions = {}): Program {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    return new Program(child, [command, ...args].join(' '));
  }

  /** Everything printed so far, for messages of failed tests. */
  get output(): string {
    return this.lines.map(({ text }) => text).join('\n');
  }

  /**
   * Resolves with the first line from index `since` on that fits.
   * @throws when the program ends without it, or nothing comes for too long
   */
  async line(pattern: RegExp, since = 0): Promise<Line> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const found = this.lines.slice(since).find(({ text }) => pattern.test(text));
      if (found) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`${this.name} ended without ${String(pattern)}:\n${this.output}`);
      }
      try {
        await once(this.changes, 'change', { signal });
      } catch (error) {
        throw new Error(`${this.name} does not print ${String(pattern)}:\n${this.output}`, { cause: error });
      }
    }
  }

  /** Resolves with the exit code; null after a signal. */
  exit(): Promise<number | null> {
    return this.exited;
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.exit();
  }
}
