import { constants, existsSync, readFileSync, statSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { importKey, trimSecret } from '../../../nodes/lib/alert/trust/key';
import { messageOf } from '../../../nodes/lib/errors';
import { currentUser, shellQuoted } from '../../../nodes/lib/disk/files';
import { SETTINGS } from '../../../nodes/v2x-key/settings';
import { otherUnitUser } from '../../unit-user';
import { findings, type Finding } from '../finding';
import { settingsOf, wrongSettings } from '../settings';
import type { Unit, UnitNode } from '../unit';

const { ok, warning, problem } = findings('key');
const MAKE = 'openssl rand -base64 32';
/** Fewer bits than this can be guessed. */
const ENOUGH_BITS = 100;

/** Looks at a key: whether it can be used, guessed, or read by others. Nothing of it is shown. */
export async function checkKey(unit: Unit, node: UnitNode): Promise<Finding[]> {
  if (!node.credentials) {
    return [
      warning(
        `${node.label}: what was entered in the editor cannot be read`,
        'run this as the user that Node-RED runs as',
      ),
    ];
  }
  const wrong = wrongSettings('key', node, SETTINGS);
  if (wrong.length > 0) return wrong;
  const file = join(unit.data, 'key');
  const { secretEnv: variable } = settingsOf(node, SETTINGS);
  const { secret } = node.credentials as Partial<typeof node.credentials>;
  const entered = secret ?? process.env[variable];
  if (entered) return judgeKey(node, entered, secret === undefined ? variable : 'the editor');
  if (variable !== SETTINGS.secretEnv.fallback || !unit.isDefault)
    return [problem(`${node.label}: ${variable} is not set`, `set it; make a secret with: ${MAKE}`)];
  if (!existsSync(file)) return [await missing(unit, file)];
  try {
    const secret = readFileSync(file, 'utf8');
    return [...judgeMode(file, statSync(file).mode), ...(await judgeKey(node, secret, file))];
  } catch (error) {
    const owner = await otherUnitUser(unit.data);
    if (owner !== undefined) return [hidden(owner)];
    return [problem(messageOf(error), `sudo chown ${currentUser()} ${shellQuoted(file)}`)];
  }
}

/** The directories' finding says what to do: one cause, told once. */
function hidden(owner: string): Finding {
  return warning(`only ${owner} may look at the key`, 'see directories above');
}

/** What `v2x start` makes when it starts; a Node-RED of the user's own makes none. */
async function missing(unit: Unit, file: string): Promise<Finding> {
  const owner = await otherUnitUser(unit.data);
  const open = await access(unit.data, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (owner !== undefined && !open) return hidden(owner);
  const beside = join(dirname(unit.data), 'flows.json');
  const hasRun = ['rec', 'state', 'archive'].some((name) => existsSync(join(unit.data, name)));
  if (!hasRun && !existsSync(beside)) return ok(`${file} is made at the first start`);
  return warning(
    'the key cannot be seen from here: the unit runs with V2X_KEY set, or it is a Node-RED of your own, where it was entered in its editor',
    `set V2X_KEY here too, or name its flow: --flow ${existsSync(beside) ? shellQuoted(beside) : '~/.node-red/flows.json'}`,
  );
}

function judgeMode(file: string, mode: number): Finding[] {
  return (mode & 0o077) === 0
    ? []
    : [problem(`others may read ${file}`, `chmod 600 ${file}; they may know it: make a new one`)];
}

async function judgeKey(node: UnitNode, secret: string, source: string): Promise<Finding[]> {
  try {
    const { keyId, algorithm } = settingsOf(node, SETTINGS);
    await importKey({ keyId, algorithm, secret });
    const text = `"${keyId}" (${algorithm}) from ${source}`;
    if (algorithm === 'HS256' && guessableBits(trimSecret(secret)) < ENOUGH_BITS) {
      return [warning(`${text} looks as if it could be guessed`, `make one with: ${MAKE}`)];
    }
    return [ok(text)];
  } catch (error) {
    return [problem(messageOf(error))];
  }
}

/**
 * An upper bound of what is to be guessed in a secret: the entropy of its characters (Shannon), once for what it
 * repeats. It tells `aaaa…` and `password password …` from chance, not a sentence.
 */
export function guessableBits(secret: string): number {
  const once = secret.slice(0, period(secret));
  const counts = new Map<string, number>();
  for (const character of once) counts.set(character, (counts.get(character) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / once.length);
  return -once.length * shares.reduce((sum, share) => sum + share * Math.log2(share), 0);
}

/** After how many characters a text repeats itself. */
function period(text: string): number {
  for (let length = 1; length < text.length; length += 1) {
    if (text.startsWith(text.slice(length))) return length;
  }
  return text.length;
}
