import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { describe, it, type TestContext } from 'node:test';
import {
  guardWebSocket,
  isForeign,
  refuseForeign,
  refuseForeignCall,
  type OwnHosts,
  type RequestHeaders,
} from '../../../../nodes/lib/node-red/http/same-origin';

const OWN: OwnHosts = {
  addresses: ['192.0.2.7', 'fe80::a', '2001:db8::7'],
  names: ['unit', 'unit.local', 'unit.site.example'],
  allowed: ['proxy.example', 'https://url.example/', 'no/host', 'nat.example:8443', '198.51.100.9'],
};

/** What a browser sends, and whether it may come from another site. */
const CASES: readonly (readonly [what: string, headers: RequestHeaders, foreign: boolean])[] = [
  ['a script on the machine', { host: '127.0.0.1:1880' }, false],
  ['a program of HTTP/1.0', {}, false],
  ['the editor by a loopback address', { host: '127.9.9.9', 'sec-fetch-site': 'same-origin' }, false],
  ['the editor by IPv6', { host: '[::1]:1880', origin: 'http://[::1]:1880' }, false],
  ['by another spelling of an IPv6 address', { host: '[2001:DB8:0::7]' }, false],
  ['by an IPv4 address within an IPv6 one', { host: '[::ffff:127.0.0.1]:1880' }, false],
  ['by localhost', { host: 'LOCALHOST:1880', origin: 'http://localhost:1880' }, false],
  ['by localhost with the root dot', { host: 'localhost.:1880' }, false],
  ['through ssh -L 8080', { host: 'localhost:8080', origin: 'http://localhost:8080' }, false],
  ['by an address of its interfaces', { host: '192.0.2.7:1880', origin: 'http://192.0.2.7:1880' }, false],
  ['by its name', { host: 'unit:1880', origin: 'http://unit:1880' }, false],
  ['by multicast DNS', { host: 'unit.local', origin: 'http://unit.local' }, false],
  ['with the default port written out', { host: 'unit:443', origin: 'https://unit' }, false],
  ['typed or from a bookmark', { host: 'unit:1880', 'sec-fetch-site': 'none' }, false],
  ['by an allowed name', { host: 'proxy.example', origin: 'https://proxy.example' }, false],
  ['by a name that is allowed as a URL', { host: 'url.example', origin: 'https://url.example' }, false],
  ['by an allowed name on any port', { host: 'proxy.example:9' }, false],
  ['by an allowed name on its port', { host: 'nat.example:8443' }, false],
  ['by an allowed address behind NAT', { host: '198.51.100.9:80' }, false],
  [
    'through a proxy that replaces Host',
    { host: '127.0.0.1:1880', origin: 'https://proxy.example', 'sec-fetch-site': 'same-origin' },
    false,
  ],
  [
    'a page of an allowed site',
    { host: 'unit', origin: 'https://proxy.example', 'sec-fetch-site': 'cross-site' },
    false,
  ],

  ['fetch of another site', { host: 'localhost:1880', origin: 'https://evil.example' }, true],
  ['a sandboxed or local page', { host: 'localhost:1880', origin: 'null' }, true],
  ['an extension', { host: 'localhost:1880', origin: 'chrome-extension://localhost:1880' }, true],
  ['another program of the machine', { host: 'localhost:1880', origin: 'http://localhost:3000' }, true],
  ['another name of the machine', { host: 'localhost:1880', origin: 'http://127.0.0.1:1880' }, true],
  ['another scheme on its port', { host: 'unit', origin: 'http://unit:443' }, true],
  [
    'an own address as a part',
    { host: 'localhost:1880', origin: 'http://localhost:1880.evil.example' },
    true,
  ],
  ['two origins', { host: 'localhost', origin: 'http://localhost, http://evil.example' }, true],
  ['an origin with a path', { host: 'localhost', origin: 'http://evil.example\\@localhost' }, true],
  ['an origin without a host', { origin: 'http://localhost' }, true],
  ['an empty origin', { host: 'localhost', origin: '' }, true],
  ['an image of another site', { host: 'localhost:1880', 'sec-fetch-site': 'cross-site' }, true],
  ['an image of another subdomain', { host: 'unit.local', 'sec-fetch-site': 'same-site' }, true],
  ['an unknown relation', { host: 'unit', 'sec-fetch-site': 'same-origin, cross-site' }, true],
  ['two relations', { host: 'unit', 'sec-fetch-site': ['none', 'none'] }, true],
  ['nothing of an entry that is no host', { host: 'no' }, true],
  ['an allowed name on another port', { host: 'nat.example' }, true],
  [
    'a name that resolves to the unit (DNS rebinding)',
    { host: 'evil.example:1880', origin: 'http://evil.example:1880', 'sec-fetch-site': 'same-origin' },
    true,
  ],
  ['a name without an origin', { host: 'evil.example' }, true],
  ['a name that begins like an address', { host: '127.0.0.1.evil.example' }, true],
  ['a name that ends like ours', { host: 'evil-unit.local' }, true],
  ['a name below ours', { host: 'evil.unit.local' }, true],
  ['another address', { host: '203.0.113.1:1880' }, true],
  ['another IPv6 address', { host: '[2001:db8::8]' }, true],
  ['a host with a user', { host: 'localhost:1880@evil.example' }, true],
  ['a host that is none', { host: 'local host' }, true],
  ['an empty host', { host: '' }, true],
  ['the unspecified address', { host: '0.0.0.0:1880' }, true],
];

