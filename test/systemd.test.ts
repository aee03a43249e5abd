import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { temporaryDirectory } from './support/flow';

const execute = promisify(execFile);
const UNIT = 'systemd/v2x.service';

/** What `systemd-analyze security` says of a service with everything taken from it is 0, of one without hardening 9.6. */
const MOST_EXPOSURE = 2;

const missing = spawnSync('systemd-analyze', ['--version']).status === 0 ? false : 'no systemd-analyze';

/** The shipped unit with a program that is there, since nothing is installed in /opt here. */
async function unitFile(t: TestContext): Promise<string> {
  const path = join(await temporaryDirectory(t), 'v2x.service');
  const unit = await readFile(UNIT, 'utf8');
  await writeFile(path, unit.replace('/usr/bin/node', process.execPath));
  return path;
}

describe('the systemd unit', { skip: missing }, () => {
  it('is one that systemd understands, every line of it', async (t) => {
    const { stdout, stderr } = await execute('systemd-analyze', ['verify', '--man=no', await unitFile(t)]);
    assert.equal(stdout + stderr, '');
  });

  it('is hardened', async (t) => {
    const args = ['security', '--offline=true', '--no-pager', `--threshold=${MOST_EXPOSURE * 10}`];
    const { stdout } = await execute('systemd-analyze', [...args, await unitFile(t)]);
    const exposure = /Overall exposure level for v2x\.service: ([\d.]+)/.exec(stdout)?.[1];
    t.diagnostic(`exposure ${exposure ?? 'unknown'}`);
    assert.ok(Number(exposure) <= MOST_EXPOSURE, exposure);
  });

  it('runs what the package ships', async () => {
    const unit = await readFile(UNIT, 'utf8');
    const { bin, name } = JSON.parse(await readFile('package.json', 'utf8')) as {
      readonly name: string;
      readonly bin: { readonly v2x: string };
    };
    assert.ok(unit.includes(`/node_modules/${name}/${bin.v2x} start\n`));
  });
});
