import assert from 'node:assert/strict';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { Editor, noBrowser } from '../../support/unit/editor';
import { editorDefinition, EXAMPLES, readFlow, TYPES, type FlowNode } from '../../support/unit/package';
import { missing, Unit, type Runtime } from '../../support/unit/unit';
import { CAMERA, CONFIG, CONFIG_NODES, idOf, NODES, STORE } from './entries';

/** A unit whose flow is empty but for the config nodes, and a comment that shows that it is loaded. */
async function startEmptyUnit(runtime: Runtime): Promise<Unit> {
  const data = await mkdtemp(join(tmpdir(), 'v2x-editor-'));
  await mkdir(join(data, 'node-red'), { recursive: true });
  const flow = [
    { id: 'tab', type: 'tab', label: 'Test' },
    { id: 'note', type: 'comment', z: 'tab', name: 'here', x: 700, y: 700, wires: [] },
    ...CONFIG,
  ];
  await writeFile(join(data, 'node-red', 'flows.json'), JSON.stringify(flow));
  return Unit.start({ V2X_DATA: data }, { runtime });
}

/** What the tests of one suite share: one unit, one browser. */
interface Opened {
  readonly unit: Unit;
  readonly editor: Editor;
}

/** The package's nodes in the editor of one Node-RED, from the palette to the deployed flow. */
export function testEditor(runtime: Runtime): void {
  describe(`in the editor of ${runtime.name}`, { skip: missing(runtime) || noBrowser }, () => {
    let unit: Unit;
    let editor: Editor;
    const opened = () => ({ unit, editor });

    before(async () => {
      unit = await startEmptyUnit(runtime);
      editor = await Editor.open(unit.url);
    });
    // A dialog that a failed test left open would fail all that follow, each after a long wait.
    afterEach(() => editor.cancelDialogs());
    after(async () => {
      await editor.close();
      await unit.stop();
    });

    it('tests every type', () => {
      assert.deepEqual(Object.keys({ ...NODES, ...CONFIG_NODES }).sort(), [...TYPES].sort());
    });

    testDialogs(opened);
    testDeployed(opened);
    testExamples(opened);
    testOldFlow(opened);
    testTraces(opened);
  });
}

/** Each dialog refuses bad settings and takes good ones. */
function testDialogs(opened: () => Opened): void {
  for (const [index, [type, { bad, good }]] of Object.entries(NODES).entries()) {
    it(`drags ${type} from the palette, refuses bad settings and takes good ones`, async () => {
      const { editor } = opened();
      const id = await editor.drag(type, 150 + (index % 3) * 260, 80 + Math.floor(index / 3) * 110);
      const first = await editor.edit(id);
      if (bad) {
        const [property, value, words] = bad;
        await first.set(property, value);
        assert.match(await first.problem(property), words);
        await first.done();
        assert.match(await editor.problems(id), words);
      } else {
        await first.done();
        // Without a setting of its own, a node lacks no config node.
        const isComplete = Object.keys(good).length === 0;
        assert.equal((await editor.problems(id)) === '', isComplete, 'a config node is missing');
      }
      const second = await editor.edit(id);
      for (const [property, value] of Object.entries(good)) await second.set(property, value);
      if (bad) assert.equal(await second.problem(bad[0]), '');
      await second.done();
      assert.equal(await editor.problems(id), '');
    });
  }

  for (const [type, { bad, good }] of Object.entries(CONFIG_NODES)) {
    it(`${type} refuses bad settings, takes good ones and names its users`, async () => {
      const { editor } = opened();
      const dialog = await editor.edit(idOf(type));
      assert.ok(bad);
      await dialog.set(bad[0], bad[1]);
      assert.match(await dialog.problem(bad[0]), bad[2]);
      for (const [property, value] of Object.entries(good)) await dialog.set(property, value);
      assert.equal(await dialog.problem(bad[0]), '');
      assert.match((await dialog.root.locator('.v2x-users').textContent()) ?? '', /Used by.*\w/);
      await dialog.done();
    });
  }
}

