import { once, type EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

interface Runtime {
  init(server: Server, settings: object): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly events: EventEmitter;
  readonly httpAdmin: (request: IncomingMessage, response: ServerResponse) => void;
}

/** Who asks: `nobody` sends no token. */
export type User = 'nobody' | 'reader' | 'admin';

/** Node-RED in this process, with this package as built, an admin, a user who may only read, and no one else. */
export class AdminApi {
  private constructor(
    private readonly runtime: Runtime,
    private readonly server: Server,
    readonly url: string,
    readonly userDir: string,
  ) {}

  static async start(): Promise<AdminApi> {
    const runtime = createRequire(__filename)('node-red') as Runtime;
    const userDir = await mkdtemp(join(tmpdir(), 'v2x-admin-'));
    const server = createServer((request, response) => {
      runtime.httpAdmin(request, response);
    });
    runtime.init(server, {
      httpAdminRoot: '/',
      httpNodeRoot: false,
      userDir,
      nodesDir: [resolve('dist')],
      logging: { console: { level: 'off' } },
      telemetry: { enabled: false, updateNotification: false },
      adminAuth: {
        type: 'credentials',
        users: [],
        tokens: (token: string) =>
          Promise.resolve(
            {
              admin: { username: 'admin', permissions: '*' },
              reader: { username: 'r', permissions: 'read' },
            }[token] ?? null,
          ),
      },
    });
    await runtime.start();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new AdminApi(
      runtime,
      server,
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      userDir,
    );
  }

  get(path: string, user: User = 'admin'): Promise<Response> {
    return fetch(this.url + path, { headers: headersOf(user) });
  }

  post(path: string, body: unknown, user: User = 'admin'): Promise<Response> {
    return fetch(this.url + path, {
      method: 'POST',
      headers: { ...headersOf(user), 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /** From a page of another site. */
  getFrom(origin: string, path: string): Promise<Response> {
    return fetch(this.url + path, { headers: { ...headersOf('admin'), Origin: origin } });
  }

  /** From a page of another site. */
  postFrom(origin: string, path: string, body: unknown): Promise<Response> {
    return fetch(this.url + path, {
      method: 'POST',
      headers: { ...headersOf('admin'), Origin: origin, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /** As a form of a web page, which a browser sends to any site. */
  postForm(path: string, fields: Record<string, string>): Promise<Response> {
    return fetch(this.url + path, {
      method: 'POST',
      headers: headersOf('admin'),
      body: new URLSearchParams(fields),
    });
  }

  async deploy(flow: readonly object[]): Promise<void> {
    const started = once(this.runtime.events, 'flows:started');
    const response = await this.post('/flows', flow);
    if (!response.ok) throw new Error(`Deploying failed: ${response.status} ${await response.text()}`);
    await started;
  }

  async stop(): Promise<void> {
    await this.runtime.stop();
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
    await rm(this.userDir, { recursive: true, force: true });
  }
}

function headersOf(user: User): Record<string, string> {
  return user === 'nobody' ? {} : { Authorization: `Bearer ${user}` };
}
