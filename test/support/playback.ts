import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { chromium } from 'playwright-core';

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

const CHROMIUM = '/usr/bin/chromium';
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Plays faster than it was recorded, and gives up when nothing moves for half a minute. */
const PAGE = `<!doctype html><video muted></video><script>
  function playFilm() {
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
        hanging = setTimeout(end, 30000);
      };
      for (const event of ['loadeddata', 'timeupdate']) video.addEventListener(event, moves);
      for (const event of ['ended', 'error']) video.addEventListener(event, end);
      moves();
      video.src = '/film.mp4';
      video.playbackRate = 8;
      video.play().catch(() => undefined);
    });
  }
</script>`;

/** Plays a film in a real browser from its beginning, until it ends, fails, or hangs. */
export async function playInBrowser(path: string): Promise<Playback> {
  const server = createServer((request, response) => {
    if (request.url !== '/film.mp4') response.setHeader('Content-Type', 'text/html').end(PAGE);
    else serveFilm(path, request.headers.range, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...ARGUMENTS, ...QUIET] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return await page.evaluate<Playback>('playFilm()');
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

/** Answers with the range that is asked for (RFC 9110, 14). */
async function serveFilm(path: string, range: string | undefined, response: ServerResponse): Promise<void> {
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
