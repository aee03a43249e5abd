import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import type { Alert } from '../../nodes/lib/alert/alert';
import { KeyRing } from '../../nodes/lib/alert/trust/key-ring';
import { sign } from '../../nodes/lib/alert/trust/sign';
import { systemClock } from '../../nodes/lib/time/clock';
import { MulticastSender } from '../../nodes/lib/multicast/sender';
import { atEnd } from '../support/at-end';
import { temporaryDirectory } from '../support/flow';
import { testGroup } from '../support/network/multicast';
import { Program } from '../support/process';

const SECRET = 'a secret of the tests, 32 bytes at least';

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], env: Record<string, string>): ChildProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('V2X_'));
  return spawn(process.execPath, [join(__dirname, '../../cli/v2x.ts'), ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: 'pipe',
  });
}

async function v2x(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const child = start(args, env);
  assert.ok(child.stdout && child.stderr);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

describe('v2x', () => {
  it('tells how it is used', async () => {
    const help = await v2x(['--help']);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /start.*\n.*emit.*\n.*listen/);
    for (const command of ['start', 'emit', 'listen']) {
      const { code, stdout } = await v2x([command, '--help']);
      assert.equal(code, 0);
      assert.ok(stdout.startsWith(`Usage: v2x ${command}`));
    }
  });

  it('tells its version', async () => {
    const { code, stdout } = await v2x(['--version']);
    assert.equal(code, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  });

  const wrong: readonly (readonly [string[], RegExp])[] = [
    [[], /no command given/],
    [['fly'], /unknown command "fly"/],
    [['emit', '--colour', 'red'], /--colour/],
    [['emit', 'collision'], /collision/],
    [['emit'], /--type is missing/],
    [['emit', '--type', 'fire', '--lat', 'north'], /--lat is "north"; it must be a number/],
    [['emit', '--type', 'fire', '--confidence', 'high'], /--confidence is "high"; it must be a number/],
    [['emit', '--type', 'fire', '--action', 'cancel'], /needs the --id/],
    [['emit', '--type', 'fire', '--clip-hint', '--no-clip-hint'], /contradict/],
    [['listen', '--port', 'x'], /--port is "x"/],
  ];
  for (const [args, message] of wrong) {
    it(`ends with 2 and one line on: v2x ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await v2x(args);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, message);
      assert.match(stderr, /^v2x: [^\n]+\n$/);
    });
  }
});

describe('v2x emit', () => {
  it('drops the event and prints its path', async (t) => {
    const data = await temporaryDirectory(t);
    const place = ['--lat', '-33.5', '--lon', '-70.6', '--road', 'Ruta 5', '--distance-m', '800'];
    const more = [
      '--severity',
      'low',
      '--ts',
      '1700000000.5',
      '--confidence',
      '0.87',
      '--camera',
      'north',
      '--no-clip-hint',
      '--action',
      'update',
      '--id',
      'x1',
    ];
    const { code, stdout } = await v2x(['emit', '--type', 'collision', ...place, ...more], {
      V2X_DATA: data,
    });

    assert.equal(code, 0);
    const [name] = await readdir(join(data, 'events'));
    assert.equal(stdout, `${join(data, 'events', name)}\n`);
    assert.deepEqual(JSON.parse(await readFile(stdout.trim(), 'utf8')), {
      ts: 1700000000.5,
      type: 'collision',
      severity: 'low',
      lat: -33.5,
      lon: -70.6,
      road: 'Ruta 5',
      distance_m: 800,
      confidence: 0.87,
      camera: 'north',
      clip_hint: false,
      action: 'update',
      id: 'x1',
    });
  });

  it('makes up an id where none is given, and names it', async (t) => {
    const data = await temporaryDirectory(t);
    const { stdout, stderr } = await v2x(['emit', '--type', 'fire'], { V2X_DATA: data });
    const { id } = JSON.parse(await readFile(stdout.trim(), 'utf8')) as { id: string };
    assert.match(id, /^evt-[0-9a-f]{8}$/);
    assert.ok(stderr.endsWith(`the id of this event is ${id}\n`));
  });

  it('ends with 1 and one line on an event that is none, and on a directory it cannot use', async (t) => {
    const directory = await temporaryDirectory(t);
    const far = await v2x(['emit', '--type', 'fire', '--lat', '91', '--lon', '0', '--dir', directory]);
    assert.deepEqual([far.code, far.stdout], [1, '']);
    assert.match(far.stderr, /^v2x: "lat" is 91 and must be <= 90\n$/);
    assert.deepEqual(await readdir(directory), []);

    const file = join(directory, 'file');
    await writeFile(file, '');
    const blocked = await v2x(['emit', '--type', 'fire', '--dir', file]);
    assert.equal(blocked.code, 1);
    assert.ok(blocked.stderr.includes(file));
  });
});

const notRoot = process.getuid?.() === 0 ? false : 'only root can be somebody else';

describe('v2x emit as another user than the unit’s', () => {
  it('says whose the directory is, and does not tell to take it', { skip: notRoot }, async (t) => {
    const data = await temporaryDirectory(t);
    const env = { ...process.env, V2X_DATA: data };
    const args = [resolve('dist/cli/v2x.js'), 'emit', '--type', 'fire'];
    const program = Program.start(process.execPath, args, { env, uid: 65_534, gid: 65_534 });
    assert.equal(await program.exit(), 1);
    assert.match(program.output, /belongs to root; run this as root: sudo -u root \.\.\./);
    assert.ok(!program.output.includes('chown'));
  });
});

/** A roadside unit to listen to, and `v2x listen` that has joined its group. */
async function listening(t: TestContext, args: readonly string[] = []) {
  const group = await testGroup();
  const data = await temporaryDirectory(t);
  const keyFile = join(data, 'key');
  await writeFile(keyFile, `${SECRET}\n`);
  const child = start(['listen', '--group', group.address, '--port', String(group.port), ...args], {
    V2X_DATA: data,
  });
  atEnd(t, () => child.kill('SIGKILL'));
  assert.ok(child.stdout && child.stderr);
  const stdout = createInterface(child.stdout)[Symbol.asyncIterator]();
  const stderr = createInterface(child.stderr)[Symbol.asyncIterator]();
  assert.deepEqual((await stderr.next()).value, `listening on ${group.address}:${group.port} (lo)`);

  const sender = new MulticastSender(group, { clock: systemClock });
  await sender.open();
  atEnd(t, () => {
    sender.close();
  });
  return { child, stdout, stderr, sender, group };
}

function alertClaims(): Alert {
  const now = systemClock.now();
  return {
    iss: '1001',
    sub: '1001:7',
    iat: now,
    exp: now + 60,
    detected: now,
    status: 'active',
    event: {
      id: 'e1',
      type: 'collision',
      severity: 'high',
      lat: 37.5,
      lon: 127.1,
      road: 'A1\u001b[2J',
      distance_m: 500,
      causeCode: 2,
      subCauseCode: 0,
      informationQuality: 0,
    },
  };
}

async function signed(claims: Alert, secret = SECRET): Promise<Buffer> {
  const ring = await KeyRing.create({ keyId: 'rsu', algorithm: 'HS256', secret });
  return Buffer.from(sign(claims, ring, systemClock.now()));
}

describe('v2x listen', () => {
  it('prints each version of a trusted alert once, and refuses forged ones with the reason', async (t) => {
    const { child, stdout, stderr, sender } = await listening(t);
    const claims = alertClaims();

    await sender.send(await signed(claims, 'another secret of at least 32 bytes'));
    assert.match((await stderr.next()).value as string, /^\[REFUSED\] .*signature.* from 127\.0\.0\.1:\d+$/);
    const token = await signed(claims);
    await sender.send(token);
    await sender.send(token);
    await sender.send(await signed({ ...claims, iat: claims.iat + 0.001 }));
    const { road, ...event } = claims.event;
    assert.ok(road);
    await sender.send(await signed({ ...claims, iat: claims.iat + 0.002, status: 'cancelled', event }));
    await sender.send(await signed({ ...claims, sub: '1001:8', status: 'cancelled' }));
    // An update replaces all: what it does not say is not printed.
    const elsewhere = { ...claims, sub: '1001:9' };
    await sender.send(await signed(elsewhere));
    await sender.send(await signed({ ...elsewhere, iat: claims.iat + 0.001, event }));

    assert.match(
      (await stdout.next()).value as string,
      /^\[RECV\] new collision high A1\?\[2J 37\.5,127\.1 500 m age \d+ ms from 127\.0\.0\.1:\d+ \(1001:7\)$/,
    );
    for (const begin of [
      /^\[RECV\] update collision high A1/,
      /^\[RECV\] cancel collision high A1/,
      /^\[RECV\] cancel .* \(1001:8\)$/,
      /^\[RECV\] new .* A1/,
      /^\[RECV\] update collision high 37\.5/,
    ])
      assert.match((await stdout.next()).value as string, begin);
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.equal((await stdout.next()).done, true);
  });

  it('prints alerts in the order they came, and few lines about a flood of forged ones', async (t) => {
    const { child, stdout, stderr, sender } = await listening(t, ['--json']);
    const claims = alertClaims();
    const forged = await signed(claims, 'another secret of at least 32 bytes');
    const subs = Array.from({ length: 50 }, (_, sequence) => `1001:${sequence}`);
    for (const sub of subs) {
      await sender.send(await signed({ ...claims, sub }));
      await sender.send(forged);
    }
    for (const sub of subs) {
      assert.equal((JSON.parse((await stdout.next()).value as string) as Alert).sub, sub);
    }
    child.kill('SIGTERM');
    const refused: string[] = [];
    for (let line = await stderr.next(); !line.done; line = await stderr.next()) refused.push(line.value);
    assert.ok(refused.length < 10, `${refused.length} lines`);
  });

  it('prints claims and datagram as JSON', async (t) => {
    const { child, stdout, sender } = await listening(t, ['--json']);
    const claims = alertClaims();
    const token = await signed(claims);
    await sender.send(token);

    const { datagram, ...printed } = JSON.parse((await stdout.next()).value as string) as Alert & {
      datagram: Record<string, unknown>;
    };
    assert.deepEqual(printed, claims);
    assert.deepEqual([datagram.interface, datagram.bytes], ['lo', token.length]);
    child.kill('SIGINT');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  it('ends when nobody reads any more', async (t) => {
    const { child, sender } = await listening(t);
    child.stdout?.destroy();
    const exit = once(child, 'exit');
    await sender.send(await signed(alertClaims()));
    assert.deepEqual(await exit, [0, null]);
  });

  it('ends with 1 and one line without a key, with a short one, and on a group that is none', async (t) => {
    const data = await temporaryDirectory(t);
    for (const [args, env, message] of [
      [[], {}, /key cannot be read.*--key FILE with the secret .* v2x-key .*, set V2X_KEY/],
      [[], { V2X_KEY: 'short' }, /at least 32/],
      [['--group', '10.0.0.1'], { V2X_KEY: SECRET }, /multicast group is "10\.0\.0\.1"/],
    ] as const) {
      const { code, stderr } = await v2x(['listen', ...args], { V2X_DATA: data, ...env });
      assert.equal(code, 1);
      assert.match(stderr, message);
      assert.match(stderr, /^v2x: [^\n]+\n$/);
      assert.ok(!stderr.includes(SECRET) && !stderr.includes('short'));
    }
  });
});
