import { access, constants, stat } from 'node:fs/promises';
import { systemClock } from '../../../nodes/lib/time/clock';
import { codeOf, messageOf } from '../../../nodes/lib/errors';
import { findBinary } from '../../../nodes/lib/ffmpeg/binary';
import { cameraInput } from '../../../nodes/lib/camera/input';
import { measureStream, type StreamMeasure } from '../../../nodes/lib/ffmpeg/measure';
import { probe, type MediaInfo } from '../../../nodes/lib/ffmpeg/probe';
import { cameraSource, displayAddress, type CameraSource } from '../../../nodes/lib/camera/source';
import { currentUser } from '../../../nodes/lib/disk/files';
import { findings, type Finding } from '../finding';
import { storeOf, type Store } from '../store';
import { correct } from '../settings';
import type { Unit, UnitNode } from '../unit';

const { ok, warning, problem } = findings('camera');

/** Cameras answer within seconds. */
const PATIENCE_SECONDS = 20;
/** Long enough for two key frames of most cameras. */
const LOOK_SECONDS = 8;

/** What was learnt of a camera that is recorded. */
interface CameraReport {
  readonly findings: readonly Finding[];
  readonly measure?: StreamMeasure;
}

/** Opens the camera of a recorder, unless the recorder has it to itself, and looks at what it sends. */
export async function checkCamera(unit: Unit, recorder: UnitNode): Promise<CameraReport> {
  const store = await storeOf(unit, recorder);
  let source: CameraSource;
  try {
    source = sourceOf(unit, recorder);
  } catch (error) {
    const camera = unit.refer(recorder, 'camera') ?? recorder;
    return { findings: [problem(messageOf(error), correct(camera, 'address'))], ...(await measured(store)) };
  }
  if (source.kind === 'synthetic') {
    return {
      findings: [ok('the synthetic test picture; set V2X_CAMERA for a real camera')],
      ...(await measured(store)),
    };
  }
  const shown = displayAddress(source);
  if (source.kind === 'v4l2' && store.recording) {
    return { findings: [ok(`${shown} is in use by the recorder`)], ...(await measured(store)) };
  }
  const blocked = await deviceProblem(source);
  if (blocked) return { findings: [blocked] };
  return openCamera(source, shown, store);
}

/** @throws V2xError `camera` when its settings are wrong */
function sourceOf(unit: Unit, recorder: UnitNode): CameraSource {
  const camera = unit.refer(recorder, 'camera');
  return cameraSource({ ...camera?.config, ...camera?.credentials });
}

/** Footage of a recorder says how it is without a second connection to the camera. */
async function measured({ newest }: Store): Promise<Pick<CameraReport, 'measure'>> {
  const measure =
    newest && (await measureStream(newest.path, { clock: systemClock, seconds: 60 }).catch(() => undefined));
  return measure ? { measure } : {};
}

/** Why a device or file cannot even be opened. */
async function deviceProblem(source: CameraSource): Promise<Finding | undefined> {
  const { kind, address } = source;
  if (kind === 'rtsp') return undefined;
  const shown = displayAddress(source);
  try {
    await stat(address);
    await access(address, kind === 'v4l2' ? constants.R_OK | constants.W_OK : constants.R_OK);
    return undefined;
  } catch (error) {
    const user = currentUser();
    if (codeOf(error) === 'ENOENT')
      return problem(`${shown} is not there`, 'see "v4l2-ctl --list-devices", and V2X_CAMERA');
    const remedy =
      kind === 'v4l2'
        ? `sudo usermod -aG video ${user}, then log in again`
        : `give user ${user} read access to it`;
    return problem(`${shown} cannot be opened (${codeOf(error) ?? 'unknown'})`, remedy);
  }
}

async function openCamera(source: CameraSource, shown: string, store: Store): Promise<CameraReport> {
  const signal = AbortSignal.timeout(PATIENCE_SECONDS * 1000);
  const options = { clock: systemClock, signal };
  try {
    const { avformat } = await findBinary('ffprobe');
    const input = cameraInput(source, { avformat, forProbe: true });
    const media = await probe(input, options);
    const found = judgeCodecs(shown, media);
    if (store.recording && store.newest) return { findings: found, ...(await measured(store)) };
    const measure = await measureStream(input, { ...options, seconds: LOOK_SECONDS });
    return { findings: found, ...(measure ? { measure } : {}) };
  } catch (error) {
    const reason = signal.aborted ? `it did not answer within ${PATIENCE_SECONDS} s` : messageOf(error);
    return {
      findings: [problem(`${shown} cannot be opened: ${reason}`, remedyFor(reason))],
      ...(await measured(store)),
    };
  }
}

/** What most often is behind ffmpeg's words. */
export function remedyFor(reason: string): string {
  if (/401|unauthorized/i.test(reason)) return 'check the user and password of the camera';
  if (/404|not found/i.test(reason)) return "check the path of the URL; see the camera's manual";
  if (/refused|no route|unreachable|did not answer|timed out/i.test(reason)) {
    return 'check address, port and network, for example with "ping" or the camera\'s web page';
  }
  if (/busy/i.test(reason)) return 'end the program that uses it; "fuser -v /dev/video0" shows which';
  return 'try to play it with "ffplay" on this machine';
}

/** What the recorder makes of the camera's codecs. */
export function judgeCodecs(shown: string, { video, audio }: MediaInfo): Finding[] {
  if (!video) return [problem(`${shown} sends no video`, 'choose a stream with video')];
  const picture = `${video.codec} ${video.width ?? '?'}x${video.height ?? '?'}`;
  const sound = audio === undefined ? 'no sound' : `${audio.codec} sound`;
  const text = `${shown}: ${picture}, ${sound}`;
  if (!['h264', 'hevc'].includes(video.codec)) {
    const cost = `${text}; the video is re-encoded, which takes about one CPU core`;
    return [warning(cost, 'set the camera to H.264')];
  }
  const notes = [
    video.codec === 'hevc' && 'HEVC is recorded unchanged; many browsers cannot play it',
    audio !== undefined &&
      audio.codec !== 'aac' &&
      'MP4 cannot store this audio, so it is converted to AAC; see the camera node',
  ].filter((note) => note !== false);
  return [ok([text, ...notes].join('; '))];
}

const SHORT_GOP_SECONDS = 2.5;

/** Clips and segments begin at key frames, so their distance is what all times can be off by. */
export function judgeGop(measure: StreamMeasure, window: { segmentSeconds: number; pre: number }): Finding {
  const { gop, seconds } = measure;
  const shown = gop >= seconds ? `more than ${gop.toFixed(0)} s` : `${gop.toFixed(1)} s`;
  const text = `a key frame every ${shown}, at ${((measure.bytesPerSecond * 8) / 1e6).toFixed(1)} Mb/s`;
  const remedy = "set the camera's key frame interval (GOP, I-frame interval) to 1 or 2 s";
  if (gop > window.segmentSeconds) {
    return warning(
      `${text}: segments of ${window.segmentSeconds} s become that long, and a crash loses one`,
      remedy,
    );
  }
  if (gop > window.pre)
    return warning(`${text}: clips start earlier than their pre-roll of ${window.pre} s`, remedy);
  if (gop > SHORT_GOP_SECONDS) return ok(`${text}: clips start early by up to that much`);
  return ok(text);
}
