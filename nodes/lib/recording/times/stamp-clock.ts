/** Seconds that are looked back on. */
const LOOK_BACK = 300;
/** Seconds of arrivals of which the least delayed frame is kept. */
const BUCKET = 1;
/** Seconds by which the least delay may vary while the clock counts as steady. */
const TOLERANCE = 0.05;
/** The tolerance in mean second differences of the least delays, where these are noisy. */
const NOISE_FACTOR = 3;
/** Points of which one must lie near the line: a queue on the way holds back a few in a row. */
const GROUP = 3;
/** Seconds that a change must last: a queue that a slow or broken link built up is sent after by then. */
const LASTING = 8;
/** No clock is off by more: what rises or falls faster is a queue. */
const MAX_SLOPE = 0.3;
/** A slope needs so many points, and must explain so many times the seconds that a steady clock explains. */
const SLOPE_POINTS = 4;
const SLOPE_GAIN = 1.5;
/** Points of which the least tells where a jump begins. */
const RECENT = 10;

/** The least delayed frame of about a second: its time stamp, and the steady clock minus that when it came. */
interface Point {
  readonly came: number;
  readonly pts: number;
  readonly zero: number;
}

/** Where time stamp 0 was on the steady clock, as a line over time stamps, and from which time stamp on it holds. */
interface Line {
  readonly since: number;
  readonly pts: number;
  readonly zero: number;
  readonly slope: number;
  /** How far above the line the least delayed frames of a few seconds may be. */
  readonly tolerance: number;
}

type Slope = Pick<Line, 'pts' | 'zero' | 'slope'>;

/** What a stretch of time stamps was on the steady clock. */
export interface StampSpan {
  /** The steady clock when time stamp 0 was, as the first and the last time stamp of the stretch tell it. */
  readonly zeroAtStart: number;
  readonly zeroAtEnd: number;
  /** Whether `zeroAtStart` is known as well as `zeroAtEnd`: what changed did so before the stretch. */
  readonly wholly: boolean;
  /** Seconds by which frames may be late without a doubt about the clock. */
  readonly tolerance: number;
}

/**
 * Relates a camera's time stamps to the steady clock. The arrival of a frame minus its time stamp is the moment of time
 * stamp 0, late by what the delivery took; a line below all of them tells it best (Moon, Skelly, Towsley, "Estimation
 * and removal of clock skew from network delay measurements", INFOCOM 1999). The line is that of the longest time up to
 * now which one line explains: it is level while the camera's clock is right, slopes when its rate is wrong, and begins
 * anew when it has stepped. A rise counts only when it lasts, since a queue on the way looks the same at first.
 */
export class StampClock {
  private points: Point[] = [];
  private believed: Line | undefined;
  private truncated = false;

  /** Takes a frame: the steady clock when it came, and its time stamp. */
  observe(came: number, pts: number): void {
    const last = this.points.at(-1);
    const point = { came, pts, zero: came - pts };
    if (!last || Math.floor(came / BUCKET) !== Math.floor(last.came / BUCKET)) {
      this.points.push(point);
      if (came - (this.points.at(0)?.came ?? came) > LOOK_BACK) {
        this.points.shift();
        this.truncated = true;
      }
    } else if (point.zero < last.zero) this.points[this.points.length - 1] = point;
  }

  /** The least of the last seconds; Infinity before the first frame. */
  recent(): number {
    return Math.min(...this.points.slice(-RECENT).map(({ zero }) => zero));
  }

  /**
   * Places a stretch that ends about now.
   * @throws RangeError before the first frame
   */
  place(startPts: number, endPts: number): StampSpan {
    const line = this.lineNow();
    if (!line) throw new RangeError('No frame has come');
    const zeroAtEnd = zeroAt(line, endPts) + Math.min(0, this.newestAbove(line));
    // The least delayed frames tell the moment of a change to a second.
    const wholly = line.since <= Math.max(startPts - BUCKET, this.points.at(0)?.pts ?? startPts);
    const before = wholly ? line : (fit(this.points.filter(({ pts }) => pts < line.since)) ?? line);
    return { zeroAtStart: zeroAt(before, startPts), zeroAtEnd, wholly, tolerance: line.tolerance };
  }

  /**
   * By how much the place that a stretch was given may be wrong, in seconds: by what frames came too early for it, or
   * too late up to its end; what came late before and not any more was in a queue. Where something changed, by all of it.
   */
  doubt(startPts: number, endPts: number, { zeroAtStart, zeroAtEnd, wholly, tolerance }: StampSpan): number {
    const change = zeroAtEnd - zeroAtStart;
    const slope = change / (endPts - startPts);
    const late = this.points
      .filter(({ pts }) => pts >= startPts && pts <= endPts)
      .map(({ pts, zero }) => zero - zeroAtStart - slope * (pts - startPts));
    if (!wholly) {
      // The change is spread over the stretch; between the points of two seconds no frame shows how far off that is.
      const most = Math.max(0, ...late.map(Math.abs)) + Math.abs(slope) * 2 * BUCKET;
      return Math.max(most, Math.abs(change));
    }
    const lasting = late.map((value, i) => Math.min(value, late[i + 1] ?? value));
    const lastRight = lasting.findLastIndex((value) => value < tolerance);
    return Math.max(0, ...late.map((value) => -value), ...lasting.slice(lastRight + 1));
  }

