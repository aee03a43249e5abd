import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import {
  createServer,
  request,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { atEnd } from '../support/at-end';
import { launchBrowser, noBrowser, openPage } from '../support/unit/editor';
import { Program } from '../support/process';
import { missing, RUNTIMES, Unit } from '../support/unit/unit';

/** An inject node that an attacker would press, and what shows that it was pressed. */
const FLOW = [
  { id: 'tab', type: 'tab', label: 'Test' },
  { id: 'button', type: 'inject', z: 'tab', x: 200, y: 100, props: [], once: false, wires: [['shown']] },
  { id: 'shown', type: 'debug', z: 'tab', x: 400, y: 100, active: true, console: true, complete: 'true' },
  { id: 'cam', type: 'v2x-camera', kind: 'synthetic', address: '', detectionAddress: '', audio: 'none' },
];

/** How a page learns something; each runs in the browser and ends with what the page has got. */
const READS: Readonly<Record<string, (unit: string) => Promise<string>>> = {
  'reads the flows': async (unit) => (await fetch(`${unit}/flows`)).text(),
  'reads the interfaces': async (unit) => (await fetch(`${unit}/v2x/interfaces`)).text(),
  'reads with credentials': async (unit) =>
    (await fetch(`${unit}/settings`, { credentials: 'include' })).text(),
  'takes a picture': async (unit) => {
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ kind: 'synthetic' });
    return (await fetch(`${unit}/v2x/camera/snapshot`, { method: 'POST', headers, body })).text();
  },
  'takes a picture with a simple request': async (unit) => {
    const body = JSON.stringify({ kind: 'synthetic' });
    return (await fetch(`${unit}/v2x/camera/snapshot`, { method: 'POST', body })).text();
  },
  'deploys a flow': async (unit) => {
    const headers = { 'Content-Type': 'application/json' };
    // A flow file without flows, which the unit answers with an error.
    const answer = await fetch(`${unit}/flows`, { method: 'POST', headers, body: '{}' });
    return answer.text();
  },
  'loads a script': (unit) =>
    new Promise((done) => {
      const script = document.createElement('script');
      script.onload = () => {
        done('it ran');
      };
      script.onerror = () => {
        done('');
      };
      script.src = `${unit}/red/red.min.js`;
      document.head.append(script);
    }),
  'loads an image': (unit) =>
    new Promise((done) => {
      const image = new Image();
      image.onload = () => {
        done('it is there');
      };
      image.onerror = () => {
        done('');
      };
      image.src = `${unit}/red/images/node-red.svg`;
    }),
  'listens to statuses and debug messages': (unit) =>
    new Promise((done) => {
      const socket = new WebSocket(`${unit.replace('http', 'ws')}/comms`);
      socket.onopen = () => {
        done('it is open');
      };
      socket.onclose = () => {
        done('');
      };
    }),
};

/** How a page presses the button. */
const PRESSES: Readonly<Record<string, (unit: string) => Promise<void>>> = {
  'by a simple request': async (unit) => {
    await fetch(`${unit}/inject/button`, { method: 'POST', body: 'text' });
  },
  'without asking to read the answer': async (unit) => {
    await fetch(`${unit}/inject/button`, { method: 'POST', mode: 'no-cors' });
  },
  'without telling where it comes from': async (unit) => {
    await fetch(`${unit}/inject/button`, { method: 'POST', mode: 'no-cors', referrerPolicy: 'no-referrer' });
  },
  'by a form': (unit) =>
    new Promise((done) => {
      const frame = document.createElement('iframe');
      frame.name = 'answer';
      document.body.append(frame);
      frame.onload = () => {
        done();
      };
      const form = document.createElement('form');
      Object.assign(form, { method: 'POST', action: `${unit}/inject/button`, target: 'answer' });
      document.body.append(form);
      form.submit();
    }),
};

