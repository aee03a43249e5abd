import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromPlain, mayWorkLater, problemOf, remedyOf, toPlain, V2xError } from '../../nodes/lib/errors';

describe('V2xError', () => {
  const error = new V2xError('ffmpeg', 'ffmpeg is missing', { tool: 'ffmpeg' }, { remedy: 'install it' });

  it('ends its message with the remedy, and has both apart', () => {
    assert.equal(error.message, 'ffmpeg is missing; install it');
    assert.equal(problemOf(error), 'ffmpeg is missing');
    assert.equal(remedyOf(error), 'install it');
    assert.equal(remedyOf(new Error('x')), undefined);
  });

  it('is the same after it has crossed to another thread', () => {
    const later = new V2xError('in-use', 'the camera is in use', {}, { retry: 'later' });
    for (const sent of [error, later]) {
      const back = fromPlain(structuredClone(toPlain(sent)), 'worker');
      const { message, code, details, remedy, retry } = sent;
      assert.deepEqual(
        {
          message: back.message,
          code: back.code,
          details: back.details,
          remedy: back.remedy,
          retry: back.retry,
        },
        { message, code, details, remedy, retry },
      );
    }
  });

  it("keeps the system's code on its way, and gets one of ours where it has none", () => {
    assert.equal(fromPlain(toPlain(Object.assign(new Error('x'), { code: 'ENOENT' })), 'cut').code, 'ENOENT');
    assert.equal(fromPlain(toPlain(new TypeError('x')), 'cut').code, 'cut');
  });
});

describe('mayWorkLater', () => {
  it('knows what passes by itself', () => {
    const system = (code: string) => Object.assign(new Error(code), { code });
    assert.ok(mayWorkLater(new V2xError('closed', 'closing', {}, { retry: 'later' })));
    for (const code of ['ENOSPC', 'EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'])
      assert.ok(mayWorkLater(system(code)));
    for (const error of [system('EACCES'), new V2xError('event', 'no event'), new Error('x')])
      assert.ok(!mayWorkLater(error));
  });
});
