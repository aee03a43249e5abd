import { codeOf, messageOf } from '../nodes/lib/errors';
import { usageError } from './options';
import { PACKAGE_ROOT, versionIn } from './package-root';

/** What every command's file has; `start` has its own options, those of Node-RED's settings. */
interface Command {
  readonly usage: string;
  run(args: readonly string[]): void | Promise<void>;
}

/** Loaded only when called: `emit` must not pay for what `start` needs. */
const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map<string, () => Promise<Command>>([
  ['start', async () => ({ usage: START_USAGE, run: (await import('./start.js')).start })],
  ['emit', () => import('./emit.js')],
  ['listen', () => import('./listen.js')],
  ['doctor', () => import('./doctor.js')],
  ['verify-clip', () => import('./verify-clip.js')],
]);

const START_USAGE = `Usage: v2x start

Runs Node-RED with the default flow and prints "v2x ready <url>" once every node has been set up.
Settings are environment variables: PORT, V2X_DATA, V2X_CAMERA, V2X_PRE, V2X_POST, V2X_INTERFACES, V2X_GROUP,
V2X_MULTICAST_PORT, V2X_STATION, V2X_KEY, V2X_KEY_ID, V2X_HOSTS, V2X_LOG.`;

const USAGE = `Usage: v2x <command> [options]

Commands:
  start         run the roadside unit: Node-RED with the default flow
  emit          write an event file, as a detector does
  listen        print the alerts that vehicles receive
  doctor        find what is missing or misconfigured, and what to do about it
  verify-clip   check that a clip is unchanged and plays

Run "v2x <command> --help" for details, or "v2x --version" for the version.`;

async function main(argv: readonly string[]): Promise<void> {
  const [name, ...args] = argv as readonly [string | undefined, ...string[]];
  if (name === undefined) throw usageError('no command given; see "v2x --help"');
  if (name === '--help' || name === '-h') {
    print(USAGE);
    return;
  }
  if (name === '--version') {
    print(versionIn(PACKAGE_ROOT));
    return;
  }
  const load = COMMANDS.get(name);
  if (!load) throw usageError(`unknown command "${name}"; see "v2x --help"`);
  const command = await load();
  if (args.includes('--help') || args.includes('-h')) print(command.usage);
  else await command.run(args);
}

/** By the error's code; 1 for all others. */
const EXIT_CODES: Partial<Record<string, number>> = { usage: 2, playback: 3 };

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`v2x: ${messageOf(error)}\n`);
  process.exitCode = EXIT_CODES[codeOf(error) ?? ''] ?? 1;
});