/** What nodes and dialogs show of the running flow. */
function testDeployed(opened: () => Opened): void {
  it('deploys them, and each tells its status', async () => {
    const { editor } = opened();
    await editor.deploy();
    for (const [type, { status }] of Object.entries(NODES))
      if (status) assert.match(await editor.anyStatus(type), /\w/, type);
  });

  it('shows a picture of the camera, and what is wrong with another', async () => {
    const { editor } = opened();
    const dialog = await editor.edit(CAMERA);
    const button = dialog.root.locator('.v2x-camera-test button');
    await button.click();
    const picture = dialog.root.locator('.v2x-camera-test img');
    await picture.waitFor();
    assert.ok(Number((await picture.boundingBox())?.height) > 100);
    await dialog.set('kind', 'file');
    await dialog.set('address', 'NO_SUCH_VARIABLE');
    await button.click();
    const words = dialog.root.locator('.v2x-camera-test .form-tips');
    await words.waitFor();
    assert.match((await words.textContent()) ?? '', /camera address is empty; give the path of a video file/);
    await dialog.cancel();
  });

  it('says what the ring takes, and whether it covers the clips', async () => {
    const { editor } = opened();
    const dialog = await editor.edit(STORE);
    const words = dialog.root.locator('.v2x-store-length [role=status]');
    await words.getByText(/of .* GB free/).waitFor();
    await words.getByText(/covers a clip of 330 s/).waitFor();
    await dialog.root.locator('.v2x-store-length input').fill('0');
    await words.getByText(/covers a clip of 330 s/).waitFor();
    await dialog.set('segmentSeconds', '60');
    await words.getByText(/too short for a clip of 330 s/).waitFor();
    await dialog.cancel();
  });
}

/** The examples of the import dialog. */
function testExamples(opened: () => Opened): void {
  for (const example of EXAMPLES) {
    it(`imports ${example}, deploys it, and each of its buttons works`, async () => {
      const { editor } = opened();
      const added = await editor.importExample(example.replace('.json', ''));
      assert.ok(added.length > 3, `${added.length} nodes`);
      const types = new Map<string, string>();
      for (const id of added) types.set(id, await editor.typeOf(id));
      assert.ok(![...types.values()].includes('unknown'));
      await editor.deploy();
      for (const [id, type] of types) if (type === 'inject') await editor.press(id);
    });
  }
}

/** A flow of the time when nodes had no `version`, which the editor upgrades. */
function testOldFlow(opened: () => Opened): void {
  it('upgrades the nodes of an old flow on import, and deploys them as they were', async () => {
    const { editor, unit } = opened();
    const old = oldFlow('examples/roadside-unit.json');
    await editor.importNodes(old);
    await editor.deploy();
    const deployed = (await (await fetch(`${unit.url}/flows`)).json()) as FlowNode[];
    const ours = old.filter(({ type }) => TYPES.includes(type));
    assert.ok(ours.length > 8);
    for (const before of ours) {
      const { version, ...settings } = deployed.find(({ id }) => id === before.id) ?? before;
      assert.equal(version, editorDefinition(before.type).defaults.version.value, before.type);
      assert.deepEqual(settings, before);
    }
  });
}

/** An example as it would be without versions, under ids of its own. */
function oldFlow(path: string): FlowNode[] {
  const nodes = readFlow(path);
  const text = nodes.reduce(
    (renamed, { id }) => renamed.replaceAll(`"${id}"`, `"old-${id}"`),
    JSON.stringify(nodes),
  );
  return JSON.parse(text, (key, value: unknown) => (key === 'version' ? undefined : value)) as FlowNode[];
}

/** What must not be left behind. */
function testTraces(opened: () => Opened): void {
  it('keeps a password that is typed into a URL out of the flow', async () => {
    const { editor } = opened();
    const dialog = await editor.edit(CAMERA);
    await dialog.set('detectionAddress', 'rtsp://op:100%@192.0.2.1/2');
    await dialog.done();
    assert.deepEqual(await editor.camera(CAMERA), {
      detectionAddress: 'rtsp://192.0.2.1/2',
      user: 'op',
      password: '100%',
    });
  });

  it('has no error on its console', () => {
    const { editor } = opened();
    // The browser reports the refusal of the film that is not there.
    const ours = editor.errors.filter((text) => !text.includes('status of 422'));
    assert.deepEqual(ours, []);
  });
}
