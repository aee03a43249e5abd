/** The subjects of our errors: stable and short, for programs, translations and node statuses. */
export type ErrorCode = (typeof CODES)[number] | SystemCode;

/** A code of the operating system or of Node.js, such as `ENOSPC`. */
type SystemCode = `E${Uppercase<string>}`;

/** Each has a row in docs/errors.md; a test holds both together. */
export const CODES = [
  'algorithm',
  'archive',
  'blurred',
  'busy',
  'camera',
  'cancelled',
  'claims',
  'clip-length',
  'closed',
  'control',
  'covered',
  'cut',
  'dark',
  'directory',
  'engine',
  'event',
  'expired',
  'failed',
  'ffmpeg',
  'field',
  'flow',
  'frame',
  'frozen',
  'future',
  'in-use',
  'incomplete',
  'index',
  'input',
  'interface',
  'key',
  'key-period',
  'lock',
  'lost',
  'malformed',
  'mask',
  'never-sent',
  'no-footage',
  'no-picture',
  'no-secret',
  'node-red',
  'not-deployed',
  'other-host',
  'other-message',
  'overload',
  'payload',
  'picture',
  'playback',
  'port',
  'position',
  'public-key',
  'queue-full',
  'secured',
  'segment',
  'send',
  'sequence',
  'setting',
  'signature',
  'size',
  'socket',
  'space',
  'stale',
  'state',
  'stopped',
  'time-zone',
  'too-large',
  'unhandled',
  'unknown-key',
  'unsaved',
  'unsent',
  'unsupported',
  'unwritten',
  'usage',
  'verify',
  'watch',
  'worker',
] as const;

export type ErrorDetails = Readonly<Record<string, string | number>>;

interface V2xErrorOptions extends ErrorOptions {
  /** What the user can do about it, as a command or an instruction; it ends the message. */
  readonly remedy?: string;
  /** Whether the same may work later, without a change to what was asked. Default: never. */
  readonly retry?: 'later' | 'never';
}

/** An error that a user can act on: the message names what failed, on what, and what to do. */
export class V2xError extends Error {
  override readonly name = 'V2xError';
  /** What to do about it; it is part of the message. */
  readonly remedy: string | undefined;
  readonly retry: 'later' | 'never';

  /**
   * @param problem what failed, on what: the message without the remedy
   * @param details the values in the message
   */
  constructor(
    readonly code: ErrorCode,
    readonly problem: string,
    readonly details: ErrorDetails = {},
    { remedy, retry = 'never', ...options }: V2xErrorOptions = {},
  ) {
    super(remedy === undefined ? problem : `${problem}; ${remedy}`, options);
    this.remedy = remedy;
    this.retry = retry;
  }
}

/** A child program that failed: how it ended, beside what it said. */
export class ToolError extends V2xError {
  /**
   * @param exit its exit code, or undefined when a signal ended it
   * @param signal what ended it before it could come to an answer
   */
  constructor(
    code: ErrorCode,
    problem: string,
    readonly exit: number | undefined,
    readonly signal: NodeJS.Signals | undefined,
    details: ErrorDetails = {},
  ) {
    super(code, problem, details);
  }
}

/** An error as it crosses to another thread or process. */
export interface PlainError {
  readonly code: string | undefined;
  readonly problem: string;
  readonly details: ErrorDetails;
  readonly remedy: string | undefined;
  readonly retry: 'later' | 'never';
}

/** Makes an error ready to be sent to another thread or process. */
export function toPlain(thrown: unknown): PlainError {
  const { details = {}, retry = 'never' } = thrown instanceof V2xError ? thrown : {};
  return { code: codeOf(thrown), problem: problemOf(thrown), details, remedy: remedyOf(thrown), retry };
}

/**
 * Makes the error that came from another thread or process.
 * @param otherwise its code where it has none of ours
 */
export function fromPlain(
  { code, problem, details, remedy, retry }: PlainError,
  otherwise: ErrorCode,
): V2xError {
  const options = { retry, ...(remedy === undefined ? {} : { remedy }) };
  return new V2xError(isErrorCode(code) ? code : otherwise, problem, details, options);
}

function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && (/^E[A-Z]/.test(code) || (CODES as readonly string[]).includes(code));
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** What failed, without what to do about it. */
export function problemOf(thrown: unknown): string {
  return thrown instanceof V2xError ? thrown.problem : messageOf(thrown);
}

/** What to do about an error, where it says so. */
export function remedyOf(thrown: unknown): string | undefined {
  return thrown instanceof V2xError ? thrown.remedy : undefined;
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

/** The system is short of file handles or memory, which passes; it says nothing against what was asked. */
const SHORTAGES: ReadonlySet<string | undefined> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

/** Whether the system is short of file handles or memory. */
export function isShortage(error: unknown): boolean {
  return SHORTAGES.has(codeOf(error));
}

/** Whether the same may work later, without a change to what was asked. */
export function mayWorkLater(error: unknown): boolean {
  return (error instanceof V2xError && error.retry === 'later') || isDiskFull(error) || isShortage(error);
}
