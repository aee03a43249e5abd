import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** Why a suite that needs a browser is skipped, or false. */
export const noBrowser: string | false = existsSync(CHROMIUM) ? false : 'Chromium is not installed';

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
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    const page = await browser.newPage({ viewport: { width: 1680, height: 1180 } });
    const errors: string[] = [];
    page.on('console', (message) => {
      // Node-RED's own palette catalogue is on the internet; the tests are not.
      if (message.type() === 'error' && !message.location().url.includes('catalogue'))
        errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(error.message));
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

  /** Hides the sidebar, so that the flow has the whole window. @returns the window's size in pixels */
  async fitWorkspace(): Promise<{ width: number; height: number }> {
    const size = { width: 1500, height: 1080 };
    await this.page.setViewportSize(size);
    await this.page.keyboard.press('Control+Space');
    await this.page.locator('#red-ui-palette-v2x').evaluate((category: { scrollIntoView(): void }) => {
      category.scrollIntoView();
    });
    return size;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}
