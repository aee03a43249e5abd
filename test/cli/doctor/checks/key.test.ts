import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { checkKey, guessableBits } from '../../../../cli/doctor/checks/key';
import type { Unit, UnitNode } from '../../../../cli/doctor/unit';
import { atEnd } from '../../../support/at-end';
import { temporaryDirectory } from '../../../support/flow';

const GOOD = randomBytes(32).toString('base64url');

describe('what can be guessed in a secret', () => {
  it('is much for chance, in every usual spelling', () => {
    for (const spelling of ['base64', 'base64url', 'hex'] as const) {
      for (let count = 0; count < 100; count += 1) {
        assert.ok(guessableBits(randomBytes(32).toString(spelling)) > 100);
      }
    }
  });

  it('is little for what repeats', () => {
    for (const secret of [
      'a'.repeat(40),
      'password'.repeat(6),
      '0123456789'.repeat(4),
      'ab'.repeat(20) + 'a',
    ])
      assert.ok(guessableBits(secret) < 60, secret);
  });
});

describe('a key', () => {
  async function keyOf(t: TestContext, credentials: UnitNode['credentials'], config: object = {}) {
    const data = await temporaryDirectory(t);
    // A variable that no machine has: the key comes from where the test puts it.
    const node: UnitNode = { id: 'k', type: 'v2x-key', label: 'v2x-key', config: { ...config }, credentials };
    const unit = { data, isDefault: true } as Unit;
    const check = async () => {
      const found = await checkKey(unit, node);
      for (const { text, remedy } of found)
        assert.ok(!`${text}${remedy ?? ''}`.includes(credentials?.secret || GOOD));
      return found;
    };
    return { file: join(data, 'key'), check };
  }

  it('that a Node-RED of the user’s own has is not said to be made at the first start', async (t) => {
    const { file, check } = await keyOf(t, {});
    const before = process.env.V2X_KEY;
    delete process.env.V2X_KEY;
    atEnd(t, () => {
      if (before !== undefined) process.env.V2X_KEY = before;
    });
    assert.match((await check())[0].text, /will be made at the first start/);
    await mkdir(join(dirname(file), 'state'));
    const [found] = await check();
    assert.equal(found.level, 'warning');
    assert.match(
      `${found.text} ${found.remedy ?? ''}`,
      /runs with V2X_KEY.*entered in its editor.*set V2X_KEY here too.*--flow/,
    );
  });

  it('from the editor is fine, too short, guessable, or not readable', async (t) => {
    const cases = [
      [{ secret: GOOD }, 'ok', /"rsu" \(HS256\) from the editor/],
      [{ secret: 'too short' }, 'problem', /at least 32/],
      [{ secret: 'password'.repeat(5) }, 'warning', /easy to guess/],
      [undefined, 'warning', /cannot be read/],
    ] as const;
    for (const [credentials, level, text] of cases) {
      const [found] = await (await keyOf(t, credentials)).check();
      assert.equal(found.level, level);
      assert.match(found.text, text);
    }
  });

  it('that is to come from a variable which is not set is a problem', async (t) => {
    const [found] = await (await keyOf(t, {}, { secretEnv: 'V2X_TEST_NOT_SET' })).check();
    assert.deepEqual([found.level, found.text], ['problem', 'v2x-key: V2X_TEST_NOT_SET is not set']);
  });

  it('in the file of the unit: made at the first start, and for its user only', async (t) => {
    const { V2X_KEY } = process.env;
    delete process.env.V2X_KEY;
    atEnd(t, () => {
      if (V2X_KEY !== undefined) process.env.V2X_KEY = V2X_KEY;
    });
    const { file, check } = await keyOf(t, {});
    assert.match((await check())[0].text, /made at the first start/);

    await writeFile(file, `${GOOD}\n`, { mode: 0o600 });
    assert.deepEqual(
      (await check()).map(({ level }) => level),
      ['ok'],
    );

    await chmod(file, 0o640);
    const [found] = await check();
    assert.equal(found.level, 'problem');
    assert.match(found.remedy ?? '', /chmod 600/);
  });
});
