import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './editor';

/** What became of a film in a browser. */
export interface Played {
  /** The browser's words when it gave up; empty when it did not. */
  readonly error: string;
  /** How far it came, and how long it takes the film to be; seconds. */
  readonly reached: number;
  readonly duration: number;
}

/** Plays films in a real Chromium, one browser for all. */
export class Player {
  private constructor(
    private readonly browser: Browser,
    private readonly server: ReturnType<typeof createServer>,
    private readonly films: Map<string, string>,
  ) {}

  static async open(): Promise<Player> {
    const films = new Map<string, string>();
    const server = createServer((request, response) => void serve(films, request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Player(await launchBrowser(), server, films);
  }

  /** Plays a film from its beginning to its end, faster than real time. */
  async play(path: string): Promise<Played> {
    const { port } = this.server.address() as AddressInfo;
    const name = `/${this.films.size}.mp4`;
    this.films.set(name, path);
    const page = await this.browser.newPage();
    try {
      await page.goto(`http://127.0.0.1:${port}/`);
      return await page.evaluate<Played>(`(${PLAY})(${JSON.stringify(name)})`);
    } finally {
      await page.close();
    }
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }
}

/** Runs in the page, whose types are not known here. */
const PLAY = `(name) => new Promise((resolve) => {
  const film = document.createElement('video');
  const end = () => resolve({
    error: film.error ? film.error.code + ' ' + film.error.message : '',
    reached: film.currentTime,
    duration: film.duration,
  });
  film.muted = true;
  film.onended = end;
  film.onerror = end;
  film.src = name;
  film.playbackRate = 16;
  document.body.append(film);
  film.play().catch(end);
})`;

async function serve(
  films: ReadonlyMap<string, string>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = films.get(request.url ?? '');
  if (path === undefined) {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><body></body>');
    return;
  }
  const { size } = await stat(path);
  const [, from = '0', to = ''] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
  const [start, end] = [Number(from), to === '' ? size - 1 : Number(to)];
  response.writeHead(206, {
    'content-type': 'video/mp4',
    'accept-ranges': 'bytes',
    'content-range': `bytes ${start}-${end}/${size}`,
    'content-length': end - start + 1,
  });
  createReadStream(path, { start, end }).pipe(response);
}
