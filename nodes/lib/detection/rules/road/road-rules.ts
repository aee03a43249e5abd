import type { Area } from '../../areas';
import { Arrivals } from './arrivals';
import { Background, medianChange, type Difference } from './background';
import { CameraHealth } from '../camera-health';
import { countOf, shareOf } from './cells';
import { ROAD_SETTINGS } from '../default-settings';
import { FireRule } from './fire-rule';
import { Flames } from './flames';
import type { Frame } from '../../frames/frame';
import { rasterise } from '../../engine/mask';
import { movingRatioOf, redRatioOf, type Incident, type Reading, type Rules, type Verdict } from '../rules';
import { StandstillRule } from './standstill-rule';

export interface RoadSettings {
  /** Share of the picture that must have turned red. */
  readonly redRatio: number;
  /** For how long, in seconds, in the same place. */
  readonly fireSeconds: number;
  /** Share of moving pixels below which a frame is still. */
  readonly stillRatio: number;
  /** For how long, in seconds. */
  readonly stillSeconds: number;
  /** After an incident, none of the same type is raised for this many seconds. */
  readonly cooldownSeconds: number;
  /** So many frames in a row must show an incident, however slowly they come. */
  readonly evidenceFrames: number;
  /** What is looked at for incidents; all when there are none. The camera's health is judged by all of the picture. */
  readonly areas: readonly Area[];
}

/** Levels by which most of the picture changes from one frame to the next only when the exposure or the scene jumps. */
const JUMP = 8;
/** Share of changed cells above which this is another scene, not an incident in the one that was learned. */
const OTHER_SCENE = 0.7;
/** Whatever stands still for this many seconds belongs to the scene. */
const ABSORB_SECONDS = 600;
/** Time between frames counts as this much at most, in seconds: nobody knows what happened in a longer gap. */
const LONGEST_STEP = 1;

/**
 * The default rules: the seed's two, quiet where nothing happened. What stands still counts only where something drove
 * in, what is red only where it behaves as flames do; a jump of the whole picture starts a new scene; a camera that
 * shows nothing is a fault of the camera; a type of incident is not raised twice within its cooldown.
 */
export class RoadRules implements Rules {
  private readonly health = new CameraHealth();
  private readonly raisedAt = new Map<Incident['type'], number>();
  private scene: Scene | undefined;
  private time: number | undefined;

  constructor(private readonly settings: RoadSettings = ROAD_SETTINGS) {}

  judge(reading: Reading): Verdict {
    const { time, view } = reading;
    const seconds = Math.min(LONGEST_STEP, time - (this.time ?? time));
    this.time = time;
    const fault = this.health.judge(view, seconds);
    if (!this.health.isFit) {
      this.scene = undefined;
      return { incidents: [], ...(fault && { fault }) };
    }
    const incidents = this.sceneOf(view.thumbnail).judge(reading, seconds, this.health.identicalSeconds);
    const due = incidents.filter((incident) => this.isDue(incident, time));
    return { incidents: due, ...(fault && { fault }) };
  }

  private sceneOf(thumbnail: Frame): Scene {
    if (!this.scene?.continuesWith(thumbnail)) this.scene = new Scene(thumbnail, this.settings);
    return this.scene;
  }

  private isDue({ type }: Incident, time: number): boolean {
    const before = this.raisedAt.get(type);
    if (before !== undefined && time - before < this.settings.cooldownSeconds) return false;
    this.raisedAt.set(type, time);
    return true;
  }
}

/** One view of the road, from when the camera came to it. */
class Scene {
  private readonly background: Background;
  private readonly fire: FireRule;
  private readonly standstill: StandstillRule;
  private readonly flames: Flames;
  private readonly arrivals: Arrivals;
  private difference: Difference;
  /** 1 for each cell that is looked at. */
  private readonly watched: Uint8Array;
  private readonly watchedCells: number;
  /** For how long something has been standing there. */
  private standingSeconds = 0;

  constructor(
    private latest: Frame,
    settings: RoadSettings,
  ) {
    this.background = new Background(latest);
    this.difference = this.background.compare(latest);
    const mask = rasterise(settings.areas, latest)?.data;
    this.watched = new Uint8Array(latest.width * latest.height).map((_, cell) =>
      mask?.[cell] === 0 ? 0 : 1,
    );
    this.watchedCells = countOf(this.watched);
    this.fire = new FireRule(settings, this.watched.length, this.watchedCells);
    this.arrivals = new Arrivals(this.watched);
    this.flames = new Flames(latest);
    this.standstill = new StandstillRule(settings);
  }

  /** Whether this is the next picture of the scene; then it becomes the latest. */
  continuesWith(thumbnail: Frame): boolean {
    const { width, height } = this.latest;
    if (thumbnail.width !== width || thumbnail.height !== height) return false;
    const jumped = medianChange(thumbnail, this.latest) > JUMP;
    this.latest = thumbnail;
    this.difference = this.background.compare(thumbnail);
    return (
      !jumped && shareOf(this.difference.changed) <= OTHER_SCENE && this.standingSeconds < ABSORB_SECONDS
    );
  }

  /** Judges the latest picture. */
  judge({ counts }: Reading, seconds: number, identicalSeconds: number): Incident[] {
    const changed = this.difference.changed.map((cell, index) => cell & this.watched[index]!);
    const reddened = this.difference.reddened.map((cell, index) => cell & this.watched[index]!);
    const { latest, background, arrivals, watchedCells } = this;
    arrivals.watch(latest, changed, seconds);
    const flames = this.flames.among(reddened, latest, seconds);
    const fire = this.fire.judge(flames, redRatioOf(counts), seconds);
    const standstill = this.standstill.judge({
      seconds,
      movingRatio: movingRatioOf(counts) ?? 0,
      // Looked for only when the rule asks: it takes longer than all the rest.
      get stoppedRatio() {
        const arrived = arrivals.arrivedCells(changed, latest, background.levels);
        return watchedCells === 0 ? 0 : arrived / watchedCells;
      },
      identicalSeconds,
    });
    const evidence = this.standstill.holdsEvidence ? changed : reddened;
    this.standingSeconds = evidence.includes(1) ? this.standingSeconds + seconds : 0;
    this.background.learn(this.latest, seconds, evidence);
    return [fire, standstill].filter((incident) => incident !== undefined);
  }
}
