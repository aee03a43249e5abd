import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import type { Area, Point } from '../../nodes/lib/detection/areas';
import { Editor, noBrowser } from '../support/unit/editor';
import { Unit } from '../support/unit/unit';

interface DetectorNode {
  readonly type: string;
  readonly areas: readonly Area[];
}

/** What the tests use of the editor's own global. */
interface EditorGlobal {
  readonly RED: {
    readonly nodes: { node(id: string): { areas: unknown; valid: boolean }; dirty(): boolean };
    readonly editor: { edit(node: object): void; validateNode(node: object): void };
    readonly actions: { invoke(name: string): void };
  };
}

describe('areas in the dialog of simple-detector', { skip: noBrowser }, () => {
  let unit: Unit;
  let editor: Editor;
  let page: Page;
  let stage: Locator;
  let id: string;

  before(async () => {
    unit = await Unit.start();
    editor = await Editor.open(unit.url);
    page = editor.page;
    page.setDefaultTimeout(20_000);
    stage = page.locator('.v2x-areas-stage');
    id = await editor.nodeId('simple-detector');
  });

  after(async () => {
    await editor.close();
    await unit.stop();
  });

  async function openDialog(): Promise<void> {
    await page.evaluate((node) => {
      const { RED } = globalThis as unknown as EditorGlobal;
      RED.editor.edit(RED.nodes.node(node));
    }, id);
    await stage.waitFor();
    // The dialog slides in; places on it count only when it stands.
    await page.locator('#node-dialog-ok').click({ trial: true });
  }

  async function deployed(): Promise<readonly Area[]> {
    await page.locator('#node-dialog-ok').click();
    await stage.waitFor({ state: 'detached' });
    const saved = page.waitForResponse(
      (response) => response.url().endsWith('/flows') && response.request().method() === 'POST',
    );
    await page.evaluate(() => {
      (globalThis as unknown as EditorGlobal).RED.actions.invoke('core:deploy-flows');
    });
    await saved;
    const flows = (await (await fetch(new URL('flows', unit.url))).json()) as DetectorNode[];
    return flows.find(({ type }) => type === 'simple-detector')?.areas ?? [];
  }

  const placeOf = async ([x, y]: Point) => {
    const box = await stage.boundingBox();
    assert.ok(box);
    return [box.x + x * box.width, box.y + y * box.height] as const;
  };
  const click = async (point: Point) => {
    await page.mouse.click(...(await placeOf(point)));
  };
  const drag = async (from: Point, to: Point) => {
    await page.mouse.move(...(await placeOf(from)));
    await page.mouse.down();
    await page.mouse.move(...(await placeOf(to)), { steps: 3 });
    await page.mouse.up();
  };
  const tool = (kind: string) => page.locator(`.v2x-areas-tools [data-kind="${kind}"]`);

  /** Compares to a hundredth: a click falls on whole pixels. */
  function assertAreas(areas: readonly Area[], expected: readonly Area[]): void {
    const rounded = areas.map(({ kind, points }) => ({
      kind,
      points: points.map((point) => point.map((value) => Math.round(value * 100) / 100)),
    }));
    assert.deepEqual(rounded, expected);
  }

  it('draws a polygon on a picture of the camera by clicks, and the deployed node holds it', async () => {
    await openDialog();
    await stage.locator('img').waitFor({ state: 'visible' });
    await tool('watch').click();
    for (const point of [
      [0.2, 0.3],
      [0.8, 0.3],
      [0.8, 0.9],
      [0.2, 0.3],
    ] as const)
      await click(point);
    assertAreas(await deployed(), [
      {
        kind: 'watch',
        points: [
          [0.2, 0.3],
          [0.8, 0.3],
          [0.8, 0.9],
        ],
      },
    ]);
  });

  it('moves, adds and deletes corners with the pointer', async () => {
    await openDialog();
    await click([0.7, 0.5]);
    await drag([0.8, 0.9], [0.6, 0.8]);
    await drag([0.4, 0.55], [0.3, 0.7]);
    await stage.locator('[data-corner="0"]').focus();
    await page.keyboard.press('Delete');
    assertAreas(await deployed(), [
      {
        kind: 'watch',
        points: [
          [0.8, 0.3],
          [0.6, 0.8],
          [0.3, 0.7],
        ],
      },
    ]);
  });

  it('makes, shapes and deletes areas with the keyboard', async () => {
    await openDialog();
    await tool('ignore').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await stage.locator('[data-corner="1"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowUp');
    await page.keyboard.press('+');
    await page.locator('.v2x-areas-tools [aria-pressed]').first().focus();
    await page.keyboard.press('Enter');
    await stage.focus();
    await page.keyboard.press('Delete');
    assertAreas(await deployed(), [
      {
        kind: 'ignore',
        points: [
          [0.25, 0.25],
          [0.76, 0.2],
          [0.76, 0.48],
          [0.75, 0.75],
          [0.25, 0.75],
        ],
      },
    ]);
  });

  it('works without a picture, and changes nothing when nothing is drawn', async () => {
    await openDialog();
    await page.locator('#node-input-camera').selectOption('_ADD_');
    await stage.locator('img').waitFor({ state: 'hidden' });
    await tool('watch').click();
    await click([0.5, 0.5]);
    await page.keyboard.press('Escape');
    await page.locator('#node-dialog-cancel').click();
    await stage.waitFor({ state: 'detached' });
    const changes = await page.evaluate(() => (globalThis as unknown as EditorGlobal).RED.nodes.dirty());
    assert.equal(changes, false);
  });

  it('shows values that the runtime would refuse', async () => {
    await openDialog();
    for (const [name, value] of [
      ['width', '5'],
      ['fps', 'many'],
      ['redPercent', '101'],
    ] as const) {
      await page.locator(`#node-input-${name}`).fill(value);
      await page.locator(`#node-input-${name}`).blur();
      await page.locator(`#node-input-${name}.input-error`).waitFor();
    }
    await page.locator('#node-dialog-cancel').click();
    await stage.waitFor({ state: 'detached' });
    const isValid = (areas: unknown) =>
      page.evaluate(
        ([node, value]) => {
          const { RED } = globalThis as unknown as EditorGlobal;
          const detector = RED.nodes.node(node);
          detector.areas = value;
          RED.editor.validateNode(detector);
          return detector.valid;
        },
        [id, areas] as const,
      );
    assert.equal(await isValid([{ kind: 'watch', points: [[0, 0]] }]), false);
    await openDialog();
    await page.locator('.v2x-areas-hint', { hasText: 'area 1 has 1 points' }).waitFor();
    await page.locator('#node-dialog-cancel').click();
    assert.equal(await isValid([]), true);
    assert.deepEqual(editor.errors, []);
  });
});
