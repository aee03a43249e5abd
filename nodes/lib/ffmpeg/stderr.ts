/** What ffmpeg says on stderr, made fit to be shown: one line each, without passwords, bounded. */

export const MAX_LINE = 500;
const KEPT_LINES = 4;
/** Said after every failure, or about something else than the cause. */
const MEANINGLESS =
  /^(Conversion failed!|Last message repeated|frame=|Press \[q\]|-vsync is deprecated|\[concat\] Impossible to open|pipe:0: |\[framecrc\] (Timestamps are unset|Invalid DTS|Non-monoton)|\s*$)/;

/** Scheme, host and port of a URL, when no user stands before them. */
const SERVER = /^[a-z][a-z\d+.-]*:\/\/(\[[\da-f:.]+\]|[\w.-]+)(:\d+)?(?=[/?]|$)/i;

/**
 * Replaces credentials by `***`: what follows the server in any URL, the whole URL where an `@` is in it, and each given
 * secret as it stands or percent-encoded.
 */
export function maskSecrets(text: string, secrets: readonly string[] = []): string {
  let masked = text.replace(/\b[a-z][a-z\d+.-]*:\/\/\S*/gi, maskUrl);
  for (const secret of secrets) {
    if (secret === '') continue;
    masked = masked.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***');
  }
  return masked;
}

function maskUrl(url: string): string {
  const server = url.includes('@') ? undefined : SERVER.exec(url)?.[0];
  if (server === undefined) return url.replace(/:\/\/.*/, '://***');
  return server === url ? url : `${server}/***`;
}

/** Collects chunks into lines; a line longer than the bound is cut, so that memory stays bounded. */
export class LineSplitter {
  private rest = '';

  /** @param bound characters of a line */
  constructor(
    private readonly onLine: (line: string) => void,
    private readonly bound = MAX_LINE,
  ) {}

  push(chunk: string): void {
    const lines = (this.rest + chunk).split(/\r\n|\r|\n/);
    this.rest = (lines.pop() ?? '').slice(0, this.bound);
    for (const line of lines) this.onLine(line.slice(0, this.bound));
  }

  end(): void {
    if (this.rest !== '') this.onLine(this.rest);
    this.rest = '';
  }
}

/** The last distinct lines that may explain why ffmpeg failed. */
export class StderrTail {
  private readonly lines: string[] = [];

  add(line: string): void {
    // Memory addresses change from run to run; without them the same failure has the same text.
    const text = line.replace(/ @ 0x[\da-f]+\]/g, ']').trim();
    if (MEANINGLESS.test(text) || this.lines.includes(text)) return;
    this.lines.push(text);
    if (this.lines.length > KEPT_LINES) this.lines.shift();
  }

  toString(): string {
    return this.lines.join('; ');
  }
}
