import assert from 'node:assert/strict';
import { chmod, chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { temporaryDirectory } from '../support/flow';
import { freePort } from '../support/network/multicast';
import { readFlow } from '../support/unit/package';
import { Program } from '../support/process';

interface Finding {
  readonly check: string;
  readonly level: string;
  readonly text: string;
  readonly remedy?: string;
}

const NOBODY = 65_534;

/** `v2x doctor` on a unit that was never started. */
async function doctor(
  t: TestContext,
  env: NodeJS.ProcessEnv,
  args: readonly string[] = [],
  user: object = {},
) {
  const data = await temporaryDirectory(t);
  const inherited = Object.entries(process.env).filter(([name]) => !/^(V2X_|NODE_TEST_CONTEXT)/.test(name));
  return {
    data,
    run: async () => {
      const program = Program.start(process.execPath, [resolve('dist/cli/v2x.js'), 'doctor', ...args], {
        env: {
          ...Object.fromEntries(inherited),
          NODE_OPTIONS: '',
          V2X_DATA: data,
          PORT: String(await freePort()),
          ...env,
        },
        ...user,
      });
      const code = await program.exit();
      return { code, lines: program.lines.map(({ text }) => text), output: program.output };
    },
  };
}

/** Subjects that every unit is examined for. */
const SUBJECTS =
  'versions ffmpeg directories camera recorder disk events clips multicast key clock editor'.split(' ');

describe('v2x doctor', () => {
  it('has nothing but warnings about a fresh machine, ends with 0, and leaves nothing behind', async (t) => {
    const { data, run } = await doctor(t, {});
    const { code, lines } = await run();
    // What the clock of the machine that runs the tests is like is no matter of theirs.
    const wrong = lines.filter((line) => !/^(ok|warning) +[a-z]+ +\S/.test(line));
    assert.deepEqual(
      wrong.filter((line) => !line.includes(' clock ')),
      [],
    );
    assert.deepEqual([...new Set(lines.map((line) => line.split(/ +/)[1]))], SUBJECTS);
    assert.equal(code, wrong.length);
    assert.deepEqual(await readdir(data), []);
  });

  it('takes a clip maker whose window comes with its messages', async (t) => {
    const { data, run } = await doctor(t, {});
    const flow = readFlow('flows/flows.json').map((node) =>
      node.type === 'clip-maker' ? { ...node, pre: 'msg.pre', post: 'flow.post' } : node,
    );
    await mkdir(join(data, 'node-red'));
    await writeFile(join(data, 'node-red', 'flows.json'), JSON.stringify(flow));
    const { lines } = await run();
    for (const check of ['camera', 'recorder', 'disk'])
      assert.ok(
        lines.some((line) => new RegExp(`^(ok|warning) +${check} `).test(line)),
        lines.join('\n'),
      );
  });

  it('tells what is wrong in JSON, ends with 1, and shows no secret', async (t) => {
    const env = {
      V2X_CAMERA: 'rtsp://operator:s3cret-pa55@127.0.0.1:9/cam',
      V2X_KEY: 'too-short-s3cret',
      V2X_INTERFACES: 'nosuch0',
      V2X_GROUP: '10.0.0.1',
    };
    const { run } = await doctor(t, env, ['--json']);
    const { code, output } = await run();
    assert.equal(code, 1);
    assert.ok(!output.includes('s3cret'));
    const problems = (JSON.parse(output) as Finding[]).filter(({ level }) => level === 'problem');
    assert.deepEqual(
      problems.map(({ check }) => check),
      ['camera', 'multicast', 'multicast', 'key'],
    );
    assert.match(problems[0].text, /rtsp:\/\/127\.0\.0\.1:9 cannot be opened.*refused/);
    assert.match(problems[1].text, /group is "10\.0\.0\.1"/);
    assert.equal(problems[1].remedy, 'correct V2X_GROUP');
    assert.match(problems[2].text, /nosuch0/);
    assert.match(problems[3].text, /at least 32/);
  });

  it('tells each wrong setting by its variable and goes on with the rest', async (t) => {
    const env = {
      V2X_PRE: 'long',
      V2X_POST: '-1',
      V2X_CAMERA: '/nofile.mp4',
      V2X_MULTICAST_PORT: '0',
      PORT: 'x',
    };
    const { lines } = await (await doctor(t, env)).run();
    const told = (pattern: RegExp) => {
      assert.equal(lines.filter((line) => pattern.test(line)).length, 1, lines.join('\n'));
    };
    told(/^problem +clips +The setting "V2X_PRE" is "long".* -> correct V2X_PRE$/);
    told(/^problem +clips +The setting "V2X_POST" is "-1".* -> correct V2X_POST$/);
    told(/^problem +multicast +The setting "V2X_MULTICAST_PORT" is "0".* -> correct V2X_MULTICAST_PORT$/);
    told(/^problem +editor +PORT is "x"/);
    told(/^problem +camera +\/nofile.mp4 is not there/);
    for (const check of ['recorder', 'disk', 'clock'])
      assert.ok(lines.some((line) => line.includes(` ${check} `)));
  });

  it('says that a camera address is wrong, and looks at the ring all the same', async (t) => {
    const { lines } = await (await doctor(t, { V2X_CAMERA: 'http://camera' })).run();
    assert.ok(
      lines.some((line) => /^problem +camera .* -> correct V2X_CAMERA$/.test(line)),
      lines.join('\n'),
    );
    assert.ok(lines.some((line) => /^warning +recorder /.test(line)));
  });

  it(
    'takes nothing from the unit’s user: says once whose it is, and to run as that one',
    { skip: process.getuid?.() === 0 ? false : 'only root can be somebody else' },
    async (t) => {
      const { data, run } = await doctor(t, {}, [], { uid: NOBODY, gid: NOBODY });
      for (const name of ['rec', 'events', 'archive', 'state']) await mkdir(join(data, name));
      await writeFile(join(data, 'key'), '', { mode: 0o600 });
      await chmod(data, 0o755);
      const { code, lines } = await run();
      assert.equal(code, 1);
      const problems = lines.filter((line) => line.startsWith('problem') && !line.includes(' clock '));
      assert.equal(problems.length, 1, lines.join('\n'));
      assert.match(
        problems[0],
        /directories .* belongs to root, but you are nobody.*run this as root: sudo -u root/,
      );
      assert.ok(lines.some((line) => /^warning +key +only root can read the key/.test(line)));
      assert.ok(!lines.some((line) => line.includes('chown')));
    },
  );

  it(
    'names the user and the command when a directory is not the user’s',
    { skip: process.getuid?.() === 0 ? false : 'only root can be somebody else' },
    async (t) => {
      const { data, run } = await doctor(t, {}, [], { uid: NOBODY, gid: NOBODY });
      await chown(data, NOBODY, NOBODY);
      await mkdir(join(data, 'rec'));
      await chmod(join(data, 'rec'), 0o755);
      const { code, lines } = await run();
      assert.equal(code, 1);
      const line = lines.find((each) => /^problem +directories/.test(each)) ?? '';
      assert.match(
        line,
        /user nobody cannot use .*rec: EACCES.* -> sudo mkdir -p '.*rec' && sudo chown -R nobody/,
      );
    },
  );
});
