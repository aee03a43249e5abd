import { join } from 'node:path';
import { systemClock } from '../../../nodes/lib/time/clock';
import type { Size } from '../../../nodes/lib/detection/frames/frame';
import { ffmpegArguments } from '../../../nodes/lib/ffmpeg/command';
import { runFfmpeg } from '../../../nodes/lib/ffmpeg/run';

/** Of the scenes: a quarter of what the detector takes by default, to be quick. */
export const STREET_SIZE: Size = { width: 320, height: 180 };
export const STREET_FPS = 10;

/** A street by day, as ffmpeg draws it: sky, hedge, two lanes with markings, kerb, the grain of the asphalt. */
export const STREET = [
  'color=0x6A6C70:size=320x180:rate=10',
  'drawbox=0:0:320:22:0xB8C8D8:fill',
  'drawbox=0:22:320:18:0x9CB0C0:fill',
  'drawbox=0:40:320:20:0x3E5A38:fill',
  'drawbox=0:60:320:5:0xA8A49C:fill',
  ...[0, 64, 128, 192, 256].map((x) => `drawbox=${x}:112:32:3:0xE0E0D8:fill`),
  'drawbox=0:166:320:3:0xD8D8D0:fill',
  'drawbox=250:8:6:56:0x4A4A48:fill',
  'noise=alls=18:all_seed=11',
].join(',');

/** What a camera adds: light that wanders a little as clouds pass, and noise of its own in each picture. */
const CAMERA = "eq=brightness='0.03*sin(t/17)':eval=frame,noise=alls=7:allf=t:all_seed=5";

/** A moving thing: where its left edge is at a time t, in pixels, and its lane. */
export interface Vehicle {
  readonly colour: string;
  readonly size: readonly [width: number, height: number];
  readonly x: string;
  readonly y: number;
}

/** A car of a colour, 56 pixels long. */
export const car = (colour: string, x: string, y = 122): Vehicle => ({
  colour,
  size: [56, 26],
  x,
  y,
});

/** Body with windows, wheels and a shadow, laid over a scene. */
export function withVehicles(scene: string, vehicles: readonly Vehicle[]): string {
  return vehicles.reduce((below, { colour, size: [width, height], x, y }, index) => {
    const part = (l: number, t: number, w: number, h: number, fill: string) =>
      `drawbox=${[l * width, t * height, w * width, h * height].map(Math.round).join(':')}:${fill}:fill`;
    const body = [
      `color=${colour}:size=${width}x${height}:rate=10`,
      part(0.18, 0.1, 0.6, 0.3, '0x28323C'),
      part(0.46, 0.1, 0.04, 0.3, colour),
      part(0.12, 0.78, 0.18, 0.22, '0x101010'),
      part(0.7, 0.78, 0.18, 0.22, '0x101010'),
      part(0, 0.94, 1, 0.06, '0x303234'),
      'noise=alls=10:all_seed=3',
    ];
    return `${below}[below${index}];${body.join(',')}[car${index}];[below${index}][car${index}]overlay=x='${x}':y=${y}`;
  }, scene);
}

/** Cars in both directions at different speeds, until a moment. */
export const traffic = (until = 1e6): Vehicle[] => {
  const while_ = (x: string) => `if(lt(t,${until}),${x},-200)`;
  return [
    car('0x20242A', while_('mod(t,5)*95-70')),
    car('0xD8D8D4', while_('400-mod(t+2,7)*80'), 76),
    car('0x24407A', while_('mod(t+3,11)*60-80'), 132),
  ];
};

/** Flames from the ground that flicker and, from a moment on, grow over a third of the picture. */
export function withFlames(scene: string, from: number): string {
  const flicker = "eq=brightness='0.14*sin(t*23)+0.08*sin(t*41)':eval=frame";
  const growth = `scale=w='max(2,min(180,(t-${from})*12+6*sin(t*9)))':h='max(2,min(140,(t-${from})*10))':eval=frame`;
  const flames = `color=0xF05018:size=180x140:rate=10,noise=alls=60:allf=t:all_seed=2,gblur=sigma=2,${flicker},${growth}`;
  return `${scene}[scene];${flames}[fire];[scene][fire]overlay=x=90:y='176-h'`;
}

/** A tree whose crown the wind moves. */
export function withTree(scene: string): string {
  const crown = 'color=0x2E4A28:size=70x64:rate=10,noise=alls=100:all_seed=9,gblur=sigma=1.2';
  return `${scene}[street];${crown}[tree];[street][tree]overlay=x='12+5*sin(t*4)':y='4+2*cos(t*5)'`;
}

/**
 * Records a scene as a camera does: with its noise, compressed as H.264 with a keyframe every 2 s.
 * @returns path of the film
 */
export async function recordScene(
  directory: string,
  { graph, seconds, camera = CAMERA }: { graph: string; seconds: number; camera?: string },
): Promise<string> {
  const path = join(directory, 'scene.mp4');
  const inputs = [
    {
      url: `${graph},${camera}`,
      options: ['-f', 'lavfi', '-t', String(seconds)],
    },
  ];
  const encoding = [
    '-c:v',
    'libx264',
    '-preset',
    'superfast',
    '-crf',
    '30',
    '-g',
    '20',
    '-pix_fmt',
    'yuv420p',
  ];
  await runFfmpeg(ffmpegArguments({ inputs, outputs: [{ url: path, options: encoding }] }), {
    clock: systemClock,
  });
  return path;
}
