import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { KeyRing } from '../../nodes/lib/alert/trust/key-ring';
import { sign } from '../../nodes/lib/alert/trust/sign';
import { temporaryDirectory } from '../support/flow';

const NOW = 1_700_000_000;

it('the commands in the README make keys that work as it says', async (t) => {
  const readme = await readFile('README.md', 'utf8');
  const commands = readme.match(/^openssl .*$/gm) ?? [];
  assert.equal(commands.length, 3);
  const directory = await temporaryDirectory(t);
  for (const command of commands) execFileSync('sh', ['-c', command], { cwd: directory, stdio: 'pipe' });
  const ring = async (algorithm: 'HS256' | 'EdDSA', file: string) =>
    KeyRing.create({
      keyId: 'rsu',
      algorithm,
      secret: (await readFile(join(directory, file), 'utf8')).trim(),
    });

  assert.ok(sign({}, await ring('HS256', 'group.key'), NOW));
  assert.ok(sign({}, await ring('EdDSA', 'unit.pem'), NOW));
  const vehicle = await ring('EdDSA', 'vehicle.pem');
  assert.throws(() => sign({}, vehicle, NOW), { code: 'public-key' });
});
