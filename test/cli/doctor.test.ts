import assert from 'node:assert/strict';
import { chmod, chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { temporaryDirectory } from '../support/flow';
import { freePort } from '../support/multicast';
import { readFlow } from '../support/package';
import { Program } from '../support/process';

interface Finding {
  readonly check: string;
  readonly level: string;
  readonly text: string;
  readonly mend?: string;
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
      ['camera', 'multicast', 'key'],
    );
    assert.match(problems[0].text, /rtsp:\/\/127\.0\.0\.1:9 cannot be opened.*refused/);
    assert.match(problems[1].text, /group is "10\.0\.0\.1"/);
    assert.match(problems[2].text, /at least 32/);
  });

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
