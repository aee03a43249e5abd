/** A camera's URL with what it says of the user apart from it. */
export interface CameraUrl {
  /** Without user, password and fragment. */
  readonly address: string;
  /** Percent-decoded; empty when there is none. */
  readonly user: string;
  readonly password: string;
}

/**
 * Takes user and password out of a URL; for the runtime and the editor's dialog alike.
 * @returns undefined when it is no URL
 */
export function splitCameraUrl(text: string): CameraUrl | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  // RTSP knows no fragments, and ffmpeg before 4.3 takes what follows an @ in one for the host.
  url.hash = '';
  return { address: url.href, user: decode(username), password: decode(password) };
}

/** Percent-decodes; a `%` that is none stands for itself, as people write passwords. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
