import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { cameraInput } from '../../../nodes/lib/camera/input';
import { cameraSource, displayAddress } from '../../../nodes/lib/camera/source';

describe('cameraSource', () => {
  it('tells the kind from the address', () => {
    assert.equal(cameraSource({ address: '' }).kind, 'synthetic');
    assert.equal(cameraSource({ address: 'rtsp://10.0.0.5/stream1' }).kind, 'rtsp');
    assert.equal(cameraSource({ address: 'RTSPS://cam/1' }).kind, 'rtsp');
    assert.equal(cameraSource({ address: '/dev/video0' }).kind, 'v4l2');
    assert.equal(cameraSource({ address: '/dev/v4l/by-id/usb-cam_1-index0' }).kind, 'v4l2');
    assert.deepEqual(cameraSource({ address: '0' }), { kind: 'v4l2', address: '/dev/video0', audio: 'aac' });
    assert.equal(cameraSource({ kind: 'v4l2', address: '12' }).address, '/dev/video12');
    assert.equal(cameraSource({ kind: 'file', address: '0' }).address, resolve('0'));
    assert.deepEqual(cameraSource({ address: 'films/a.mp4' }), {
      kind: 'file',
      address: resolve('films/a.mp4'),
      audio: 'aac',
    });
  });

  it('takes user and password out of the address, decoded; settings beside it win', () => {
    const source = cameraSource({ address: 'rtsp://op:p%40ss%3Aw@cam:8554/a?b=1' });
    assert.equal(source.address, 'rtsp://cam:8554/a?b=1');
    assert.equal(source.user, 'op');
    assert.equal(source.password, 'p@ss:w');
    assert.equal(displayAddress(source), 'rtsp://cam:8554');
    assert.equal(cameraSource({ address: 'rtsp://a:b@cam/1', password: 'c' }).password, 'c');
    assert.equal(cameraSource({ address: 'rtsp://op:100%@cam/1' }).password, '100%');
  });

  it('drops a fragment, in which an old ffmpeg would look for the host', () => {
    assert.equal(cameraSource({ address: 'rtsp://op:pw@cam:554#thief/1' }).address, 'rtsp://cam:554');
  });

  const hostile = {
    'an option of ffmpeg': { address: '-f' },
    'another protocol': { address: 'http://10.0.0.5/video.m3u8' },
    'a protocol of ffmpeg': { address: 'concat:/etc/passwd|/etc/shadow' },
    'a playlist entry behind a line break': { address: "films/a.mp4\nfile '/etc/shadow'" },
    'a file beyond the devices': { kind: 'v4l2', address: '/dev/../etc/passwd' },
    'a device that is an option': { kind: 'v4l2', address: '-i' },
    'an RTSP camera without host': { kind: 'rtsp', address: 'rtsp:///stream' },
    'a file as RTSP camera': { kind: 'rtsp', address: 'file:///etc/passwd' },
    'an empty file': { kind: 'file', address: '' },
    'a hostile second address': { address: 'rtsp://cam/1', detectionAddress: 'file:///etc/passwd' },
  } as const;
  for (const [what, settings] of Object.entries(hostile)) {
    it(`refuses ${what}`, () => {
      assert.throws(() => cameraSource(settings), { code: 'camera' });
    });
  }

  it('takes an address out of the quotes and blanks around it', () => {
    for (const around of [
      '"#"',
      "'#'",
      ' # ',
      '“#”',
      '„#“',
      '«#»',
      ' "#" ',
      '\u00a0#\u200b',
      '\' "#"\'',
      '"#',
    ]) {
      const typed = (address: string) => around.replace('#', address);
      const source = cameraSource({
        address: typed('rtsp://op:pw@cam/1'),
        detectionAddress: typed('rtsp://cam/2'),
      });
      assert.deepEqual(
        source,
        cameraSource({ address: 'rtsp://op:pw@cam/1', detectionAddress: 'rtsp://cam/2' }),
        around,
      );
      assert.equal(cameraSource({ address: typed('/dev/video0') }).kind, 'v4l2');
      assert.equal(cameraSource({ address: typed('') }).kind, 'synthetic');
    }
  });

  const passwords = {
    '100%@home': '100%@home',
    '100%25%40home': '100%@home',
    'p@ss@': 'p@ss@',
    'a:b:c': 'a:b:c',
    '%zz%4': '%zz%4',
    '%e9t%C3%A9': '%e9té',
    'blank in it': 'blank in it',
    'a%2Fb%3Fc%23d': 'a/b?c#d',
    비밀번호: '비밀번호',
    '[x]"\'<>': '[x]"\'<>',
  };
  for (const [typed, meant] of Object.entries(passwords)) {
    it(`understands the password ${typed} in a URL`, () => {
      const source = cameraSource({ address: `rtsp://admin:${typed}@192.0.2.1:554/cam?x=1` });
      assert.deepEqual([source.user, source.password], ['admin', meant]);
      assert.equal(source.address, 'rtsp://192.0.2.1:554/cam?x=1');
    });
  }

  for (const password of ['a/b', 'a?b', 'a#b', '1/2', '1#2', '12?', '#', '/', 'a/b@c', 'a@b/c']) {
    it(`says how to write the password ${password} in a URL`, () => {
      assert.throws(() => cameraSource({ address: `rtsp://admin:${password}@cam/1` }), {
        code: 'camera',
        message: /write \/ as %2F, \? as %3F and # as %23, or enter it in the password field/,
      });
    });
  }

  it('does not repeat a refused address, which may hold a password', () => {
    assert.throws(
      () => cameraSource({ address: 'http://op:secret@cam/1' }),
      (error: Error) => !error.message.includes('secret'),
    );
  });
});

