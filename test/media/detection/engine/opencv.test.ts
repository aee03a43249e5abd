import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { findOpenCv, loadOpenCv } from '../../../../nodes/lib/detection/engine/opencv';
import { atEnd } from '../../../support/at-end';

/** A folder with packages that only have these names, and this content. */
function folder(t: TestContext, packages: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'v2x-bindings-'));
  atEnd(t, () => {
    rmSync(root, { recursive: true });
  });
  for (const [name, program] of Object.entries(packages)) {
    mkdirSync(join(root, 'node_modules', name), { recursive: true });
    writeFileSync(join(root, 'node_modules', name, 'index.js'), program);
  }
  return root;
}

describe('bindings to OpenCV', () => {
  it('are found by either name, the one that is looked after first', (t) => {
    const both = folder(t, { opencv4nodejs: '', '@u4/opencv4nodejs': '' });
    assert.match(findOpenCv([both]), /@u4\/opencv4nodejs\/index\.js$/);
    const old = folder(t, { opencv4nodejs: '' });
    assert.match(findOpenCv([old]), /node_modules\/opencv4nodejs\/index\.js$/);
  });

  it('are asked for with what to do when they are not installed', (t) => {
    assert.throws(() => findOpenCv([folder(t, {})]), {
      code: 'engine',
      message: /"opencv" needs @u4\/opencv4nodejs or opencv4nodejs.*README.*"builtin"/,
    });
  });

  it('that cannot be loaded are named with the reason', (t) => {
    const broken = folder(t, { opencv4nodejs: "throw new Error('libopencv_core.so.406 is missing')" });
    assert.throws(() => loadOpenCv(findOpenCv([broken])), {
      code: 'engine',
      message: /opencv4nodejs\/index\.js cannot be loaded: libopencv_core\.so\.406 is missing/,
    });
    const empty = folder(t, { opencv4nodejs: 'module.exports = {}' });
    assert.throws(() => loadOpenCv(findOpenCv([empty])), { code: 'engine', message: /it has no Mat/ });
  });
});
