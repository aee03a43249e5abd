import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LineSplitter, maskSecrets, StderrTail } from '../../../nodes/lib/ffmpeg/stderr';

describe('maskSecrets', () => {
  it('hides the user part of URLs and given words, also percent-encoded', () => {
    assert.equal(maskSecrets('cannot open rtsp://op:secret@cam/1'), 'cannot open rtsp://***');
    assert.equal(maskSecrets('rtsp://op:se/cret@cam/1: no'), 'rtsp://*** no');
    assert.equal(maskSecrets("'rtsp://cam:554/user=a_password=b'"), "'rtsp://cam:554/***");
    assert.equal(maskSecrets('to rtsp://[::1]:554'), 'to rtsp://[::1]:554');
    assert.equal(maskSecrets('auth p@ss, p%40ss', ['p@ss']), 'auth ***, ***');
    assert.equal(maskSecrets('rtsp://cam/1?mail=a@b', ['']), 'rtsp://***');
  });
});

describe('LineSplitter', () => {
  it('joins chunks into lines, ends at carriage returns too, and cuts endless lines', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (const chunk of ['on', 'e\ntwo\rth', 'ree', '\r\n', 'x'.repeat(10_000), 'y\nlast'])
      splitter.push(chunk);
    splitter.end();
    assert.deepEqual(
      lines.map((line) => line.slice(0, 5)),
      ['one', 'two', 'three', 'xxxxx', 'last'],
    );
    assert.ok(Math.max(...lines.map(({ length }) => length)) <= 500);
  });
});

describe('StderrTail', () => {
  it('keeps the last different lines that mean something, the same text for the same failure', () => {
    const tail = new StderrTail();
    const unset = '[framecrc @ 0x77f2] Timestamps are unset in a packet for stream 0. This is deprecated';
    for (const line of [
      '[rtsp @ 0x55d0] refused',
      '[rtsp @ 0x66e1] refused',
      '',
      unset,
      '[framecrc @ 0x77f2] Invalid DTS: 9 PTS: 8 in output stream 0:0, replacing by guess',
      'Conversion failed!',
    ])
      tail.add(line);
    assert.equal(tail.toString(), '[rtsp] refused');
    for (let number = 0; number < 100; number++) tail.add(`line ${number}`);
    assert.equal(tail.toString(), 'line 96; line 97; line 98; line 99');
  });
});
