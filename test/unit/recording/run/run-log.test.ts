import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunLogReader } from '../../../../nodes/lib/recording/run/run-log';

describe('RunLogReader', () => {
  it('reads the segment list and the frame log, and passes over the rest', () => {
    const log = new RunLogReader();
    const read = (line: string) => log.read(line);
    assert.equal(read('#software: Lavf59.27.100'), undefined);
    assert.equal(read('#tb 0: 1/90000'), undefined);
    assert.deepEqual(read('0,     180000,     270000,     3600,     1323, 0x0b772b8c, F=0x0'), {
      kind: 'frame',
      times: { dts: 2, pts: 3 },
      isKey: false,
    });
    const unstamped = '0,      -7200, -9223372036854775808,     3600,     1323, 0x0b772b8c';
    assert.deepEqual(read(unstamped), { kind: 'frame', times: undefined, isKey: true });
    assert.deepEqual(read('000012.mp4,10.020000,20.040000'), {
      kind: 'segment',
      file: '000012.mp4',
      start: 10.02,
      end: 20.04,
    });
    assert.equal(read('../etc/passwd,1,2'), undefined);
  });

  it('tells sound from pictures, whichever begins first, and their time bases too', () => {
    for (const kinds of [
      ['audio', 'video'],
      ['video', 'audio'],
    ]) {
      const log = new RunLogReader();
      for (const kind of kinds) {
        log.read(`#tb 0: 1/${kind === 'video' ? 90000 : 8000}`);
        log.read(`#media_type 0: ${kind}`);
      }
      assert.deepEqual(log.read('0,       1024,       1024,     1024,      160, 5e8d0a2b'), {
        kind: 'sound',
      });
      const times = { dts: 1, pts: 1 };
      const line = '0, 90000, 90000, 3600, 13, 0x0b772b8c, F=0x1, S=1, 4, 0x00020002';
      assert.deepEqual(log.read(line), { kind: 'frame', times, isKey: true });
    }
  });
});
