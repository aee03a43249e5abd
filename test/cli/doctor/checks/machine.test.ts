import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeClock } from '../../../../cli/doctor/checks/clock';
import { judgeAccess } from '../../../../cli/doctor/checks/editor';
import { namesListed } from '../../../../cli/doctor/checks/ffmpeg';
import { judgeVersions } from '../../../../cli/doctor/checks/versions';

describe('versions', () => {
  const own = '0.1.0';
  const cases = [
    [{ node: '20.19.0', red: '4.1.0', own }, 'ok', undefined],
    [{ node: '22.9.0', red: '5.0.7', own }, 'ok', undefined],
    [{ node: '18.20.4', red: '4.1.0', own }, 'problem', /Node\.js 20\.19/],
    [{ node: '20.9.0', red: '4.1.0', own }, 'problem', /Node\.js 20\.19/],
    [{ node: '20.20.2', red: '4.0.9', own }, 'problem', /node-red@4/],
    [{ node: '20.20.2', red: '5.0.7', own }, 'problem', /Node-RED 5 needs/],
  ] as const;
  for (const [versions, level, remedy] of cases) {
    it(`${versions.red} on ${versions.node}: ${level}`, () => {
      const found = judgeVersions(versions);
      assert.equal(found.level, level);
      if (remedy) assert.match(found.remedy ?? '', remedy);
    });
  }
});

describe("ffmpeg's lists", () => {
  it('of formats, of version 5 and of version 7 with its flag for devices', () => {
    const five =
      ' D. = Demuxing supported\n --\n DE mp4             MP4\n D  mov,mp4,m4a     QuickTime\n  E segment         x\n';
    const seven =
      ' D.. = Demuxing supported\n ..d = Is a device\n ---\n D d lavfi           Libavfilter\n DEd alsa            x\n';
    for (const name of ['mov', 'm4a', 'mp4', 'segment']) assert.ok(namesListed(five).has(name), name);
    for (const name of ['lavfi', 'alsa']) assert.ok(namesListed(seven).has(name), name);
  });

  it('of codecs and of protocols', () => {
    const codecs = ' ------\n V....D libx264              H.264\n A....D aac                  AAC\n';
    assert.ok(namesListed(codecs).has('libx264') && namesListed(codecs).has('aac'));
    assert.ok(namesListed('Supported file protocols:\nInput:\n  async\n  udp\n').has('udp'));
    assert.ok(!namesListed(codecs).has('hevc'));
  });
});

describe('the clock', () => {
  const chrony = (leap: string) =>
    `Reference ID    : C0000201\nSystem time     : 0.000012345 seconds slow of NTP time\nLeap status     : ${leap}\n`;
  const cases = [
    ['yes\n', undefined, 'ok', /synchronised/],
    ['no\n', undefined, 'problem', /not synchronised/],
    [undefined, chrony('Normal'), 'ok', /chrony, 0\.0 ms slow/],
    [undefined, chrony('Not synchronised'), 'problem', /not synchronised/],
    ['no\n', chrony('Normal'), 'ok', /chrony/],
    [undefined, undefined, 'warning', /unknown/],
  ] as const;
  for (const [systemd, tracking, level, text] of cases) {
    it(`systemd says ${systemd?.trim()}, chrony ${tracking?.split(': ').at(-1)?.trim()}: ${level}`, () => {
      const found = judgeClock(systemd, tracking);
      assert.equal(found.level, level);
      assert.match(found.text, text);
    });
  }
});

describe('who may open the editor', () => {
  const adminAuth = { type: 'credentials' };
  const cases = [
    [{}, 'ok', /127\.0\.0\.1 only.*no password/],
    [{ adminAuth }, 'ok', /asks for a password/],
    [{ uiHost: '0.0.0.0' }, 'problem', /0\.0\.0\.0 and asks for no password/],
    [{ uiHost: '' }, 'problem', /no password/],
    [{ uiHost: '0.0.0.0', adminAuth }, 'warning', /without https/],
    [{ uiHost: '0.0.0.0', adminAuth, https: {} }, 'ok', /https/],
  ] as const;
  for (const [settings, level, text] of cases) {
    it(`${JSON.stringify(settings)}: ${level}`, () => {
      const found = judgeAccess(settings);
      assert.equal(found.level, level);
      assert.match(found.text, text);
    });
  }
});
