import type { TimeSpan } from '../../../contracts';
import { aacSettings, silentFrame } from '../codec/aac';
import type { Track } from '../mp4/media';
import type { JoinPart } from './options';
import { bytesOf } from './picture-units';
import type { SourceSample, SourceTrack } from './source-file';
import { TrackTable, type Unit } from './track-table';

/**
 * Lays the sound of a clip on its timeline: from 0 to the end of the picture, silence where none was recorded, and none
 * of it twice where recordings overlap.
 */
export class SoundTimeline {
  readonly table: TrackTable;
  /** Where no sound was recorded, whether or not silence could be put there. */
  readonly silences: TimeSpan[] = [];
  private readonly silence: Buffer | undefined;
  private heardUntil = 0;
  /** Length of a frame, in seconds. */
  private frame = 0;

  constructor(
    track: Track,
    /** Where the picture ends, in seconds of the clip. */
    private readonly end: number,
  ) {
    this.table = new TrackTable(track);
    const settings = aacSettings(track.description);
    this.silence = settings && silentFrame(settings);
  }

  /** Adds the sound of a part, and silence before it where some is missing. */
  add({ track, runs }: SourceTrack, { shift }: JoinPart): Unit[] {
    const seconds = (ticks: number) => ticks / track.timescale;
    const usual = usualDuration(runs.flat());
    return runs.flatMap((run) => {
      const units: Unit[] = [];
      let taken: SourceSample[] = [];
      const finish = () => {
        const [first] = taken;
        if (first) units.push(unitOf(this.table, taken, seconds(first.dts) + shift));
        taken = [];
      };
      for (const sample of run) {
        const time = seconds(sample.pts) + shift;
        // Before a hole a muxer makes the last frame as long as the hole.
        const duration = seconds(Math.min(sample.duration, usual));
        if (time + duration / 2 <= this.heardUntil || time + duration / 2 > this.end) continue;
        this.frame = duration;
        const silent = this.fillUntil(time);
        if (silent) {
          finish();
          units.push(silent);
        }
        this.table.add({ dts: time, pts: time, duration, size: sample.size, key: true });
        this.heardUntil = time + duration;
        taken.push(sample);
      }
      finish();
      return units;
    });
  }

  /** Adds silence up to the end of the picture. */
  finish(): Unit[] {
    const silent = this.fillUntil(this.end);
    return silent ? [silent] : [];
  }

  private fillUntil(time: number): Unit | undefined {
    const { silence, frame, heardUntil } = this;
    const frames = frame > 0 ? Math.floor((time - heardUntil) / frame + 0.1) : 0;
    if (frames < 1) return undefined;
    this.silences.push({ from: heardUntil, to: heardUntil + frames * frame });
    if (!silence) return undefined;
    for (let i = 0; i < frames; i += 1) {
      const at = heardUntil + i * frame;
      this.table.add({ dts: at, pts: at, duration: frame, size: silence.length, key: true });
    }
    this.heardUntil += frames * frame;
    const bytes = Array.from({ length: frames }, () => silence);
    return { table: this.table, samples: frames, time: heardUntil, bytes: [Buffer.concat(bytes)] };
  }
}

/** Frames of one track are equally long, but for the last one before a hole. */
function usualDuration(samples: readonly SourceSample[]): number {
  const durations = samples.map(({ duration }) => duration).sort((a, b) => a - b);
  return durations[Math.floor(durations.length / 2)] ?? 0;
}

function unitOf(table: TrackTable, samples: readonly SourceSample[], time: number): Unit {
  return { table, samples: samples.length, time, bytes: bytesOf(samples) };
}
