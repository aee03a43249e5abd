/**
 * Keeps web pages of other sites away from Node-RED's admin API. A browser sends their requests with the rights of its
 * user, and a unit without a password gives those to everybody who reaches it.
 */
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import { refusalPage } from './refusal-page';

/** How this machine may be addressed, besides by its loopback. */
export interface OwnHosts {
  /** IP addresses of its interfaces. */
  readonly addresses: readonly string[];
  readonly names: readonly string[];
  /** `host` or `host:port` that the user trusts, also as the origin of requests: a reverse proxy, for example. */
  readonly allowed: readonly string[];
}

/** The headers that say where a request comes from; programs other than browsers send only `host`. */
export type RequestHeaders = Pick<IncomingHttpHeaders, 'host' | 'origin'> & {
  readonly 'sec-fetch-site'?: string | string[] | undefined;
};

/** Where users name further hosts, separated by commas. */
const ALLOWED_HOSTS = 'V2X_HOSTS';

/**
 * Whether a web page of another site may have made a request (Fetch standard, "Origin header"; Fetch Metadata Request
 * Headers). A `Host` that is not the machine's own is foreign too: a name of an attacker may resolve to any address,
 * and the browser then takes the attacker's page for one of this machine (DNS rebinding).
 */
export function isForeign(headers: RequestHeaders, own: OwnHosts): boolean {
  return whyForeign(headers, own) !== undefined;
}

/** As `isForeign`. @returns the header that shows it, with its value; undefined if the request is not foreign */
function whyForeign(headers: RequestHeaders, own: OwnHosts): string | undefined {
  const { host, origin, 'sec-fetch-site': site } = headers;
  const server = host === undefined ? undefined : parseHost(host);
  if (host !== undefined && !(server && isOwn(server, own))) return `Host ${host}`;
  if (origin !== undefined) {
    const page = parseOrigin(origin);
    if (page && isAllowed(page, own)) return undefined;
    if (!page || !server || !sameHost(page, server)) return `Origin ${origin}`;
  }
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return `Sec-Fetch-Site ${String(site)}`;
  return undefined;
}

interface Host {
  /** Lower case, punycode, canonical address without brackets. */
  readonly name: string;
  /** Empty where none is given. */
  readonly port: string;
  /** What stands for a port that is not given; unknown for a `Host` header, which has no scheme. */
  readonly defaultPort?: string;
}

