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
        `${node.label}: the secret entered in the editor cannot be read`,
        'run doctor as the user of Node-RED',
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

/** The finding about directories has the remedy: each cause is reported once. */
function hidden(owner: string): Finding {
  return warning(`only ${owner} can read the key`, 'see the line directories above');
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
  if (!hasRun && !existsSync(beside)) return ok(`${file} will be made at the first start`);
  return warning(
    'the key is not visible here: the unit runs with V2X_KEY, or in your own Node-RED, with the key entered in its editor',
    `set V2X_KEY here too, or give its flow: --flow ${existsSync(beside) ? shellQuoted(beside) : '~/.node-red/flows.json'}`,
  );
}

function judgeMode(file: string, mode: number): Finding[] {
  return (mode & 0o077) === 0
    ? []
    : [
        problem(
          `other users can read ${file}`,
          `chmod 600 ${file}, and make a new key, since they may know this one`,
        ),
      ];
}

async function judgeKey(node: UnitNode, secret: string, source: string): Promise<Finding[]> {
  try {
    const { keyId, algorithm } = settingsOf(node, SETTINGS);
    await importKey({ keyId, algorithm, secret });
    const text = `"${keyId}" (${algorithm}) from ${source}`;
    if (algorithm === 'HS256' && guessableBits(trimSecret(secret)) < ENOUGH_BITS) {
      return [warning(`${text} looks easy to guess`, `make one with: ${MAKE}`)];
    }
    return [ok(text)];
  } catch (error) {
    return [problem(messageOf(error))];
  }
}

/**
 * An upper bound of the entropy of a secret (Shannon, over its characters), counting repeated parts once. It recognizes
 * `aaaa…` and `password password …`, but not a sentence.
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
