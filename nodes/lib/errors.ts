/**
 * An error that a user can act on: the message names what failed, on what, and what to do.
 * `code` is stable and short, for programs and translations; `details` are the values in the message.
 */
export class V2xError extends Error {
  override readonly name = 'V2xError';

  constructor(
    readonly code: string,
    message: string,
    readonly details: Readonly<Record<string, string | number>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` of a system or project error, such as `ENOENT`; undefined when it has none. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** Whether something failed because a disk is full: a call of our own, or ffmpeg. */
export function isDiskFull(error: unknown): boolean {
  const full = ['ENOSPC', 'space'].includes(codeOf(error) ?? '');
  return full || /no space left on device/i.test(messageOf(error));
}
