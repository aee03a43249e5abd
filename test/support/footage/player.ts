import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Browser } from 'playwright-core';
import { PATIENCE_MS } from '../process';
import { launchBrowser, openPage } from '../unit/editor';

/** What a browser says of a film that it has played. */
export interface Playback {
  /** Whether it came to the film's end. */
  readonly ended: boolean;
  /** Its words about an error (HTMLMediaElement.error); empty when there was none. */
  readonly error: string;
  /** Pictures that it decoded. */
  readonly frames: number;
  /** Length of the film, and where playing stopped; seconds. */
  readonly duration: number;
  readonly time: number;
}

/** Plays faster than it was recorded, and gives up when nothing moves for half a minute. */
const PAGE = `<!doctype html><video muted></video><script>
  function play(name) {
    const video = document.querySelector('video');
    return new Promise((resolve) => {
      let hanging;
      const end = () => resolve({
        ended: video.ended,
        error: video.error ? video.error.message || 'code ' + video.error.code : '',
        frames: video.getVideoPlaybackQuality().totalVideoFrames,
        duration: video.duration,
        time: video.currentTime,
      });
      const moves = () => {
        clearTimeout(hanging);
        hanging = setTimeout(end, ${PATIENCE_MS});
      };
      for (const event of ['loadeddata', 'timeupdate']) video.addEventListener(event, moves);
      for (const event of ['ended', 'error']) video.addEventListener(event, end);
      moves();
      video.src = name;
      video.playbackRate = 8;
      video.play().catch(() => undefined);
    });
  }
</script>`;

/** Plays films in a real Chromium, one browser for all. */
export class Player {
  private constructor(
    private readonly browser: Browser,
    private readonly server: ReturnType<typeof createServer>,
    private readonly films: Map<string, string>,
  ) {}

  static async open(): Promise<Player> {
    const films = new Map<string, string>();
    const server = createServer((request, response) => {
      answer(films, request, response).catch(() => response.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Player(await launchBrowser(), server, films);
  }

  /** Plays a film from its beginning, until it ends, fails, or hangs. */
  async play(path: string): Promise<Playback> {
    const { port } = this.server.address() as AddressInfo;
    const name = `/${this.films.size}.mp4`;
    this.films.set(name, path);
    const page = await openPage(this.browser);
    try {
      await page.goto(`http://127.0.0.1:${port}/`);
      return await page.evaluate<Playback>(`play(${JSON.stringify(name)})`);
    } finally {
      await page.close();
    }
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.closeAllConnections();
    this.server.close();
  }
}

async function answer(
  films: ReadonlyMap<string, string>,
  { url = '', headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = films.get(url);
  if (path === undefined) response.setHeader('Content-Type', 'text/html').end(PAGE);
  else await sendFilm(path, headers.range, response);
}

/** Answers with the range that is asked for (RFC 9110, 14). */
async function sendFilm(path: string, range: string | undefined, response: ServerResponse): Promise<void> {
  const { size } = await stat(path);
  const [, from, to] = (/^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? []) as (string | undefined)[];
  const start = Number(from ?? 0);
  const end = to ? Math.min(Number(to), size - 1) : size - 1;
  response.writeHead(from === undefined ? 200 : 206, {
    'Accept-Ranges': 'bytes',
    'Content-Length': end - start + 1,
    'Content-Type': 'video/mp4',
    ...(from !== undefined && { 'Content-Range': `bytes ${start}-${end}/${size}` }),
  });
  await pipeline(createReadStream(path, { start, end }), response);
}