describe('cameraInput', () => {
  it('gives an RTSP address with its password through stdin only', () => {
    const source = cameraSource({ address: "rtsp://cam/it's", user: 'op', password: 'p@s/s:' });
    const { url, options, stdin, secrets } = cameraInput(source, { avformat: 59 });
    assert.equal(url, 'pipe:0');
    assert.ok(![url, ...options].some((word) => word.includes('cam')));
    assert.equal(
      stdin,
      "ffconcat version 1.0\nfile 'rtsp://op:p%40s%2Fs%3A@cam/it'\\''s'\noption rtsp_transport tcp+udp\noption rtsp_flags prefer_tcp\noption timeout 5000000\n",
    );
    assert.deepEqual(secrets, ['p@s/s:']);
  });

  it('asks an ffmpeg before 5 for TCP in the address, since its lists take no options', () => {
    const input = (address: string) =>
      cameraInput(cameraSource({ address: address }), { avformat: 58 }).stdin;
    assert.equal(input('rtsp://cam/1'), "ffconcat version 1.0\nfile 'rtsp://cam/1?tcp'\n");
    assert.equal(input('rtsp://cam/1?a=b'), "ffconcat version 1.0\nfile 'rtsp://cam/1?a=b&tcp'\n");
  });

  it('opens the second stream for detection, with the same user', () => {
    const source = cameraSource({ address: 'rtsp://op:pw@cam/1', detectionAddress: 'rtsp://cam/2' });
    assert.match(cameraInput(source, { avformat: 59, detection: true }).stdin ?? '', /rtsp:\/\/op:pw@cam\/2/);
  });

  it('plays a file in real time for ever, and lets it open nothing but files', () => {
    const { url, options } = cameraInput(cameraSource({ address: '/films/a b.mp4' }), { avformat: 59 });
    assert.equal(url, 'file:/films/a b.mp4');
    assert.deepEqual(options, ['-protocol_whitelist', 'file', '-re', '-stream_loop', '-1']);
  });

  it('opens a device with wishes that no driver refuses', () => {
    const { url, options } = cameraInput(cameraSource({ address: '/dev/video0' }), { avformat: 59 });
    assert.equal(url, '/dev/video0');
    assert.deepEqual(options, ['-f', 'v4l2', '-framerate', '15', '-video_size', '1280x720']);
  });
});
