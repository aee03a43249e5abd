import assert from 'node:assert/strict';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Editor, noBrowser } from '../support/editor';
import { EXAMPLES, readFlow, TYPES } from '../support/package';
import { missing, RUNTIMES, Unit } from '../support/unit';

interface Settings {
  /** Property, a value that is refused, and the words that say so. */
  readonly bad?: readonly [string, string, RegExp];
  readonly good: Readonly<Record<string, string>>;
  /** Whether it shows a status without a message. */
  readonly status?: true;
}

const CONFIG = readFlow('flows/flows.json').filter(({ z, type }) => z === undefined && type !== 'tab');
const idOf = (type: string) => CONFIG.find((node) => node.type === type)?.id ?? '';
const STORE = idOf('v2x-segment-store');
const CAMERA = idOf('v2x-camera');
const GROUP = idOf('v2x-multicast-group');
const KEY = idOf('v2x-key');

const NODES: Readonly<Record<string, Settings>> = {
  'ffmpeg-segmenter': { good: { camera: CAMERA, store: STORE }, status: true },
  'clip-maker': {
    bad: ['pre', '-5', /Pre-roll: must be a number from 0 to 3600/],
    good: { store: STORE, pre: '30', directory: 'archive' },
    status: true,
  },
  'event-dir-in': {
    bad: ['directory', 'http://x/', /must be a directory path/],
    good: { directory: 'events' },
    status: true,
  },
  'event-dir-out': {
    bad: ['directory', 'ftp://x/', /must be a directory path/],
    good: { directory: 'events' },
  },
  'simple-detector': {
    bad: ['fps', 'many', /must be a number from 0.1 to 60/],
    good: { camera: CAMERA, fps: '5' },
    status: true,
  },
  'v2x-alert': {
    bad: ['station', '1.5', /must be a whole number from 0 to 4294967295/],
    good: { station: '7' },
    status: true,
  },
  'hmac-sign': { good: { key: KEY } },
  'v2x-multicast-out': {
    bad: ['interval', '0', /must be a number from 0.05 to 60/],
    good: { group: GROUP, interval: '1' },
    status: true,
  },
  'v2x-multicast-in': {
    bad: ['limit', '70000', /must be a whole number from 1 to 65507/],
    good: { group: GROUP, limit: '1400' },
    status: true,
  },
  'v2x-verify': { bad: ['skew', '-1', /must be a number from 0 to 3600/], good: { key: KEY, skew: '5' } },
  'v2x-alert-tracker': { bad: ['lat', '91', /must be a number from -90 to 90/], good: { lat: '37.5' } },
};

const CONFIG_NODES: Readonly<Record<string, Settings>> = {
  'v2x-camera': {
    bad: ['detectionAddress', 'http://cam/', /must be an RTSP URL, a video device or the path/],
    good: { detectionAddress: '' },
  },
  'v2x-segment-store': {
    bad: ['segmentSeconds', '0', /must be a number from 1 to 600/],
    good: { segmentSeconds: '10' },
  },
  'v2x-key': {
    bad: ['secret', 'too short', /must have at least 32 bytes/],
    good: { secret: 'a secret of more than thirty-two bytes' },
  },
  'v2x-multicast-group': {
    bad: ['hops', '300', /must be a whole number from 0 to 255/],
    good: { hops: '1' },
  },
};

