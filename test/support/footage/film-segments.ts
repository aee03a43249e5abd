import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Segment } from '../../../nodes/lib/recording/segment';

export interface FilmOptions {
  /** When its first picture was seen, Unix seconds. */
  readonly start: number;
  readonly seconds: number;
  /** Default 10. */
  readonly segmentSeconds?: number;
  /** Options before the film, such as `-ss`. */
  readonly input?: readonly string[];
  /** Options of the segments, such as another codec for the sound; default: all is copied. */
  readonly output?: readonly string[];
  /** Plain MP4, as the seed records it. */
  readonly plain?: boolean;
}

/** Copies a film into segments of one run, as the recorder does. */
export function segmentsOf(film: string, directory: string, options: FilmOptions): Segment[] {
  const { start, seconds, segmentSeconds = 10, input = [], output = ['-c', 'copy'], plain } = options;
  const work = mkdtempSync(join(directory, 'run-'));
  const format = plain
    ? []
    : ['-segment_format_options', 'movflags=frag_keyframe+delay_moov+default_base_moof'];
  const source = ['-v', 'error', ...input, '-t', String(seconds), '-i', film];
  const split = ['-f', 'segment', '-segment_time', String(segmentSeconds), '-reset_timestamps', '1'];
  const list = ['-segment_list', join(work, 'list.csv'), '-segment_list_type', 'csv'];
  const target = join(work, '%04d.mp4');
  const streams = ['-map', '0:v:0', '-map', '0:a:0?'];
  execFileSync('ffmpeg', [...source, ...streams, ...output, ...split, ...format, ...list, target]);
  return readdirSync(work)
    .filter((name) => name.endsWith('.mp4'))
    .sort()
    .map((file, number) => {
      const length = durationOf(join(work, file));
      const from = start + number * segmentSeconds;
      const name = `seg_${Math.floor(from)}.mp4`;
      renameSync(join(work, file), join(directory, name));
      const { size: bytes } = statSync(join(directory, name));
      return { name, from, to: from + length, bytes, run: work, number, measured: true };
    });
}

function durationOf(path: string): number {
  const args = [
    '-v',
    'error',
    '-show_entries',
    'stream=duration',
    '-select_streams',
    'v:0',
    '-of',
    'csv=p=0',
  ];
  return Number.parseFloat(execFileSync('ffprobe', [...args, path], { encoding: 'utf8' }));
}