for (const runtime of RUNTIMES) {
  const skip = missing(runtime) || noBrowser;
  describe(`pages of other sites and ${runtime.name} without a password`, { skip }, () => {
    let unit: Unit;
    let site: Server;
    let browser: Browser;
    let port: string;
    let flowBefore: unknown;

    before(async () => {
      const data = await mkdtemp(join(tmpdir(), 'v2x-foreign-'));
      await mkdir(join(data, 'node-red'));
      await writeFile(join(data, 'node-red', 'flows.json'), JSON.stringify(FLOW));
      unit = await Unit.start({ V2X_DATA: data, V2X_HOSTS: 'allowed.test' }, { runtime });
      ({ port } = new URL(unit.url));
      flowBefore = await (await fetch(`${unit.url}/flows`)).json();
      site = createServer((_request, response) => {
        response.setHeader('Content-Type', 'text/html');
        response.end(`<title>another site</title><a href="http://127.0.0.1:${port}/">the unit</a>`);
      });
      site.listen(0, '127.0.0.1');
      await once(site, 'listening');
      // Every name is this machine: also that of an attacker who rebinds it.
      browser = await launchBrowser('--host-resolver-rules=MAP *.test 127.0.0.1');
    });
    after(async () => {
      await browser.close();
      await unit.stop();
      site.closeAllConnections();
      site.close();
    });

    async function visit(host: string, sitePort: number | string, path = '/'): Promise<Page> {
      const page = await openPage(browser);
      await page.goto(`http://${host}:${sitePort}${path}`);
      return page;
    }
    const sitePort = () => (site.address() as AddressInfo).port;

    /** How often the button has been pressed, one more press of our own included. */
    async function pressed(): Promise<number> {
      const mark = randomUUID();
      const body = JSON.stringify({ __user_inject_props__: [{ p: 'payload', v: mark, vt: 'str' }] });
      await fetch(`${unit.url}/inject/button`, {
        ...{ method: 'POST', headers: { 'Content-Type': 'application/json' }, body },
      });
      await unit.program.line(new RegExp(mark));
      return unit.program.output.match(/\[debug:shown\]/g)?.length ?? 0;
    }

    it('(a page of its own learns everything, and presses the button)', async () => {
      const page = await visit('127.0.0.1', port, '/v2x/interfaces');
      for (const [what, read] of Object.entries(READS))
        assert.notEqual(await page.evaluate(read, unit.url), '', what);
      for (const [, press] of Object.entries(PRESSES)) await page.evaluate(press, unit.url);
      assert.equal(await pressed(), Object.keys(PRESSES).length + 1);
      await page.close();
    });

    for (const [where, host] of [
      ['another site', 'evil.test'],
      ['another port of the machine', '127.0.0.1'],
    ]) {
      it(`a page of ${where} neither reads nor commands anything`, async () => {
        const page = await visit(host, sitePort());
        const before = await pressed();
        // What is refused is an error of the network for the page.
        for (const [what, read] of Object.entries(READS))
          assert.equal(await page.evaluate(read, unit.url).catch(isRefused), '', what);
        for (const [, press] of Object.entries(PRESSES))
          await page.evaluate(press, unit.url).catch(isRefused);
        const flow: unknown = await (await fetch(`${unit.url}/flows`)).json();
        assert.deepEqual(flow, flowBefore);
        assert.equal(await pressed(), before + 1);
        await page.close();
      });
    }

    it('a name that an attacker resolves to the unit shows nothing', async () => {
      // The attacker's own page, sent before the name came to mean the unit, would not be bound by the policy of ours.
      const page = await openPage(browser, { bypassCSP: true });
      assert.equal((await page.goto(`http://evil.test:${port}/`))?.status(), 403);
      const status = await page.evaluate(async () => (await fetch('/flows')).status);
      assert.equal(status, 403);
      const opened = await page.evaluate(
        (url) =>
          new Promise((done) => {
            const socket = new WebSocket(url);
            socket.onopen = () => {
              done('open');
            };
            socket.onerror = () => {
              done('refused');
            };
          }),
        `ws://evil.test:${port}/comms`,
      );
      assert.equal(opened, 'refused');
      await page.close();
    });

    it('a page of another site cannot show the editor as a part of itself', async () => {
      const page = await visit('evil.test', sitePort());
      const framed = page.waitForResponse((response) => response.url().startsWith(unit.url));
      await page.evaluate((url) => {
        const frame = document.createElement('iframe');
        frame.src = url;
        document.body.append(frame);
      }, unit.url);
      assert.equal((await framed).status(), 403);
      await page.close();
    });

    it('the editor works when it is opened by an allowed name', async () => {
      const page = await openPage(browser);
      const socket = page.waitForEvent('websocket');
      await page.goto(`http://allowed.test:${port}/`, { waitUntil: 'commit' });
      await page.locator('.red-ui-flow-node').first().waitFor();
      await (await socket).waitForEvent('framereceived');
      const answer = page.waitForResponse((response) => response.url().endsWith('/inject/button'));
      await page.locator('[id="button"] .red-ui-flow-node-button-button').click();
      assert.equal((await answer).status(), 200);
      assert.equal(await page.evaluate(async () => (await fetch('v2x/interfaces')).status), 200);
      await page.close();
    });

    it('a link on another site opens the editor', async () => {
      const page = await visit('evil.test', sitePort());
      await page.locator('a').click();
      await page.locator('.red-ui-flow-node').first().waitFor();
      await page.close();
    });
  });
}