/** A unit whose flow is empty but for the config nodes, and a comment that shows that it is loaded. */
async function startEmptyUnit(runtime: (typeof RUNTIMES)[number]): Promise<Unit> {
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

for (const runtime of RUNTIMES) {
  describe(
    `in the editor of ${runtime.name}`,
    { skip: missing(runtime) || noBrowser, timeout: 240_000 },
    () => {
      let unit: Unit;
      let editor: Editor;
      const ids = new Map<string, string>();

      before(async () => {
        unit = await startEmptyUnit(runtime);
        editor = await Editor.open(unit.url);
      });
      after(async () => {
        await editor.close();
        await unit.stop();
      });

      it('tests every type', () => {
        assert.deepEqual(Object.keys({ ...NODES, ...CONFIG_NODES }).sort(), [...TYPES].sort());
      });

      for (const [index, [type, { bad, good }]] of Object.entries(NODES).entries()) {
        it(`drags ${type} from the palette, refuses bad settings and takes good ones`, async () => {
          const id = await editor.drag(type, 150 + (index % 3) * 260, 80 + Math.floor(index / 3) * 110);
          ids.set(type, id);
          const first = await editor.edit(id);
          if (bad) {
            const [property, value, words] = bad;
            await first.set(property, value);
            assert.match(await first.problem(property), words);
            await first.done();
            assert.match(await editor.problems(id), words);
          } else {
            await first.done();
            assert.notEqual(await editor.problems(id), '', 'a config node is missing');
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

      it('deploys them, and each tells its status', async () => {
        await editor.deploy();
        for (const [type, { status }] of Object.entries(NODES))
          if (status) assert.match(await editor.anyStatus(type), /\w/, type);
      });

      it('shows a picture of the camera, and what is wrong with another', async () => {
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
        assert.match((await words.textContent()) ?? '', /camera address is empty; give the path of a film/);
        await dialog.cancel();
      });

      it('says what the ring takes, and whether it covers the clips', async () => {
        const dialog = await editor.edit(STORE);
        const words = dialog.root.locator('.v2x-store-length [role=status]');
        await words.getByText(/of .* GB free/).waitFor();
        await words.getByText(/covers a clip of 330 s/).waitFor();
        await dialog.root.locator('.v2x-store-length input').fill('0');
        await words.getByText(/covers a clip of 330 s/).waitFor();
        await dialog.set('segmentSeconds', '60');
        await words.getByText(/shorter than a clip of 330 s/).waitFor();
        await dialog.cancel();
      });

      for (const example of EXAMPLES) {
        it(`imports ${example}, deploys it, and each of its buttons works`, async () => {
          const added = await editor.importExample(example.replace('.json', ''));
          assert.ok(added.length > 3, `${added.length} nodes`);
          const types = new Map<string, string>();
          for (const id of added) types.set(id, await editor.typeOf(id));
          assert.ok(![...types.values()].includes('unknown'));
          await editor.deploy();
          for (const [id, type] of types) if (type === 'inject') await editor.press(id);
        });
      }

      it('keeps a password that is typed into a URL out of the flow', async () => {
        const dialog = await editor.edit(CAMERA);
        await dialog.set('detectionAddress', 'rtsp://op:100%@192.0.2.1/2');
        await dialog.done();
        assert.deepEqual(await editor.camera(CAMERA), {
          detectionAddress: 'rtsp://192.0.2.1/2',
          user: 'op',
          password: '100%',
        });
      });

      it('leaves nothing in the global scope', async () => {
        const [whole, without] = await Promise.all([
          globalsOf(editor, unit.url, true),
          globalsOf(editor, unit.url, false),
        ]);
        assert.ok(whole.length > 100);
        assert.deepEqual(
          whole.filter((key) => !without.includes(key) && !LOADED_LATER.has(key)),
          [],
        );
      });

      it('has no error on its console', () => {
        // The browser reports the refusal of the film that is not there.
        const ours = editor.errors.filter((text) => !text.includes('status of 422'));
        assert.deepEqual(ours, []);
      });
    },
  );
}

/** What Node-RED itself loads at a time of its own: the library that draws diagrams in notes. */
const LOADED_LATER = new Set(['mermaid', '__esbuild_esm_mermaid_nm', 'fastdom', 'injected']);

/** Names in the global scope of a fresh editor, with this package's nodes or without them. */
async function globalsOf(editor: Editor, url: string, withOurs: boolean): Promise<string[]> {
  const page = await editor.newPage();
  const ours = (script: string) => TYPES.some((type) => script.includes(`registerType("${type}"`));
  let left = 0;
  await page.route(/\/nodes(\?.*)?$/, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replaceAll(
      /<script type="text\/javascript">[^]*?<\/script>/g,
      (script) => {
        if (withOurs || !ours(script)) return script;
        left += 1;
        return '';
      },
    );
    await route.fulfill({ response, body });
  });
  // Quiet: Node-RED loads libraries of its own after the flow is shown.
  await page.goto(url, { waitUntil: 'networkidle' });
  await page.locator('.red-ui-flow-node').first().waitFor();
  assert.equal(left, withOurs ? 0 : TYPES.length);
  const keys = await page.evaluate(() => Object.keys(globalThis));
  await page.close();
  return keys;
}
