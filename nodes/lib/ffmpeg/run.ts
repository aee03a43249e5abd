import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { childEnvironment } from '../process/child-environment';
import type { CancelTimer, Clock } from '../time/clock';
import { codeOf, ToolError } from '../errors';
import { findBinary, type ToolName } from './binary';
import { launchPrefix } from '../process/launch';
import { LineSplitter, maskSecrets, MAX_LINE, StderrTail } from './stderr';

export interface RunOptions {
  readonly clock: Clock;
  /** Ends ffmpeg when aborted, gracefully at first: it finishes its files. The promise then resolves. */
  readonly signal?: AbortSignal;
  /** For its stdin; without it there is none, so that ffmpeg reads no keys. What the stream throws ends ffmpeg. */
  readonly stdin?: string | AsyncIterable<Buffer>;
  /** Takes what it writes to `pipe:1`; while a returned promise is pending ffmpeg is held up. What it throws ends ffmpeg. */
  readonly onStdout?: (chunk: Buffer) => void | Promise<void>;
  /** Takes each line of stderr, passwords masked. */
  readonly onStderrLine?: (line: string) => void;
  /** Gives way to other work (nice, ionice). */
  readonly lowPriority?: boolean;
  /** Seconds it gets to finish after SIGINT, and again after SIGTERM, before SIGKILL; default 3. */
  readonly graceSeconds?: number;
  /** Words that must not appear in stderr lines and errors, besides the user part of URLs. */
  readonly secrets?: readonly string[];
}

const GRACE_SECONDS = 3;
/** A line of stderr before secrets are masked; longer than any address. */
const MAX_UNMASKED_LINE = 16_384;
/** What a write says when the child does not read any more. */
const PIPE_CLOSED = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED']);

/**
 * Runs ffmpeg until it ends by itself or `signal` is aborted. It ends with this process, however that ends.
 * @param args as `ffmpegArguments` builds them
 * @throws ToolError `ffmpeg` with its last words when it fails; V2xError `ffmpeg` when there is no ffmpeg
 */
export function runFfmpeg(args: readonly string[], options: RunOptions): Promise<void> {
  return runTool('ffmpeg', args, options);
}

/** As `runFfmpeg`, for ffprobe too. */
export async function runTool(name: ToolName, args: readonly string[], options: RunOptions): Promise<void> {
  const [binary, launch] = await Promise.all([findBinary(name), launchPrefix(options.lowPriority ?? false)]);
  if (options.signal?.aborted) return;
  const [program = binary.path, ...words] = [...launch.prefix, binary.path, ...args];
  const child = spawn(program, words, {
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { ...childEnvironment(), AV_LOG_FORCE_NOCOLOR: '1' },
    // Its own process group: Ctrl-C in a terminal reaches us only, and we end it in order.
    detached: launch.diesWithParent,
  });
  await superviseChild(child, name, options);
}

async function superviseChild(child: ChildProcess, name: ToolName, options: RunOptions): Promise<void> {
  const tail = new StderrTail();
  const stop = gracefulStop(child, options);
  options.signal?.addEventListener('abort', stop.begin, { once: true });
  try {
    const exit = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    followStderr(child, options, tail);
    const [[code, killer]] = await Promise.all([
      exit,
      followStdout(child, options, stop.begin),
      feedStdin(child, options.stdin, stop.begin),
    ]);
    if (code === 0 || options.signal?.aborted) return;
    throw exitError(name, { code, killer }, tail);
  } finally {
    options.signal?.removeEventListener('abort', stop.begin);
    stop.cancel();
  }
}

/** SIGINT lets ffmpeg finish its files; what does not react gets SIGTERM, then SIGKILL. */
function gracefulStop(child: ChildProcess, { clock, graceSeconds = GRACE_SECONDS }: RunOptions) {
  let cancel: CancelTimer = () => undefined;
  const escalate = (signals: readonly NodeJS.Signals[]) => {
    const [signal, ...next] = signals;
    child.kill(signal);
    if (next.length > 0) {
      cancel = clock.after(graceSeconds, () => {
        escalate(next);
      });
    }
  };
  let begun = false;
  const begin = () => {
    if (!begun) escalate(['SIGINT', 'SIGTERM', 'SIGKILL']);
    begun = true;
  };
  return {
    begin,
    cancel: () => {
      cancel();
    },
  };
}

/** Writes at ffmpeg's pace. When the source throws, ffmpeg is ended and the error goes to the caller. */
async function feedStdin(child: ChildProcess, input: RunOptions['stdin'], stop: () => void): Promise<void> {
  if (!child.stdin || input === undefined) return;
  try {
    await pipeline(typeof input === 'string' ? [input] : input, child.stdin);
  } catch (error) {
    // It ended before it had read everything; its exit code and stderr say why.
    if (child.stdin.errored && PIPE_CLOSED.has(codeOf(error) ?? '')) return;
    stop();
    throw error;
  }
}

function followStderr(child: ChildProcess, options: RunOptions, tail: StderrTail): void {
  // Cut after masking: of a secret that is cut in half, the rest would not be known.
  const lines = new LineSplitter((line) => {
    const masked = maskSecrets(line, options.secrets).slice(0, MAX_LINE);
    tail.add(masked);
    options.onStderrLine?.(masked);
  }, MAX_UNMASKED_LINE);
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (chunk: string) => {
    lines.push(chunk);
  });
  child.stderr?.on('end', () => {
    lines.end();
  });
}

/** Passes stdout on at the reader's pace. When the reader throws, ffmpeg is ended and the error goes to the caller. */
async function followStdout(child: ChildProcess, options: RunOptions, stop: () => void): Promise<void> {
  if (!child.stdout) return;
  if (!options.onStdout) {
    child.stdout.resume();
    return;
  }
  try {
    for await (const chunk of child.stdout as Readable & AsyncIterable<Buffer>) await options.onStdout(chunk);
  } catch (error) {
    stop();
    throw error;
  }
}

function exitError(
  name: ToolName,
  { code, killer }: { readonly code: number | null; readonly killer: NodeJS.Signals | null },
  tail: StderrTail,
): ToolError {
  const end = killer === null ? `exit code ${code}` : `ended by ${killer}`;
  const words = tail.toString();
  const problem = `${name} failed (${end})${words === '' ? '' : `: ${words}`}`;
  return new ToolError('ffmpeg', problem, code ?? undefined, killer ?? undefined, { tool: name });
}

/** Whether ffmpeg or ffprobe ended with an error of its own: it cannot read the file. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ToolError && error.signal === undefined;
}
