// The editor's scripts import this file too: nothing here may need Node.js.

/** A camera's URL with what it says of the user apart from it. */
interface CameraUrl {
  /** Without user, password and fragment. */
  readonly address: string;
  /** Percent-decoded; empty when there is none. */
  readonly user: string;
  readonly password: string;
}

/**
 * Why a text is no camera URL: `form`, or `encoding`, when a raw `/`, `?` or `#` in what seems to be the password makes
 * it ambiguous where the host begins.
 */
export type CameraUrlFault = 'form' | 'encoding';

/** Blanks that are not seen, which come along when a text is copied. */
const BLANKS = /^[\s\p{Cf}\p{Zs}]+|[\s\p{Cf}\p{Zs}]+$/gu;
const QUOTES = /^["'`´‘’‚‛“”„‟«»‹›]+|["'`´‘’‚‛“”„‟«»‹›]+$/gu;

/** An address as it was meant: without the blanks and quotes around it that environment files and chats leave there. */
export function tidyAddress(text: string): string {
  const tidy = text.replace(BLANKS, '').replace(QUOTES, '');
  return tidy === text ? text : tidyAddress(tidy);
}

/** RFC 3986, 3: scheme, authority, path and query; the fragment is left out, since RTSP knows none. */
const PARTS = /^(?<scheme>rtsps?):\/\/(?<authority>[^/?#]*)(?<rest>[^#]*)/i;
/** A host name, an IPv4 address or an IPv6 one in brackets, and perhaps a port: nothing that could hide a password. */
const SERVER = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{0,5})?$/i;

/**
 * Takes user and password out of an RTSP URL; for the runtime and the editor's dialog alike. They may be percent-encoded
 * or raw, as far as that is unambiguous.
 */
export function splitCameraUrl(text: string): CameraUrl | CameraUrlFault {
  const { scheme, authority, rest } = PARTS.exec(text)?.groups ?? {};
  if (scheme === undefined || authority === undefined || /\p{Cc}/u.test(text)) return 'form';
  const behind = text.slice(scheme.length + '://'.length + authority.length);
  if (/[@＠﹫]/.test(behind)) return 'encoding';
  const at = authority.lastIndexOf('@');
  const server = authority.slice(at + 1);
  const url = `${scheme}://${server}${rest ?? ''}`;
  if (!SERVER.test(server) || !URL.canParse(url)) return 'form';
  const [user = '', ...password] = authority.slice(0, Math.max(at, 0)).split(':');
  return {
    address: new URL(url).href,
    user: percentDecode(user),
    password: percentDecode(password.join(':')),
  };
}

/** Percent-decodes; a `%` that begins no encoded character stands for itself, as people write passwords. */
export function percentDecode(text: string): string {
  return text.replace(/(%[\da-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}

/** Scheme, host and port of a URL without user: many cameras take user and password in its path or query. */
export function serverOf(address: string): string {
  const { protocol, host } = new URL(address);
  return `${protocol}//${host}`;
}

/** As typed into a setting, how an address may be shown; empty where it is. */
export function shownAddress(text: string): string {
  const tidy = tidyAddress(text);
  const url = splitCameraUrl(tidy);
  if (typeof url === 'object') return serverOf(url.address);
  const isDevice = /^(\/dev\/[\w./-]+|\d{1,2})$/.test(tidy);
  return tidy === '' || isDevice ? tidy : shownFilm(tidy);
}

const FILM = new RegExp(
  String.raw`^[\p{L}\p{N}\p{M}/._-]+\.(3gp|264|265|avi|dav|flv|gif|h26[45]|hevc|m2ts|m4v|mjpe?g|mkv|mov|mp4|mpe?g|mts|mxf|nut|ogv|ts|webm|wmv|y4m)$`,
  'iu',
);

/**
 * A film's path as it may be shown. What was meant as a URL is taken for a path when its beginning is misspelt, so a
 * path is shown only when it looks like a film's and nothing in it could separate a user from a password.
 */
export function shownFilm(path: string): string {
  return FILM.test(path) ? path : 'film';
}
