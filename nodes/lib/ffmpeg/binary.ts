import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf, V2xError } from '../errors';

const execute = promisify(execFile);

export type ToolName = 'ffmpeg' | 'ffprobe';

export interface Binary {
  readonly path: string;
  /** Whether it is the old static build from npm rather than one of this system; users must be warned. */
  readonly fallback: boolean;
  /** Major version of libavformat (58 is ffmpeg 4, 59 is 5, 61 is 7): release names vary by who built it. */
  readonly avformat: number;
}

/** Without ffmpeg of the system, the demo still runs on these optional packages. */
const FALLBACK_PACKAGES = { ffmpeg: '@ffmpeg-installer/ffmpeg', ffprobe: '@ffprobe-installer/ffprobe' };
const VERSION_TIMEOUT_MS = 10_000;

/**
 * The option that says what happens to frames that come too close or too late: `-vsync` until ffmpeg 5, `-fps_mode`
 * from 6 (libavformat 60) on; 5.1 knows both.
 */
export function frameTimingOption({ avformat }: Pick<Binary, 'avformat'>): string {
  return avformat >= 60 ? '-fps_mode' : '-vsync';
}

const found = new Map<ToolName, Promise<Binary>>();

/**
 * Finds ffmpeg or ffprobe: the one on PATH, else the static build from npm. Only the one on PATH is kept for
 * the life of the process, so that what asks again gets it as soon as it is installed.
 * @throws V2xError `ffmpeg` with the command that installs it
 */
export function findBinary(name: ToolName): Promise<Binary> {
  const known = found.get(name);
  if (known) return known;
  const search = searchBinary(name);
  found.set(name, search);
  search.then(
    ({ fallback }) => {
      if (fallback) found.delete(name);
    },
    () => found.delete(name),
  );
  return search;
}

async function searchBinary(name: ToolName): Promise<Binary> {
  try {
    return { path: name, fallback: false, avformat: await avformatVersion(name) };
  } catch (systemError) {
    try {
      const path = await fallbackPath(name);
      return { path, fallback: true, avformat: await avformatVersion(path) };
    } catch {
      throw new V2xError(
        'ffmpeg',
        `${name} is not installed or does not run (${messageOf(systemError)})`,
        { tool: name },
        { cause: systemError, remedy: 'run: sudo apt install ffmpeg' },
      );
    }
  }
}

async function fallbackPath(name: ToolName): Promise<string> {
  const { default: installed } = (await import(FALLBACK_PACKAGES[name])) as { default: { path: string } };
  return installed.path;
}

async function avformatVersion(path: string): Promise<number> {
  const { stdout } = await execute(path, ['-hide_banner', '-version'], { timeout: VERSION_TIMEOUT_MS });
  const major = /libavformat\s+(\d+)\./.exec(stdout)?.[1];
  if (major === undefined) throw new V2xError('ffmpeg', `${path} does not report its libavformat version`);
  return Number(major);
}
