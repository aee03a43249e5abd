import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { recordCamera } from '../../../nodes/lib/camera/shared-device';
import { cameraInput } from '../../../nodes/lib/camera/input';
import { cameraSource, displayAddress, type CameraSettings } from '../../../nodes/lib/camera/source';
import { shownAddress } from '../../../nodes/lib/camera/url';
import { maskSecrets } from '../../../nodes/lib/ffmpeg/stderr';

/** Made so that no text of ours holds it by chance; every kind of character stands within. */
const secret = fc
  .array(fc.constantFrom(...Array.from('abcXYZ0189 /?#@:%&=+\'"“”\\[]{}|^~<>;,.-_!$()*é비＠')), {
    maxLength: 12,
  })
  .map((characters) => `Zq7${characters.join('')}w9X`);

/** What people type, with the secret at its place. */
const FORMS: readonly ((secret: string) => string)[] = [
  (s) => `rtsp://admin:${s}@192.0.2.1/cam`,
  (s) => `rtsp://admin:${encodeURIComponent(s)}@192.0.2.1:554/cam`,
  (s) => `rtsps://${s}@192.0.2.1/cam`,
  (s) => `rtsp://:${s}@[2001:db8::1]:554/cam`,
  (s) => `rtsp://192.0.2.1/user=admin_password=${s}_channel=1_stream=0.sdp`,
  (s) => `rtsp://192.0.2.1/cam?user=admin&password=${s}`,
  (s) => `rtsp://192.0.2.1/cam#${s}`,
  // With an @ in the secret, what follows it would be a host.
  (s) => `rtsp://admin:${s.replaceAll('@', '')}`,
  (s) => `rtsp://admin:${s.replaceAll('@', '')}192.0.2.1/cam`,
  (s) => `rtsp://admin:${s}＠192.0.2.1/cam`,
  (s) => `rtsp://user=admin&password=${s}&ip=192.0.2.1/cam`,
  (s) => `rtsp:/admin:${s}@192.0.2.1/cam`,
  (s) => `rtsp:admin:${s}@192.0.2.1/cam.mp4`,
  (s) => `rtsp;//admin:${s}@192.0.2.1/cam`,
  (s) => `rtsp//admin:${s}@192.0.2.1/cam`,
  (s) => `rtsp:\\\\admin:${s}@192.0.2.1\\cam`,
  (s) => `tsp ://admin:${s}@192.0.2.1/cam`,
  (s) => `//admin:${s}@192.0.2.1/cam`,
  (s) => `admin:${s}@192.0.2.1/cam`,
  (s) => `admin:${s}@192.0.2.1/cam.mp4`,
  (s) => `192.0.2.1 admin ${s}`,
  (s) => `http://admin:${s}@192.0.2.1/video.mjpg`,
  (s) => `V2X_CAMERA=rtsp://admin:${s}@192.0.2.1/cam`,
  (s) => `/dev/video0 admin:${s}`,
  (s) => `-i rtsp://admin:${s}@192.0.2.1`,
  (s) => s,
];
const WRAPPINGS = ['#', '"#"', "'#'", ' #', '“#”', '„#“', '# "', '<#>', '(#)'];

const typed = fc
  .record({ secret, form: fc.constantFrom(...FORMS), wrapping: fc.constantFrom(...WRAPPINGS) })
  .map(({ secret, form, wrapping }) => ({ secret, text: wrapping.replace('#', () => form(secret)) }));
const kind = fc.constantFrom('auto', 'rtsp', 'v4l2', 'file', undefined);

/** All that the package says of a camera when it cannot be used. */
async function said(settings: CameraSettings): Promise<string> {
  const words = [shownAddress(settings.address ?? '')];
  try {
    const source = cameraSource(settings);
    words.push(displayAddress(source));
    const { stdin = '', url, secrets } = cameraInput(source, { avformat: 59 });
    // What ffmpeg could repeat on stderr: all that it is given. Films are checked before it gets them.
    const [, file = ''] = /^file '(.*)'$/m.exec(stdin) ?? [];
    if (source.kind !== 'file') words.push(maskSecrets(`[rtsp] cannot open ${file}: ${url}`, secrets));
    if (source.kind === 'rtsp') {
      const { pathname, search } = new URL(source.address);
      words.push(maskSecrets(`method DESCRIBE ${pathname}${search} failed`, secrets));
    }
    if (source.kind === 'file') await recordCamera(source, () => Promise.resolve());
  } catch (error) {
    words.push(String(error), JSON.stringify(error));
  }
  return words.join('\n');
}

/** A part of the secret that stands between characters which could end it somewhere. */
function partsOf(text: string): string[] {
  return text.split(/[^\p{L}\p{N}]/u).filter((part) => part.includes('Zq7') || part.includes('w9X'));
}

describe('whatever is typed as a camera', () => {
  it('no error, log or status repeats a password in it, nor its beginning or end', async () => {
    await fc.assert(
      fc.asyncProperty(typed, kind, async ({ secret, text }, kind) => {
        const words = await said({ address: text, ...(kind === undefined ? {} : { kind }) });
        for (const part of [secret, ...partsOf(secret)])
          assert.ok(!words.includes(part), `${text}\n${words}`);
      }),
      { numRuns: 5000 },
    );
  });

  it('and a film or camera that is meant is named', async () => {
    assert.match(
      await said({ address: '/films/fog-2.mp4' }),
      /Cannot open \/films\/fog-2\.mp4: .*ENOENT.*rtsp:/,
    );
    assert.match(await said({ address: 'rtsp://op:pw@cam:8554/1' }), /^rtsp:\/\/cam:8554$/m);
    assert.match(await said({ address: 'admin:pw@cam/1' }), /neither an RTSP URL.*nor a file/);
  });
});
