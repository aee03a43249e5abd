/**
 * Cuts a window of 10 minutes at 2 Mb/s, beside `cat` and ffmpeg's plain concat of the same segments, each with
 * fsync, and measures the time from the end of the post-roll to the finished clip.
 * `npm run bench:clip`; with `-- --json` one line of JSON, with `-- --rounds=1` a first impression. It is compiled
 * first: a thread that compiles its own sources begins late.
 */
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock as clock } from '../../nodes/lib/time/clock';
import { cutMedia } from '../../nodes/lib/clip/cut/length';
import { takeStill } from '../../nodes/lib/clip/cut/still';
import { FootageReader } from '../../nodes/lib/clip/plan/footage-reader';
import { joinParts } from '../../nodes/lib/clip/join/join';
import { ClipMaker } from '../../nodes/lib/clip/maker';
import { sha256Of } from '../../nodes/lib/clip/manifest';
import { planClip, type ClipPlan } from '../../nodes/lib/clip/plan/plan';
import { ClipQueue } from '../../nodes/lib/clip/jobs/queue';
import { windowOf, type ClipRequest } from '../../nodes/lib/clip/jobs/request';
import type { Segment } from '../../nodes/lib/recording/segment';
import { FakeRing } from '../support/footage/footage';
import { joinPlanOf } from '../support/footage/join-plan';

const SEGMENT_SECONDS = 10;
const SEGMENTS = 60;
const WINDOW = SEGMENTS * SEGMENT_SECONDS;
const GOP_SECONDS = 1;
/** Each takes half a minute, most of it for two checks. */
const ROUNDS = Number(/--rounds=(\d+)/.exec(process.argv.join(' '))?.[1] ?? 5);
/** Moving noise cannot be compressed much, so that the rate is really 2 Mb/s. */
const PICTURE = 'testsrc2=size=1280x720:rate=25,noise=alls=12:allf=t';

/** One segment is encoded; the others are copies of it, since their times begin at zero anyway. */
async function record(directory: string, start: number): Promise<Segment[]> {
  await mkdir(directory);
  const model = join(directory, 'model.mp4');
  const inputs = [PICTURE, 'sine=r=8000'].flatMap((source) => ['-f', 'lavfi', '-t', '10', '-i', source]);
  const rate = ['-b:v', '2M', '-maxrate', '2M', '-bufsize', '2M'];
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', ...rate];
  const format = ['-movflags', '+frag_keyframe+delay_moov+default_base_moof', '-frag_duration', '1000000'];
  execFileSync('ffmpeg', ['-v', 'error', ...inputs, ...video, '-c:a', 'aac', ...format, model]);
  const segments: Segment[] = [];
  for (let number = 0; number < SEGMENTS; number += 1) {
    const from = start + number * SEGMENT_SECONDS;
    const name = `seg_${Math.floor(from)}.mp4`;
    await copyFile(model, join(directory, name));
    segments.push({ name, from, to: from + SEGMENT_SECONDS, bytes: 1, run: 'bench', number, measured: true });
  }
  execFileSync('sync', ['-f', directory]);
  return segments;
}

interface Place {
  readonly root: string;
  readonly segments: readonly Segment[];
}

/** Seconds that each way takes in one round; `join`, `hash`, `probe` and `picture` are parts of a clip, alone. */
type Way = 'cat' | 'concat' | 'clip' | 'prepared' | 'check' | 'join' | 'hash' | 'probe' | 'picture';
type Round = Record<Way, number>;

async function seconds(work: () => unknown): Promise<number> {
  const began = clock.monotonic();
  await work();
  return clock.monotonic() - began;
}

function shell(script: string, cwd: string): void {
  execFileSync('sh', ['-ec', script], { cwd });
}

async function round({ root, segments }: Place, number: number): Promise<Round> {
  const rec = join(root, 'rec');
  const archive = join(root, 'archive');
  const middle = segments[0].from + WINDOW / 2;
  const request: ClipRequest = { id: 'bench', t0: middle, pre: WINDOW / 2, post: WINDOW / 2, event: {} };
  const ring = new FakeRing(rec, SEGMENT_SECONDS, segments);
  const maker = new ClipMaker(ring, archive, clock);
  const { signal } = new AbortController();
  // Decoding the finished clip takes its time whatever made it: it is told apart.
  const make = async (job: string) => {
    let check = 0;
    let began = 0;
    const onChecked = (percent: number) => {
      if (percent === 0) began = clock.monotonic();
      else if (percent === 100) check = clock.monotonic() - began;
    };
    const work = join(archive, `${number}${job}`);
    const all = await seconds(() => maker.make(request, { work, signal, onChecked }));
    return { check, rest: all - check };
  };
  // As a job in the queue, which has minutes for that.
  const prepared = async () => {
    await maker.prepare(request, signal);
    await maker.preview(request, { work: join(archive, `${number}warm`), signal });
    return (await make('warm')).rest;
  };
  const plan = await planOf(ring, request);
  const target = join(root, 'joined.mp4');
  const options = { clock, signal, target };
  const concat = 'ffmpeg -v error -y -f concat -i rec/list -c copy plain.mp4';
  const peers = {
    cat: await seconds(() => {
      shell('cat rec/seg_*.mp4 > cat.out; sync cat.out', root);
    }),
    concat: await seconds(() => {
      shell(`${concat}; sync plain.mp4`, root);
    }),
  };
  const cold = await make('cold');
  const result = {
    ...peers,
    clip: cold.rest,
    check: cold.check,
    prepared: await prepared(),
    join: await seconds(() => joinParts(joinPlanOf(plan, rec), options)),
    hash: await seconds(() => sha256Of(target)),
    probe: await seconds(() => cutMedia(target, options)),
    picture: await seconds(() => takeStill(target, WINDOW / 2, join(root, 'picture.jpg'), options)),
  };
  await rm(archive, { recursive: true });
  return result;
}

