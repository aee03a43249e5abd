import { V2xError } from '../errors';
import type { ToolName } from './binary';
import { runTool, type RunOptions } from './run';

/**
 * Runs ffmpeg or ffprobe and returns what it writes to stdout.
 * @param maxBytes more than this is an error, so that a file or camera cannot fill the memory
 * @throws V2xError `ffmpeg` when the tool fails or writes more than `maxBytes`; when `signal` ends the tool, what
 *   came until then is returned
 */
export async function outputOf(
  tool: ToolName,
  args: readonly string[],
  maxBytes: number,
  options: Omit<RunOptions, 'onStdout'>,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  await runTool(tool, args, {
    ...options,
    onStdout(chunk) {
      size += chunk.length;
      if (size > maxBytes) throw new V2xError('ffmpeg', `${tool} wrote more than ${maxBytes} bytes`);
      chunks.push(chunk);
    },
  });
  return Buffer.concat(chunks);
}