/** RFC 9110, 7.2: a host and perhaps a port, nothing else. */
function parseHost(text: string): Host | undefined {
  if (/[\s/\\?#@]/.test(text)) return undefined;
  // A scheme whose default port nobody uses keeps every port that is given.
  const url = `ftp://${text}`;
  return URL.canParse(url) ? hostOf(new URL(url)) : undefined;
}

function parseOrigin(origin: string): Host | undefined {
  if (!/^https?:\/\/[^/\\?#@]+$/i.test(origin) || !URL.canParse(origin)) return undefined;
  const url = new URL(origin);
  return { ...hostOf(url), defaultPort: url.protocol === 'https:' ? '443' : '80' };
}

function hostOf({ hostname: name, port }: URL): Host {
  return {
    name: name
      .toLowerCase()
      .replace(/^\[|\]$/g, '')
      .replace(/\.$/, ''),
    port,
  };
}

function sameHost(page: Host, server: Host): boolean {
  const standard = page.defaultPort ?? '';
  return page.name === server.name && (page.port || standard) === (server.port || standard);
}

function isOwn(host: Host, own: OwnHosts): boolean {
  const { name } = host;
  if (name === 'localhost' || name.endsWith('.localhost') || own.names.includes(name)) return true;
  return isOwnAddress(name, own) || isAllowed(host, own);
}

function isOwnAddress(name: string, { addresses }: OwnHosts): boolean {
  const family = familyOf(name);
  if (!family) return false;
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addAddress('::1', 'ipv6');
  for (const address of addresses) {
    const kind = familyOf(address);
    if (kind) list.addAddress(address, kind);
  }
  return list.check(name, family);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}

function isAllowed(host: Host, { allowed }: OwnHosts): boolean {
  return allowed.some((entry) => {
    const trusted = parseHost(entry.replace(/^https?:\/\/|\/$/gi, ''));
    if (trusted?.name !== host.name) return false;
    return trusted.port === '' || trusted.port === (host.port || (host.defaultPort ?? ''));
  });
}

/** How this machine may be addressed now; interfaces and the setting may change while it runs. */
function ownHosts(): OwnHosts {
  const addresses = Object.values(networkInterfaces()).flatMap((all = []) =>
    all.map(({ address }) => address),
  );
  const full = hostname().toLowerCase();
  const [short = full] = full.split('.');
  const allowed = (process.env[ALLOWED_HOSTS] ?? '').split(',').map((entry) => entry.trim());
  return {
    addresses,
    // `.local`: multicast DNS (RFC 6762).
    names: [full, short, `${short}.local`].filter((name) => name !== ''),
    allowed: allowed.filter((entry) => entry !== ''),
  };
}

/** As much of an express request as counts here. */
type AdminHttpRequest = IncomingMessage & { readonly path?: string };

/**
 * For `httpAdminMiddleware` in Node-RED's settings: answers 403 to foreign requests. A link on another site to the
 * editor may be followed, and a sign-in may come back from one: such a page shows itself to the user and nothing to
 * the site that it was opened from.
 */
export function refuseForeign(request: AdminHttpRequest, response: ServerResponse, next: () => void): void {
  const reason = whyForeign(isPageVisit(request) ? visitorOf(request) : request.headers, ownHosts());
  if (reason === undefined) next();
  else refuse(request, response, reason);
}

/** As `refuseForeign`, for routes that no user visits as a page. */
export function refuseForeignCall(
  request: IncomingMessage,
  response: ServerResponse,
  next: () => void,
): void {
  const reason = whyForeign(request.headers, ownHosts());
  if (reason === undefined) next();
  else refuse(request, response, reason);
}

/** A top-level navigation to the editor, or to what a sign-in comes back to. */
function isPageVisit({ method, path = '', headers }: AdminHttpRequest): boolean {
  const navigates = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return method === 'GET' && navigates && (path === '/' || path.startsWith('/auth/'));
}

function visitorOf({ headers }: IncomingMessage): RequestHeaders {
  return { ...headers, 'sec-fetch-site': 'none' };
}

function refuse(request: IncomingMessage, response: ServerResponse, reason: string): void {
  // Node-RED 4 lets every site read every answer.
  response.removeHeader('Access-Control-Allow-Origin');
  const type = isForPerson(request) ? 'text/html; charset=utf-8' : 'application/json';
  response.writeHead(403, {
    'Content-Type': type,
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(isForPerson(request) ? pageOn(request, reason) : jsonOn(reason));
}

/** A browser that opens a page; one without Fetch Metadata, as over plain HTTP by name, says what it accepts. */
function isForPerson({ method, headers }: IncomingMessage): boolean {
  const mode = headers['sec-fetch-mode'] ?? 'navigate';
  return method === 'GET' && mode === 'navigate' && (headers.accept ?? '').includes('text/html');
}

function pageOn({ headers }: IncomingMessage, reason: string): string {
  return refusalPage({ host: headers.host ?? '', reason, setting: ALLOWED_HOSTS });
}

function jsonOn(reason: string): string {
  const message = `Refused because it comes from another site (${reason}). If that is a name of this unit, or of a proxy in front of it, add it to ${ALLOWED_HOSTS}`;
  return JSON.stringify({ code: 'foreign', message, details: { reason } });
}

/** What a request to a proxy has before the path (RFC 9112, 3.2.2); Node-RED takes it as well. */
const ABSOLUTE_FORM = /^[a-z]+:\/\/[^/?#]*/i;

const guarded = new WeakSet<Server>();

/**
 * Refuses foreign WebSockets of the editor, over which Node-RED sends statuses and debug messages; they pass by every
 * middleware. Does so once for each server.
 * @param path of the WebSocket
 */
export function guardWebSocket(server: Server, path: string): void {
  if (guarded.has(server)) return;
  guarded.add(server);
  server.prependListener('upgrade', (request: IncomingMessage, socket: Duplex) => {
    const [asked] = (request.url ?? '').replace(ABSOLUTE_FORM, '').split(/[?#]/);
    if (asked !== path || !isForeign(request.headers, ownHosts())) return;
    // Node-RED's own listener comes next; it opens no WebSocket on what has ended.
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n', () => socket.destroy());
  });
}
