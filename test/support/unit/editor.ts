import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { endWithFile } from '../leftovers';
import { PATIENCE_MS } from '../process';

const CHROMIUM = '/usr/bin/chromium';

/** Why a suite that needs a browser is skipped, or false. */
export const noBrowser: string | false = existsSync(CHROMIUM) ? false : 'Chromium is not installed';

/** Starts Chromium, headless. It is closed with the last test of the file at the latest. */
export async function launchBrowser(...args: readonly string[]): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    timeout: PATIENCE_MS,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  });
  browser.once(
    'disconnected',
    endWithFile(() => browser.close()),
  );
  return browser;
}

/** Opens a page that waits as long for anything as the tests themselves do. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

/** The Node-RED editor in a real browser. */
export class Editor {
  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
    /** Errors on the page's console. */
    readonly errors: string[],
  ) {}

  /** Opens the editor and waits until its flows are shown. */
  static async open(url: string): Promise<Editor> {
    await hideTips(url);
    const browser = await launchBrowser();
    const page = await openPage(browser, { viewport: { width: 1680, height: 1180 } });
    const errors: string[] = [];
    page.on('console', (message) => {
      // Node-RED's own palette catalogue is on the internet; the tests are not.
      if (message.type() === 'error' && !message.location().url.includes('catalogue'))
        errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
    await page.goto(url);
    await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
    await page.locator('.red-ui-flow-node').first().waitFor();
    return new Editor(browser, page, errors);
  }

  /** Resolves when the first node of this type shows a status of this colour. @returns the status text */
  async status(type: string, colour: 'red' | 'green' | 'yellow' | 'blue' | 'grey'): Promise<string> {
    const status = this.page.locator(`[id="${await this.nodeId(type)}"] .red-ui-flow-node-status-group`);
    await status
      .locator(`.red-ui-flow-node-status-dot-${colour}, .red-ui-flow-node-status-ring-${colour}`)
      .waitFor();
    return (await status.locator('.red-ui-flow-node-status-label').textContent()) ?? '';
  }

  /** Resolves with the status text of the first node of this type, as soon as there is one that is not red. */
  async anyStatus(type: string): Promise<string> {
    const status = this.page.locator(`[id="${await this.nodeId(type)}"] .red-ui-flow-node-status-group`);
    const red = '.red-ui-flow-node-status-dot-red, .red-ui-flow-node-status-ring-red';
    const text = status.filter({ hasNot: this.page.locator(red) }).locator('.red-ui-flow-node-status-label');
    await text.filter({ hasText: /\S/ }).waitFor();
    return (await text.textContent()) ?? '';
  }

  /** The id of the first node of a type in the flows. */
  async nodeId(type: string): Promise<string> {
    const id = await this.page.evaluate((wanted) => {
      let found = '';
      const { RED } = globalThis as unknown as {
        RED: { nodes: { eachNode(callback: (node: { type: string; id: string }) => void): void } };
      };
      RED.nodes.eachNode((node) => {
        if (node.type === wanted && found === '') found = node.id;
      });
      return found;
    }, type);
    if (id === '') throw new Error(`No ${type} in the flows`);
    return id;
  }

  /** Drags a type from the palette into the workspace, by mouse. @returns the new node's id */
  async drag(type: string, x: number, y: number): Promise<string> {
    const known = new Set(await this.nodeIds());
    const entry = this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
    await entry.scrollIntoViewIfNeeded();
    const workspace = await this.page.locator('#red-ui-workspace-chart').boundingBox();
    if (!workspace) throw new Error('No workspace');
    await entry.hover();
    await this.page.mouse.down();
    await this.page.mouse.move(workspace.x + x - 40, workspace.y + y - 40, { steps: 4 });
    await this.page.mouse.move(workspace.x + x, workspace.y + y, { steps: 4 });
    await this.page.mouse.up();
    const id = (await this.nodeIds()).find((candidate) => !known.has(candidate));
    if (id === undefined) throw new Error(`Dragging ${type} made no node`);
    return id;
  }

  /** Opens the dialog of a node, or of a config node. */
  async edit(id: string): Promise<Dialog> {
    await this.page.evaluate((wanted) => {
      const { RED } = globalThis as unknown as {
        RED: {
          nodes: { node(id: string): { id: string; type: string; _def: { category: string } } };
          editor: { edit(node: object): void; editConfig(name: string, type: string, id: string): void };
        };
      };
      const node = RED.nodes.node(wanted);
      if (node._def.category === 'config') RED.editor.editConfig('', node.type, node.id);
      else RED.editor.edit(node);
    }, id);
    const tray = this.page.locator('.red-ui-tray').last();
    await tray.locator('.form-row').first().waitFor();
    return new Dialog(this.page, tray);
  }

  /** Cancels every dialog that is open, the topmost first. */
  async cancelDialogs(): Promise<void> {
    const trays = this.page.locator('.red-ui-tray');
    for (let open = await trays.count(); open > 0; open -= 1) {
      await trays.last().locator('#node-dialog-cancel, #node-config-dialog-cancel').click();
      await trays.nth(open - 1).waitFor({ state: 'detached' });
    }
  }

  /** What the editor says is wrong with a node's settings; empty when nothing is. */
  problems(id: string): Promise<string> {
    return this.page.evaluate((wanted) => {
      const { RED } = globalThis as unknown as {
        RED: { nodes: { node(id: string): { valid: boolean; validationErrors?: unknown[] } } };
      };
      const { valid, validationErrors = [] } = RED.nodes.node(wanted);
      return valid ? '' : JSON.stringify(validationErrors);
    }, id);
  }

  /** Deploys, and resolves when the runtime has taken it. */
  async deploy(): Promise<void> {
    const answer = this.page.waitForResponse(
      (response) => response.request().method() === 'POST' && new URL(response.url()).pathname === '/flows',
    );
    await this.page.locator('#red-ui-header-button-deploy').click();
    if (!(await answer).ok()) throw new Error('Deploying failed');
  }

  /** Imports an example of this package from the editor's own dialog. @returns the ids of the new nodes */
  async importExample(name: string): Promise<string[]> {
    const known = new Set(await this.nodeIds());
    await this.invoke('core:show-examples-import-dialog');
    const tree = this.page.locator('#red-ui-clipboard-dialog-import-tab-examples');
    const entry = (text: string) => tree.locator('.red-ui-treeList-label').filter({ hasText: text }).first();
    const ok = this.page.locator('#red-ui-clipboard-dialog-ok');
    // The lists of the dialog's tabs come one after the other, and each may drop what was selected before.
    for (let imported = false, tries = 1; !imported; tries += 1) {
      await entry('@roadside/node-red-v2x').waitFor();
      if (!(await entry(name).isVisible())) await entry('@roadside/node-red-v2x').click();
      await entry(name).click();
      imported = await ok.click({ timeout: SELECTED_MS }).then(
        () => true,
        (error: unknown) => {
          if (tries === SELECT_TRIES) throw error;
          return false;
        },
      );
    }
    // The dialog is gone before the example has been fetched.
    await this.page.waitForFunction((before) => {
      const { RED } = globalThis as unknown as {
        RED: { nodes: { eachNode(callback: () => void): void } };
      };
      let count = 0;
      RED.nodes.eachNode(() => (count += 1));
      return count > before;
    }, known.size);
    return (await this.nodeIds()).filter((id) => !known.has(id));
  }

  /** Imports nodes by pasting their JSON into the editor's import dialog; their ids stay. */
  async importNodes(nodes: readonly { readonly id: string }[]): Promise<void> {
    await this.invoke('core:show-import-dialog');
    const text = this.page.locator('#red-ui-clipboard-dialog-import-text');
    await text.fill(JSON.stringify(nodes));
    // The dialog looks at what is typed, not at what is set.
    await text.press('End');
    await this.page.locator('#red-ui-clipboard-dialog-ok').click();
    const last = nodes.at(-1)?.id;
    await this.page.waitForFunction((id) => {
      const { RED } = globalThis as unknown as { RED: { nodes: { node(id?: string): unknown } } };
      return Boolean(RED.nodes.node(id));
    }, last);
  }

  /** Presses the button of an inject node, and resolves when the runtime has taken it. */
  async press(id: string): Promise<void> {
    await this.page.evaluate((wanted) => {
      const { RED } = globalThis as unknown as { RED: { view: { reveal(id: string): void } } };
      RED.view.reveal(wanted);
    }, id);
    const answer = this.page.waitForResponse((response) => response.url().endsWith(`/inject/${id}`));
    await this.page.locator(`[id="${id}"] .red-ui-flow-node-button-button`).click();
    if (!(await answer).ok()) throw new Error(`Pressing ${id} failed`);
  }

  /** The type of a node; `unknown` when the editor has none of that name. */
  typeOf(id: string): Promise<string> {
    return this.page.evaluate((wanted) => {
      const { RED } = globalThis as unknown as { RED: { nodes: { node(id: string): { type: string } } } };
      return RED.nodes.node(wanted).type;
    }, id);
  }

  /** What the editor would deploy of a camera. */
  camera(id: string): Promise<{ detectionAddress: string; user: string; password: string }> {
    return this.page.evaluate((wanted) => {
      interface Camera {
        detectionAddress: string;
        credentials: { user: string; password: string };
      }
      const { RED } = globalThis as unknown as { RED: { nodes: { node(id: string): Camera } } };
      const { detectionAddress, credentials } = RED.nodes.node(wanted);
      return { detectionAddress, user: credentials.user, password: credentials.password };
    }, id);
  }

  private async invoke(action: string): Promise<void> {
    await this.page.evaluate((name) => {
      const { RED } = globalThis as unknown as { RED: { actions: { invoke(name: string): void } } };
      RED.actions.invoke(name);
    }, action);
  }

  private nodeIds(): Promise<string[]> {
    return this.page.evaluate(() => {
      const ids: string[] = [];
      const { RED } = globalThis as unknown as {
        RED: { nodes: { eachNode(callback: (node: { id: string }) => void): void } };
      };
      RED.nodes.eachNode(({ id }) => ids.push(id));
      return ids;
    });
  }

  /** Hides the sidebar, so that the flow has the whole window. @returns the window's size in pixels */
  async fitWorkspace(): Promise<{ width: number; height: number }> {
    const size = { width: 1500, height: 1080 };
    await this.page.setViewportSize(size);
    await this.page.keyboard.press('Control+Space');
    await this.page
      .locator('#red-ui-palette-V2X_footage')
      .evaluate((category: { scrollIntoView(): void }) => {
        category.scrollIntoView();
      });
    return size;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

/**
 * Turns Node-RED's tips off. It shows the first one a second after it has read the user's settings, and has an error on
 * its console when `keymap.json`, which it awaits before it makes the box for tips, takes longer (5.0.7:
 * `startTips` and `setTip` in ui/tab-info.js).
 */
async function hideTips(url: string): Promise<void> {
  const answer = await fetch(new URL('settings/user', url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ editor: { view: { 'view-show-tips': false } } }),
  });
  if (!answer.ok) throw new Error(`Node-RED refuses settings of the user (${answer.status})`);
}

/** Node-RED opens a tooltip after 750 ms. */
const TOOLTIP_MS = 2000;
/** How long to wait for a selection in the import dialog to be seen before it is made again, and how often. */
const SELECTED_MS = 2000;
const SELECT_TRIES = PATIENCE_MS / SELECTED_MS;

/** The dialog of one node. */
export class Dialog {
  constructor(
    private readonly page: Page,
    private readonly tray: Locator,
  ) {}

  /** Sets a property as a user does: types into its input, or chooses from its list. */
  async set(property: string, value: string): Promise<void> {
    const input = this.input(property);
    if ((await input.evaluate((element: { tagName: string }) => element.tagName)) === 'SELECT') {
      await input.selectOption(value);
      return;
    }
    const typed = this.typed(property);
    if ((await typed.count()) > 0) await typed.locator('.red-ui-typedInput-input').fill(value);
    else await input.fill(value);
    await this.page.keyboard.press('Tab');
  }

  /** What is shown to be wrong with a property while the mouse is over its input; empty when nothing is. */
  async problem(property: string): Promise<string> {
    const typed = this.typed(property);
    if ((await typed.count()) > 0) {
      const marked = ((await typed.getAttribute('class')) ?? '').includes('input-error');
      return marked ? ((await typed.getAttribute('title')) ?? '') : '';
    }
    const input = this.input(property);
    if (!((await input.getAttribute('class')) ?? '').includes('input-error')) return '';
    // Node-RED makes the tooltip anew with each validation, and it opens for a mouse that enters after that.
    const words = this.page.locator('.red-ui-popover-content').last();
    for (let entered = 0; entered < PATIENCE_MS / TOOLTIP_MS && (await words.count()) === 0; entered++) {
      await this.page.mouse.move(0, 0);
      await input.hover();
      await words.waitFor({ timeout: TOOLTIP_MS }).catch(() => undefined);
    }
    return (await words.textContent()) ?? '';
  }

  get root(): Locator {
    return this.tray;
  }

  /** Done, Add or Update. */
  async done(): Promise<void> {
    await this.tray.locator('#node-dialog-ok, #node-config-dialog-ok').click();
    await this.tray.waitFor({ state: 'detached' });
  }

  async cancel(): Promise<void> {
    await this.tray.locator('#node-dialog-cancel, #node-config-dialog-cancel').click();
    await this.tray.waitFor({ state: 'detached' });
  }

  private input(property: string): Locator {
    return this.tray.locator(`#node-input-${property}, #node-config-input-${property}`);
  }

  private typed(property: string): Locator {
    return this.tray.locator(
      `#node-input-${property} + .red-ui-typedInput-container, #node-config-input-${property} + .red-ui-typedInput-container`,
    );
  }
}
