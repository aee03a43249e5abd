import { Limiter } from '../nodes/lib/async/limiter';
import { readFile } from 'node:fs/promises';
import type { Alert } from '../nodes/lib/alert/alert';
import { isAsymmetric } from '../nodes/lib/alert/trust/key';
import { KeyRing } from '../nodes/lib/alert/trust/key-ring';
import { Refusals } from '../nodes/lib/alert/trust/refusals';
import { AlertTable, type Change } from '../nodes/lib/alert/table';
import { verifyAlert, type RefusalCode, type Verdict } from '../nodes/lib/alert/trust/verify';
import { systemClock } from '../nodes/lib/time/clock';
import { messageOf, V2xError } from '../nodes/lib/errors';
import { DEFAULT_GROUP } from '../nodes/lib/multicast/default-group';
import { endpoint, multicastGroup, type MulticastGroup } from '../nodes/lib/multicast/group';
import { parseInterfaces } from '../nodes/lib/multicast/interfaces';
import { receiveMulticast, type DatagramInfo } from '../nodes/lib/multicast/receiver';
import { MAX_DATAGRAM_BYTES } from '../nodes/lib/multicast/sender';
import { SETTINGS } from '../nodes/v2x-verify/settings';
import { dataPath, environment, numberOption, parseOptions } from './options';

export const usage = `Usage: v2x listen [options]

Prints the alerts that vehicles receive, one line each: new, update or cancel, type, severity, road, position,
distance, age, sender and action id. Repetitions are left out. Datagrams that cannot be trusted are printed to stderr
as [REFUSED] with the reason, at most once a second per reason. Stop it with Ctrl-C.

  --json             print the claims of each alert and its datagram as JSON, one line each
  --interface LIST   names or addresses, separated by commas; default $V2X_INTERFACES or lo
  --group ADDRESS    default $V2X_GROUP or ${DEFAULT_GROUP.address}
  --port PORT        default $V2X_MULTICAST_PORT or ${DEFAULT_GROUP.port}
  --key FILE         file with the HS256 secret, or an Ed25519 key as PEM or JWK; - reads it from stdin; default
                     $V2X_KEY (the secret itself), or the key that "v2x start" made: $V2X_DATA/key or .v2x/key
  --key-id ID        default $V2X_KEY_ID or rsu`;

const OPTIONS = {
  json: { type: 'boolean', default: false },
  interface: { type: 'string' },
  group: { type: 'string' },
  port: { type: 'string' },
  key: { type: 'string' },
  'key-id': { type: 'string' },
} as const;

type Options = ReturnType<typeof parseOptions<typeof OPTIONS>>;

/**
 * Listens until SIGINT or SIGTERM, or until nobody reads the output any more.
 * @throws V2xError `usage`, `setting`, `key`, `port`
 */
export async function run(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, OPTIONS);
  const group = groupOf(options);
  const ring = await loadKey(options);
  const printer = new Printer(ring, options.json);
  const receiver = {
    clock: systemClock,
    maxBytes: MAX_DATAGRAM_BYTES,
    onDatagram: (datagram: Buffer, info: DatagramInfo) => {
      printer.take(datagram, info);
    },
    onOversized: (info: DatagramInfo) => {
      printer.refuse('too-large', `it has ${info.bytes} bytes, more than ${MAX_DATAGRAM_BYTES}`, info);
    },
    onReady: (joined: readonly string[]) => {
      warn(`listening on ${endpoint(group)} (${joined.join(', ') || 'no interface yet'})`);
    },
    onFault: (error: V2xError) => {
      warn(`v2x: ${error.message}`);
    },
    onRecovery: (name: string) => {
      warn(`v2x: interface ${name} is back`);
    },
  };
  await receiveMulticast(group, receiver, endSignal());
}

/** Aborted by SIGINT and SIGTERM, and when the reader of the output is gone (`v2x listen | head -1`). */
function endSignal(): AbortSignal {
  const end = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      end.abort();
    });
  }
  process.stdout.on('error', () => {
    end.abort();
  });
  return end.signal;
}

