import createCommand, { type FfmpegCommand } from 'fluent-ffmpeg';

/** One `-i`: options stand before it. */
export interface Input {
  readonly url: string;
  readonly options?: readonly string[];
}

/** One output file or `pipe:1`: options stand before it. */
export interface Output {
  readonly url: string;
  readonly options?: readonly string[];
}

export interface CommandPlan {
  readonly inputs: readonly Input[];
  readonly outputs: readonly Output[];
  /** Options of the whole command, such as `-xerror`. */
  readonly options?: readonly string[];
  /** Filter graph over several inputs (`-filter_complex`). */
  readonly filter?: string;
}

/** What every command gets: only warnings and errors on stderr, and no question before an output file is replaced. */
const COMMON = ['-hide_banner', '-loglevel', 'warning', '-nostats', '-y'];

/** The builder's argument list; public in its source and stable since 2.0, but not in its types. */
type Builder = FfmpegCommand & { _getArguments(): string[] };

/**
 * The one adapter around fluent-ffmpeg: it builds the argument list, and `runFfmpeg` runs it. Its own `run()` is not
 * used, because it checks `-formats` first and refuses lavfi and v4l2 with ffmpeg 7 and later, gives us neither stdin
 * nor a bounded stderr, ends with SIGKILL instead of finishing the file, and leaves an orphan when we are killed.
 *
 * Options are separate words, as in a shell.
 * @returns arguments for `runFfmpeg`; an existing output file is replaced
 */
export function ffmpegArguments({ inputs, outputs, options = [], filter }: CommandPlan): string[] {
  const command = createCommand() as Builder;
  for (const input of inputs) {
    command.input(input.url);
    if (input.options?.length) command.inputOptions(...input.options);
  }
  if (filter !== undefined) command.complexFilter(filter);
  for (const output of outputs) {
    command.output(output.url);
    if (output.options?.length) command.outputOptions(...output.options);
  }
  return [...COMMON, ...options, ...command._getArguments()];
}
