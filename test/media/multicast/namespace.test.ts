import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

it('multicast follows real interfaces: down and up, another address, made anew; IPv4 and IPv6', async () => {
  const scenario = join(__dirname, 'namespace.scenario.ts');
  const namespace = ['--user', '--map-root-user', '--net'];
  // A failed assertion ends the scenario with its message, which is part of the error thrown here.
  await run('unshare', [...namespace, process.execPath, scenario]);
});