describe('isForeign', () => {
  for (const [what, headers, foreign] of CASES) {
    it(`${foreign ? 'refuses' : 'lets in'} ${what}`, () => {
      assert.equal(isForeign(headers, OWN), foreign);
    });
  }
});

type Middleware = typeof refuseForeign;

/** Serves what the middleware lets in. @returns asks with these headers, and gives status and body */
async function serve(t: TestContext, middleware: Middleware) {
  const server = createServer((incoming, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    const path = (incoming.url ?? '').split('?')[0];
    middleware(Object.assign(incoming, { path }), response, () => response.end('inside'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return async (headers: OutgoingHttpHeaders, { path = '/', method = 'GET' } = {}) => {
    const asked = request({ port, host: '127.0.0.1', path, method, headers });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const body = Buffer.concat((await response.toArray()) as Buffer[]).toString();
    const { 'access-control-allow-origin': cors, 'content-type': type } = response.headers;
    return { status: response.statusCode, cors, type, body };
  };
}

describe('refuseForeign', () => {
  it('answers 403, readable by no other site, with what to do', async (t) => {
    const ask = await serve(t, refuseForeign);
    const { status, cors, body } = await ask({ host: 'evil.example' });
    assert.equal(status, 403);
    assert.equal(cors, undefined);
    assert.match(body, /Host evil\.example.*V2X_HOSTS/);
  });

  it('tells a person on a page, in English and Korean, what to do, and programs in JSON', async (t) => {
    const ask = await serve(t, refuseForeign);
    const accept = 'text/html,application/xhtml+xml';
    // Over plain HTTP to a name, browsers send no Fetch Metadata.
    const page = await ask({ host: 'cabinet.lan:8880', accept });
    assert.equal(page.status, 403);
    assert.match(page.type ?? '', /^text\/html/);
    assert.match(page.body, /<code>V2X_HOSTS=cabinet\.lan<\/code>/);
    assert.match(page.body, /reload\s+this page/);
    assert.match(page.body, /장치의 주소가 아닙니다/);
    assert.equal(page.cors, undefined);
    assert.match((await ask({ host: '"><script>', accept })).body, /&#34;&#62;&#60;script&#62;/);

    const call = { host: 'cabinet.lan:8880', accept, 'sec-fetch-mode': 'cors' };
    assert.equal((await ask(call)).type, 'application/json');
    assert.equal(
      (await ask({ host: 'cabinet.lan:8880', accept: 'application/json' })).type,
      'application/json',
    );
    assert.equal((await ask({ host: 'cabinet.lan' })).type, 'application/json');
  });

  it('knows the machine by its name, and the names in V2X_HOSTS while they are there', async (t) => {
    const ask = await serve(t, refuseForeign);
    assert.equal((await ask({ host: hostname() })).body, 'inside');
    assert.equal((await ask({ host: 'cabinet.example' })).status, 403);
    process.env.V2X_HOSTS = ' other.example , cabinet.example';
    t.after(() => delete process.env.V2X_HOSTS);
    assert.equal((await ask({ host: 'cabinet.example' })).body, 'inside');
  });

  it('lets a link on another site open the editor, and a sign-in come back, but nothing else', async (t) => {
    const ask = await serve(t, refuseForeign);
    const visit = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    assert.equal((await ask(visit)).body, 'inside');
    assert.equal((await ask(visit, { path: '/auth/strategy/callback?code=1' })).body, 'inside');
    assert.equal((await ask(visit, { path: '/flows' })).status, 403);
    assert.equal((await ask(visit, { method: 'POST' })).status, 403);
    assert.equal((await ask({ ...visit, host: 'evil.example' })).status, 403);
    assert.equal((await ask({ ...visit, 'sec-fetch-dest': 'iframe' })).status, 403);
    assert.equal((await ask({ ...visit, 'sec-fetch-mode': 'no-cors' })).status, 403);
    assert.equal((await (await serve(t, refuseForeignCall))(visit)).status, 403);
  });
});

describe('guardWebSocket', () => {
  it('ends foreign WebSockets of the editor before Node-RED opens them, and leaves others alone', async (t) => {
    const server = createServer();
    const opened: boolean[] = [];
    server.on('upgrade', (_incoming, socket) => {
      opened.push(socket.writable);
      if (socket.writable) socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    });
    guardWebSocket(server, '/admin/comms');
    guardWebSocket(server, '/admin/comms');
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const open = async (path: string, headers: OutgoingHttpHeaders) => {
      const asked = request({
        ...{ port, host: '127.0.0.1', path },
        headers: { connection: 'upgrade', upgrade: 'websocket', ...headers },
      });
      asked.end();
      const [response] = (await Promise.race([once(asked, 'response'), once(asked, 'upgrade')])) as [
        IncomingMessage,
      ];
      return response.statusCode;
    };
    const evil = { origin: 'http://evil.example' };
    assert.equal(await open('/admin/comms', evil), 403);
    assert.equal(await open('/admin/comms?x', { host: 'evil.example' }), 403);
    assert.equal(await open('http://127.0.0.1/admin/comms', evil), 403);
    assert.equal(await open('/admin/comms', {}), 101);
    assert.equal(await open('/ws/of/a/flow', evil), 101);
    assert.deepEqual(opened, [false, false, false, true, true]);
  });
});