describe('the lines that README gives for a Node-RED of one’s own', () => {
  for (const readme of ['README.md', 'README.ko.md']) {
    it(`${readme}: they refuse foreign pages, over HTTP and WebSocket`, async (t) => {
      const [, lines = ''] = /```js\n([^`]*same-origin[^`]*)```/.exec(await readFile(readme, 'utf8')) ?? [];
      const userDir = await mkdtemp(join(tmpdir(), 'v2x-own-'));
      await mkdir(join(userDir, 'node_modules', '@roadside'), { recursive: true });
      await symlink(resolve('.'), join(userDir, 'node_modules', '@roadside', 'node-red-v2x'));
      await writeFile(join(userDir, 'package.json'), '{"dependencies":{"@roadside/node-red-v2x":"*"}}');
      await writeFile(join(userDir, 'settings.js'), lines);
      const args = [resolve('node_modules/node-red/red.js'), '--userDir', userDir, '--port', '0'];
      const program = Program.start(process.execPath, [...args, '-D', 'uiHost=127.0.0.1']);
      atEnd(t, async () => {
        await program.stop();
        await rm(userDir, { recursive: true, force: true });
      });
      const { text } = await program.line(/Server now running at/);
      const url = text.slice(text.indexOf('http://'));
      assert.equal(await statusOf(url, {}), 200);
      assert.equal(await statusOf(new URL('/flows', url), { origin: 'http://evil.example' }), 403);
      assert.equal(await statusOf(new URL('/flows', url), { host: 'evil.example' }), 403);
      const socket = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
      const key = { 'sec-websocket-key': Buffer.alloc(16).toString('base64') };
      const comms = new URL('/comms', url);
      assert.equal(await statusOf(comms, { ...socket, ...key }), 101);
      assert.equal(await statusOf(comms, { ...socket, ...key, origin: 'http://evil.example' }), 403);
    });
  }
});

/** The status of the answer to a GET with these headers. */
async function statusOf(url: URL | string, headers: OutgoingHttpHeaders): Promise<number | undefined> {
  const asked = request(url, { headers });
  asked.end();
  const [answer] = (await Promise.race([once(asked, 'response'), once(asked, 'upgrade')])) as [
    IncomingMessage,
  ];
  answer.destroy();
  return answer.statusCode;
}

/** What a page sees of a refusal. */
function isRefused(error: unknown): string {
  assert.match(String(error), /Failed to fetch/);
  return '';
}
