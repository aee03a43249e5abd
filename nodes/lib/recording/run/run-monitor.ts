/** What a run does with the camera's sound: records it, watches for it without recording, or ignores it. */
export type SoundPlan = 'recorded' | 'awaited' | 'none';

/** What is missing although the camera sends: a key frame, for which recording waits, or sound, without which it goes on. */
export type Missing = 'key-frame' | 'sound';

/**
 * Why a run has to end: no pictures arrive; pictures arrive but nothing is written; or sound is expected and absent, or
 * present and not recorded.
 */
export type RunEnd = 'stall' | 'unwritten' | 'sound';

/** Seconds without a video packet after which the camera counts as stalled. */
export const STALL_SECONDS = 15;
/** The same before the first packet: ffmpeg waits for decoder settings, which may come only with a rare key frame. */
const OPEN_SECONDS = 120;
/** Seconds for which pictures may arrive without anything being written. */
export const UNWRITTEN_SECONDS = 30;
/** Seconds without a key frame before the user is told. */
const KEY_FRAME_SECONDS = 3;
/**
 * Sound that is still absent this many seconds after the first key frame counts as absent for good. Until then segments
 * wait in ffmpeg's memory, and only the video-only copy is on disk.
 */
const SOUND_SECONDS = 20;
/** Seconds for which sound may pause before it is missing. */
const PAUSE_SECONDS = 10;
/** Seconds with sound after which it counts as permanent. */
const STEADY_SECONDS = 3;
/** Longest time between key frames at which a run ends for sound: pictures are lost until the next key frame. */
const NEAR_KEY_FRAMES = 10;

/** Decides from what arrives and what is written whether a run goes on. It counts seconds in which this process ran. */
export class RunMonitor {
  private now = 0;
  private lastPicture: number | undefined;
  private lastSound: number | undefined;
  private firstKey: number | undefined;
  private lastKey: number | undefined;
  private longestGop = 0;
  private soundSeconds = 0;
  private written = '';
  private lastWrite = 0;

  /** @param isSettled whether sound that appears no longer ends the run */
  constructor(
    private readonly sound: SoundPlan,
    private readonly isSettled = false,
  ) {}

  /** Takes a video packet. */
  picture(isKey: boolean): void {
    this.lastPicture = this.now;
    if (!isKey) return;
    this.longestGop = Math.max(this.longestGop, this.now - (this.lastKey ?? this.now));
    this.lastKey = this.now;
    this.firstKey ??= this.now;
  }

  /** Takes an audio packet. */
  soundPacket(): void {
    if (this.lastSound !== this.now) this.soundSeconds += 1;
    this.lastSound = this.now;
  }

  /** Whether sound arrives but no video. */
  get hasOnlySound(): boolean {
    return this.lastSound !== undefined && this.lastSound > (this.lastPicture ?? -1);
  }

  /**
   * Ends a second.
   * @param written the state of the files being written: any text that changes when they do
   * @returns why the run has to end, if it has
   */
  second(written: string): RunEnd | undefined {
    this.now += 1;
    if (written !== this.written || this.firstKey === undefined) this.lastWrite = this.now;
    this.written = written;
    if (this.isStalled()) return 'stall';
    if (this.now - this.lastWrite >= UNWRITTEN_SECONDS) return 'unwritten';
    return this.isSoundToChange() ? 'sound' : undefined;
  }

  /** What is missing now. */
  get missing(): Missing | undefined {
    if (this.firstKey === undefined) {
      return this.lastPicture !== undefined && this.now >= KEY_FRAME_SECONDS ? 'key-frame' : undefined;
    }
    if (this.sound === 'awaited') return 'sound';
    const paused = this.sound === 'recorded' && this.now - (this.lastSound ?? this.firstKey) >= PAUSE_SECONDS;
    return paused ? 'sound' : undefined;
  }

  private isStalled(): boolean {
    const opening = this.lastPicture === undefined && this.lastSound === undefined;
    return this.now - (this.lastPicture ?? 0) > (opening ? OPEN_SECONDS : STALL_SECONDS);
  }

  private isSoundToChange(): boolean {
    if (this.firstKey === undefined) return false;
    if (this.sound === 'recorded') {
      return this.lastSound === undefined && this.now - this.firstKey >= SOUND_SECONDS;
    }
    const gop = Math.max(this.longestGop, this.now - (this.lastKey ?? this.now));
    const known = this.lastKey !== this.firstKey;
    return (
      this.sound === 'awaited' &&
      !this.isSettled &&
      this.soundSeconds >= STEADY_SECONDS &&
      known &&
      gop <= NEAR_KEY_FRAMES
    );
  }
}
