import { join } from 'node:path';
import { clipChapters, type Chapter } from '../mp4/chapters';
import type { ClipPart } from '../plan/plan';

/**
 * The list that ffmpeg's concat demuxer reads. Explicit durations put every file at its place on the timeline:
 * without them a gap collapses and the lengths of audio frames add up.
 * @param directory where the segments are
 */
export function concatList(directory: string, parts: readonly ClipPart[]): string {
  const entries = parts.map(({ segment, inpoint, outpoint, duration }) =>
    [
      `file ${quoted(`file:${join(directory, segment.name)}`)}`,
      ...(inpoint === undefined ? [] : [`inpoint ${seconds(inpoint)}`]),
      ...(outpoint === undefined ? [] : [`outpoint ${seconds(outpoint)}`]),
      `duration ${seconds(duration)}`,
    ].join('\n'),
  );
  return `ffconcat version 1.0\n${entries.join('\n')}\n`;
}

/**
 * ffmpeg's metadata file (FFMETADATA1): when the recording began, and a chapter that begins at T0.
 * @param began Unix seconds
 * @param t0Offset where T0 is, in seconds of the clip; undefined when the clip does not reach it
 * @param duration length of the clip in seconds
 */
export function clipMetadata(began: number, t0Offset: number | undefined, duration: number): string {
  const head = `;FFMETADATA1\ncreation_time=${new Date(began * 1000).toISOString()}\n`;
  return head + clipChapters(t0Offset, duration).map(chapterEntry).join('');
}

function chapterEntry({ title, from, to }: Chapter): string {
  const ms = (time: number) => Math.round(time * 1000);
  return `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${ms(from)}\nEND=${ms(to)}\ntitle=${title}\n`;
}

/** Quoting of ffmpeg's utilities: all between single quotes stands for itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function seconds(time: number): string {
  return time.toFixed(6);
}