  private lineNow(): Line | undefined {
    const line = fit(this.points);
    const newest = this.points.at(-1);
    if (!line || !newest) return this.believed;
    const first = this.points.find(({ pts }) => pts >= line.since) ?? newest;
    const lasts = newest.came - first.came >= LASTING || (first === this.points[0] && !this.truncated);
    // No frame comes before it was taken, so that a fall counts at once.
    const fell = this.believed !== undefined && this.newestAbove(this.believed) < -TOLERANCE;
    if (lasts || fell || !this.believed) this.believed = line;
    return this.believed;
  }

  /** By how much the newest frames are later than a line says. */
  private newestAbove(line: Line): number {
    return Math.min(...this.points.slice(-GROUP).map(({ pts, zero }) => zero - zeroAt(line, pts)));
  }
}

function zeroAt({ pts, zero, slope }: Slope, at: number): number {
  return zero + slope * (at - pts);
}

/**
 * The line below the longest row of newest points that one line explains: level, unless a slope explains far more, and
 * better than a step does. A slope must last, or be there from the beginning: one of a few points is a step.
 */
function fit(points: readonly Point[]): Line | undefined {
  const level = longest(points, levelBelow);
  const newest = points.at(-1);
  const begin = points.at(0)?.pts;
  if (!newest || !level || level.since === begin) return level;
  const sloping = longest(points, slopeBelow);
  if (!sloping) return level;
  const [flat, sloped] = [newest.pts - level.since, newest.pts - sloping.since];
  const counts = sloped >= LASTING || sloping.since === begin;
  if (!counts || sloped < SLOPE_GAIN * Math.max(BUCKET, flat)) return level;
  return isStep(points, sloping, level) ? level : sloping;
}

/** Whether two level lines, the newer of which is given, are nearer to the points of a slope than the slope is. */
function isStep(points: readonly Point[], sloping: Line, level: Line): boolean {
  const row = points.filter(({ pts }) => pts >= sloping.since);
  const before = row.filter(({ pts }) => pts < level.since);
  const after = row.filter(({ pts }) => pts >= level.since);
  const asStep = lateness(before, levelBelow(before)) + lateness(after, level);
  return asStep < lateness(row, sloping);
}

/** The seconds by which points are above a line, added up. */
function lateness(points: readonly Point[], line: Slope): number {
  return points.reduce((sum, { pts, zero }) => sum + zero - zeroAt(line, pts), 0);
}

function longest(
  points: readonly Point[],
  below: (row: readonly Point[]) => Slope | undefined,
): Line | undefined {
  for (let start = 0; start < points.length; start++) {
    const row = points.slice(start);
    const tolerance = Math.max(TOLERANCE, NOISE_FACTOR * noiseOf(row));
    const line = below(row);
    const late = line && row.map(({ pts, zero }) => zero - zeroAt(line, pts));
    if (!late || !allNear(late, tolerance)) continue;
    // What comes before a change may stand at the head of the row.
    const near = start > 0 ? late.findIndex((value) => value <= tolerance) : 0;
    return { ...line, since: row[near]?.pts ?? line.pts, tolerance };
  }
  return undefined;
}

/** Whether of each few points in a row, newest first, one is near the line. */
function allNear(late: readonly number[], tolerance: number): boolean {
  for (let end = late.length; end > 0; end -= GROUP)
    if (Math.min(...late.slice(Math.max(0, end - GROUP), end)) > tolerance) return false;
  return true;
}

/** Mean second difference, in which a slope does not count, without the two largest ones, which a step makes. */
function noiseOf(row: readonly Point[]): number {
  const steps = differencesOf(row.map(({ zero }) => zero));
  const differences = differencesOf(steps)
    .map(Math.abs)
    .sort((a, b) => a - b)
    .slice(0, -2);
  return differences.reduce((sum, value) => sum + value, 0) / Math.max(GROUP, differences.length);
}

/** What each value is more than the one before. */
function differencesOf(values: readonly number[]): number[] {
  return values.slice(1).map((value, i) => value - (values[i] ?? value));
}

function levelBelow(row: readonly Point[]): Slope {
  return { pts: row.at(0)?.pts ?? 0, zero: Math.min(...row.map(({ zero }) => zero)), slope: 0 };
}

/** Of all lines below the points, the one that is nearest to them on average: the edge of their lower hull in the middle. */
function slopeBelow(row: readonly Point[]): Slope | undefined {
  if (row.length < SLOPE_POINTS) return undefined;
  const hull: Point[] = [];
  for (const point of row) {
    while (!isConvex(hull.at(-2), hull.at(-1), point)) hull.pop();
    hull.push(point);
  }
  const middle = row.reduce((sum, { pts }) => sum + pts, 0) / row.length;
  const right = hull.findIndex(({ pts }) => pts >= middle);
  const [a, b] = [hull[right - 1], hull[right]];
  if (!a || !b) return undefined;
  const slope = (b.zero - a.zero) / (b.pts - a.pts);
  return Math.abs(slope) <= MAX_SLOPE ? { pts: a.pts, zero: a.zero, slope } : undefined;
}

/** With fewer than two points before `c`, always. */
function isConvex(a: Point | undefined, b: Point | undefined, c: Point): boolean {
  if (!a || !b) return true;
  return (b.pts - a.pts) * (c.zero - a.zero) - (c.pts - a.pts) * (b.zero - a.zero) > 0;
}
