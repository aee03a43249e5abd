/** What a run does with the camera's sound: records it, listens whether any comes, or nothing. */
export type SoundPlan = 'recorded' | 'awaited' | 'none';

/** What a user must know of although the camera sends: recording waits for a key frame, or goes on without sound. */
export type Lack = 'key-frame' | 'sound';

/**
 * Why a run has to end: no picture comes, nothing is written although pictures come, or sound that was to be recorded
 * does not come, or comes and is not recorded.
 */
export type RunEnd = 'stall' | 'unwritten' | 'sound';

/** Seconds without a packet of the picture after which the camera is taken for stalled. */
export const STALL_SECONDS = 15;
/** The same before the first packet: ffmpeg waits for decoder settings, which may come with a rare key frame only. */
const OPEN_SECONDS = 120;
/** Seconds of pictures of which nothing reaches the disk. */
export const UNWRITTEN_SECONDS = 30;
/** Seconds without a key frame that are worth a word. */
const KEY_FRAME_SECONDS = 3;
/**
 * Sound that has not come so many seconds after the first key frame does not come. Until then segments wait in ffmpeg's
 * memory, and their picture alone is on disk.
 */
const SOUND_SECONDS = 20;
/** Sound that came and has paused for so long is missing. */
const PAUSE_SECONDS = 10;
/** Seconds with sound after which it has come to stay. */
const STEADY_SECONDS = 3;
/** A run is not ended for sound where the next key frame may be further away than this: that would cost pictures. */
const NEAR_KEY_FRAMES = 10;

/** Judges by what arrives and what is written whether a run goes on. It counts seconds in which this process lived. */
export class RunLife {
  private now = 0;
  private lastPicture: number | undefined;
  private lastSound: number | undefined;
  private firstKey: number | undefined;
  private lastKey: number | undefined;
  private longestGop = 0;
  private soundSeconds = 0;
  private written = '';
  private lastWrite = 0;

  /** @param isSettled whether sound that comes, or does not come, ends no run any more */
  constructor(
    private readonly sound: SoundPlan,
    private readonly isSettled = false,
  ) {}

  /** Takes a packet of the picture. */
  picture(isKey: boolean): void {
    this.lastPicture = this.now;
    if (!isKey) return;
    this.longestGop = Math.max(this.longestGop, this.now - (this.lastKey ?? this.now));
    this.lastKey = this.now;
    this.firstKey ??= this.now;
  }

  /** Takes a packet of sound. */
  soundPacket(): void {
    if (this.lastSound !== this.now) this.soundSeconds += 1;
    this.lastSound = this.now;
  }

  /** Whether sound comes but no picture. */
  get hasOnlySound(): boolean {
    return this.lastSound !== undefined && this.lastSound > (this.lastPicture ?? -1);
  }

  /**
   * Takes the end of a second.
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

  /** What is missing of the recording now. */
  get lack(): Lack | undefined {
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
