import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { atEnd } from '../support/at-end';
import { familyOf, processes } from '../support/processes';
import { Program } from '../support/process';
import { fileIn } from '../support/unit/unit';

const execute = promisify(execFile);
const NAME = '@roadside/node-red-v2x';
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];

/** The environment of a user who has just logged in. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, PORT: '0', V2X_MULTICAST_PORT: String(randomInt(20_000, 60_000)) };
}

describe('installed from its package into an empty folder', () => {
  let directory: string;
  let folder: string;
  const env = plainEnvironment();

  const npm = (...args: string[]) => execute('npm', [...args, ...QUIET], { cwd: folder, env });
  const v2x = (...args: string[]) =>
    Program.start(join(folder, 'node_modules', '.bin', 'v2x'), args, { cwd: folder, env });
  function started(t: TestContext, ...args: string[]): Program {
    const program = v2x(...args);
    atEnd(t, () => program.stop('SIGKILL'));
    return program;
  }

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'v2x-install-'));
    folder = join(directory, 'empty');
    await mkdir(folder);
    await execute('npm', ['pack', '--ignore-scripts', '--pack-destination', directory, ...QUIET], {
      cwd: resolve('.'),
      env,
    });
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { readonly version: string };
    await npm('install', join(directory, `roadside-node-red-v2x-${version}.tgz`));
  });

  after(() => rm(directory, { recursive: true, force: true }));

  it('says in one line how to get Node-RED when there is none', async () => {
    const program = v2x('start');
    assert.equal(await program.exit(), 1);
    assert.deepEqual(
      program.lines.map(({ text }) => text),
      ['v2x: Node-RED is not installed here; run: npm install node-red@4'],
    );
  });

  it('runs the unit once Node-RED is there: warns, records, and ends without a trace on SIGTERM', async (t) => {
    await npm('install', 'node-red@4');
    const unit = started(t, 'start');
    await unit.line(/^v2x ready http:\/\/127\.0\.0\.1:\d+$/);
    const vehicle = started(t, 'listen');
    await vehicle.line(/^listening/);
    const emit = v2x('emit', '--type', 'collision');
    assert.equal(await emit.exit(), 0, emit.output);
    await vehicle.line(/^\[RECV\] new collision/);
    await fileIn(join(folder, '.v2x', 'rec'), /^seg_\d+\.mp4$/);
    assert.equal(await vehicle.stop(), 0);

    const pid = unit.child.pid ?? 0;
    const family = new Set(familyOf(pid).map((entry) => entry.pid));
    assert.ok(family.size >= 3, 'the recorder, the detector and Node-RED itself');
    assert.equal(await unit.stop(), 0);
    const left = processes().filter((entry) => family.has(entry.pid));
    assert.deepEqual(left, []);
    assert.doesNotMatch(unit.output, /\[error\]|Unhandled|Deprecation/);
  });

  it('brings the systemd unit, examples and type of the event file', async () => {
    const installed = join(folder, 'node_modules', NAME);
    for (const path of ['systemd/v2x.service', 'examples/roadside-unit.json', 'dist/event.schema.json'])
      await readFile(join(installed, path));
  });

  it('loads settings of the user’s own: whoever opens the editor is asked for a password', async (t) => {
    const hashing = execute('npx', ['node-red', 'admin', 'hash-pw'], { cwd: folder, env });
    hashing.child.stdin?.end('open sesame\n');
    const hash = /\$2\S+/.exec((await hashing).stdout)?.[0];
    const settings = {
      adminAuth: { type: 'credentials', users: [{ username: 'admin', password: hash, permissions: '*' }] },
    };
    await mkdir(join(folder, '.v2x', 'node-red'), { recursive: true });
    await writeFile(
      join(folder, '.v2x', 'node-red', 'settings.js'),
      `module.exports = ${JSON.stringify(settings)};\n`,
    );
    const unit = started(t, 'start');
    const url = (await unit.line(/^v2x ready /)).text.replace('v2x ready ', '');

    for (const path of ['/flows', '/settings', '/nodes']) {
      assert.equal((await fetch(url + path)).status, 401, path);
    }
    assert.equal((await logIn(url, 'wrong')).status, 403);
    const { access_token: token } = (await (await logIn(url, 'open sesame')).json()) as {
      readonly access_token: string;
    };
    const headers = { Authorization: `Bearer ${token}` };
    assert.equal((await fetch(`${url}/flows`, { headers })).status, 200);
    await unit.stop();
  });
});

function logIn(url: string, password: string): Promise<Response> {
  const body = {
    client_id: 'node-red-admin',
    grant_type: 'password',
    scope: '*',
    username: 'admin',
    password,
  };
  return fetch(`${url}/auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
