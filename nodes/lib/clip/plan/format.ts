/** What makes two pieces of video fit together. */
export interface Settings {
  /** ffmpeg's name. */
  readonly codec: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** The decoder's settings (extradata) as their hash: ffprobe's `extradata_hash` with MD5. */
  readonly decoder: string;
}

/**
 * A text that is the same for video that can be copied into one clip: H.264 carries changed decoder settings within
 * the stream when ffmpeg joins files, other codecs do not.
 */
export function formatText({ codec, width, height, decoder }: Settings): string {
  return `${codec} ${width}x${height}${codec === 'h264' ? '' : ` ${decoder}`}`;
}
