import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { videoDevices } from '../../../nodes/lib/camera/video-devices';
import { temporaryDirectory } from '../../support/flow';

describe('videoDevices', () => {
  it('names the devices that give pictures, in order', async (t) => {
    const directory = await temporaryDirectory(t);
    const device = async (name: string, files: Readonly<Record<string, string>>) => {
      await mkdir(join(directory, name));
      for (const [file, text] of Object.entries(files)) await writeFile(join(directory, name, file), text);
    };
    await device('video10', { name: 'Capture card\n', index: '0\n' });
    await device('video2', { name: 'USB camera: USB camera\n', index: '0\n' });
    await device('video3', { name: 'USB camera: USB camera\n', index: '1\n' });
    await device('vbi0', { name: 'Capture card\n', index: '0\n' });
    assert.deepEqual(await videoDevices(directory), [
      { path: '/dev/video2', name: 'USB camera: USB camera' },
      { path: '/dev/video10', name: 'Capture card' },
    ]);
  });

  it('finds none where the kernel knows none', async () => {
    assert.deepEqual(await videoDevices('/nowhere'), []);
  });
});
