import type { ProbeInput } from '../../ffmpeg/probe';
import { runTool } from '../../ffmpeg/run';
import { LineSplitter } from '../../ffmpeg/stderr';
import type { Clock } from '../../time/clock';

/** So many packets are looked at; the first ones of many files have no times although the others have. */
const PACKETS = 60;

/**
 * Whether a film tells when its pictures are to be shown. AVI and raw streams do not; without B-frames the order of the
 * pictures tells, but with them copying would lose it.
 * @throws V2xError `ffmpeg` when it cannot be read
 */
export async function hasPresentationTimes(
  { url, options = [] }: ProbeInput,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<boolean> {
  const seen = { reorders: false, timed: 0, untimed: 0 };
  const lines = new LineSplitter((line) => {
    const [section, value] = line.split(',');
    if (section === 'stream') seen.reorders = Number(value) > 0;
    else if (value === 'N/A') seen.untimed += 1;
    else if (section === 'packet') seen.timed += 1;
  });
  const show = ['-select_streams', 'v:0', '-show_entries', 'packet=pts:stream=has_b_frames', '-of', 'csv'];
  const words = ['-hide_banner', '-loglevel', 'error', ...show, '-read_intervals', `%+#${PACKETS}`];
  await runTool('ffprobe', [...words, ...options, '-i', url], {
    clock,
    signal,
    onStdout(chunk) {
      lines.push(chunk.toString('latin1'));
    },
  });
  return !seen.reorders || seen.timed > seen.untimed;
}