function groupOf(options: Options): MulticastGroup {
  const port = numberOption('port', options.port ?? environment('V2X_MULTICAST_PORT'));
  return multicastGroup({
    address: options.group ?? environment('V2X_GROUP') ?? DEFAULT_GROUP.address,
    port: port ?? DEFAULT_GROUP.port,
    interfaces: parseInterfaces(options.interface ?? environment('V2X_INTERFACES')),
  });
}

async function loadKey(options: Options): Promise<KeyRing> {
  const secret = await readSecret(options.key);
  return KeyRing.create({
    keyId: options['key-id'] ?? environment('V2X_KEY_ID') ?? 'rsu',
    algorithm: isAsymmetric(secret) ? 'EdDSA' : 'HS256',
    secret,
  });
}

async function readSecret(file: string | undefined): Promise<string> {
  const fromEnvironment = environment('V2X_KEY');
  if (file === undefined && fromEnvironment !== undefined) return fromEnvironment;
  const path = file ?? dataPath('key');
  try {
    return await readFile(path === '-' ? '/dev/stdin' : path, 'utf8');
  } catch (error) {
    const remedy =
      'give --key FILE with the secret of the v2x-key node, set V2X_KEY to it, or run "v2x start" here first';
    throw new V2xError('key', `The key cannot be read: ${messageOf(error)}`, {}, { cause: error, remedy });
  }
}

/** More alerts than are live in range at a time: as many as one station can number. */
const REMEMBERED_ALERTS = 65_536;

/** What a line says of an alert, by what it changes; repetitions and older versions make no line. */
const CHANGES: Partial<Record<Change, string>> = {
  new: 'new',
  update: 'update',
  cancel: 'cancel',
  tombstone: 'cancel',
};

/** A flood of forged datagrams must not flood the terminal: seconds between two lines with the same reason. */
const REFUSAL_PERIOD_SECONDS = 1;

/** Prints trusted alerts to stdout, each version once, and refusals to stderr. */
class Printer {
  private readonly table = new AlertTable(REMEMBERED_ALERTS);
  private readonly refusals = new Refusals(REFUSAL_PERIOD_SECONDS);
  /** Lines come in the order of their datagrams, whichever is verified first. */
  private readonly lines = new Limiter(1);

  constructor(
    private readonly ring: KeyRing,
    private readonly json: boolean,
  ) {}

  take(datagram: Buffer, info: DatagramInfo): void {
    const verdict = verifyAlert(datagram, this.ring, { now: info.received, skew: SETTINGS.skew.fallback });
    void this.lines.run(async () => {
      this.print(await verdict, info);
    });
  }

  refuse(code: RefusalCode, reason: string, { from }: DatagramInfo): void {
    const due = this.refusals.count(code, systemClock.monotonic());
    if (due === 0) return;
    const times = due > 1 ? `${due} times: ` : '';
    warn(`[REFUSED] ${times}${printable(reason)}, from ${endpoint(from)}`);
  }

  private print(verdict: Verdict, info: DatagramInfo): void {
    if (!verdict.trusted) {
      this.refuse(verdict.code, verdict.reason, info);
      return;
    }
    const { alert } = verdict;
    this.table.expire(info.received);
    // A cancel need not say where; the warning did. An update replaces everything.
    const known = alert.status === 'cancelled' ? this.table.find(alert.sub) : undefined;
    const road = alert.event.road ?? known?.event.road;
    const change = CHANGES[this.table.receive(alert, info.received).change];
    if (change === undefined) return;
    const line = this.json
      ? JSON.stringify({ ...alert, datagram: info })
      : describe(change, road, alert, info);
    process.stdout.write(`${line}\n`);
  }
}

function describe(
  change: string,
  road: string | undefined,
  { sub, iat, event }: Alert,
  { from, received }: DatagramInfo,
): string {
  const words = [
    '[RECV]',
    change,
    event.type,
    event.severity,
    road ?? false,
    event.lat !== undefined && event.lon !== undefined && `${event.lat},${event.lon}`,
    event.distance_m !== undefined && `${event.distance_m} m`,
    `age ${Math.round((received - iat) * 1000)} ms`,
    `from ${endpoint(from)}`,
    `(${sub})`,
  ];
  return printable(words.filter((word) => word !== false).join(' '));
}

/** Text from outside must not steer the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}

function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}