async function planOf(ring: FakeRing, request: ClipRequest): Promise<ClipPlan> {
  const window = windowOf(request);
  const { footage } = await new FootageReader(ring, clock).read(window, new AbortController().signal);
  const plan = planClip(window, request.t0, footage);
  if (!plan) throw new Error('No footage');
  return plan;
}

/** How long after the end of the window the clip is cut, and is checked too, when its last segment closes 3 s after it. */
async function delayAfterPostRoll({ root, segments }: Place): Promise<{ cut: number; checked: number }> {
  const late = 3;
  const end = clock.now() + 5;
  const shift = end + late - (segments.at(-1)?.to ?? 0);
  const shifted = segments.map((segment) => ({
    ...segment,
    from: segment.from + shift,
    to: segment.to + shift,
  }));
  const archive = join(root, 'archive');
  const ring = new FakeRing(join(root, 'rec'), SEGMENT_SECONDS, shifted.slice(0, -1));
  let cut = 0;
  const finished = new Promise<number>((resolve, reject) => {
    const queue = new ClipQueue({
      directory: join(archive, '.jobs'),
      ring,
      maker: new ClipMaker(ring, archive, clock),
      observer: {
        progress: (_job, { state }) => {
          if (state === 'checking') cut ||= clock.now();
        },
        finished: () => {
          resolve(clock.now());
        },
        failed: (_job, error) => {
          reject(error instanceof Error ? error : new Error(String(error)));
        },
        damaged: () => undefined,
      },
      parallelCuts: 1,
      clock,
      random: Math.random,
    });
    const post = 60;
    queue.accept({ id: 'bench', t0: end - post, pre: WINDOW - post, post, event: {} }).catch(reject);
  });
  clock.after(end + late - clock.now(), () => {
    ring.close(...shifted.slice(-1));
  });
  const checked = (await finished) - end;
  return { cut: cut - end, checked };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function measure(place: Place) {
  const rounds: Round[] = [];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (let number = 0; number < ROUNDS; number += 1) rounds.push(await round(place, number));
  delay.disable();
  const of = (way: Way) => Number(median(rounds.map((one) => one[way])).toFixed(3));
  const ways = Object.keys(rounds[0]) as Way[];
  const medians = Object.fromEntries(ways.map((way) => [way, of(way)])) as Round;
  const ratio = (way: Way) => Number(median(rounds.map((one) => one[way] / one.cat)).toFixed(2));
  const delays = await delayAfterPostRoll(place);
  return {
    rounds: ROUNDS,
    load: Number(loadavg()[0].toFixed(1)),
    seconds: medians,
    loop_delay_p99_ms: Number((delay.percentile(99) / 1e6).toFixed(1)),
    times_cat: { concat: ratio('concat'), clip: ratio('clip'), prepared: ratio('prepared') },
    after_post_roll_s: Number(delays.cut.toFixed(2)),
    after_post_roll_checked_s: Number(delays.checked.toFixed(2)),
    after_post_roll_target_s: SEGMENT_SECONDS + GOP_SECONDS + 3,
  };
}

async function main(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'v2x-bench-clip-'));
  try {
    const start = 1_700_000_000;
    const segments = await record(join(root, 'rec'), start);
    const entry = ({ name }: Segment) => `file ${name}\nduration ${SEGMENT_SECONDS}\n`;
    await writeFile(join(root, 'rec', 'list'), segments.map(entry).join(''));
    const result = await measure({ root, segments });
    process.stdout.write(process.argv.includes('--json') ? `${JSON.stringify(result)}\n` : table(result));
  } finally {
    await rm(root, { recursive: true });
  }
}

function table({ seconds: medians, times_cat, ...rest }: Awaited<ReturnType<typeof measure>>): string {
  const line = (text: string, value: number, times?: number) =>
    `${text.padEnd(58)}${value.toFixed(2).padStart(6)} s${times === undefined ? '' : `  ${times.toFixed(2)} x cat`}\n`;
  return [
    `Clip of ${WINDOW / 60} minutes at 2 Mb/s, medians of ${rest.rounds} rounds, load ${rest.load}, `,
    `event loop delay p99 ${rest.loop_delay_p99_ms} ms:\n`,
    line('cat + fsync', medians.cat),
    line('ffmpeg concat + fsync', medians.concat, times_cat.concat),
    line('clip: inspect, cut, picture, SHA-256, publish', medians.clip, times_cat.clip),
    line('the same of a job that looked and made its preview before', medians.prepared, times_cat.prepared),
    line('  of it: joining and hashing in a thread', medians.join),
    line('  of which SHA-256', medians.hash),
    line('  ffprobe of the result, beside joining', medians.probe),
    line('  picture of T0, beside joining', medians.picture),
    line('decoding check of the clip, not counted above', medians.check),
    line(
      `end of post-roll to the clip that is cut, target ${rest.after_post_roll_target_s}`,
      rest.after_post_roll_s,
    ),
    line('the same with the decoding check', rest.after_post_roll_checked_s),
  ].join('');
}

void main();
