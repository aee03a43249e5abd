import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readFault } from '../../../../nodes/lib/clip/join/source-file';
import { codeOf } from '../../../../nodes/lib/errors';

const PART = { name: 'seg_1000.mp4', path: '/segments/seg_1000.mp4', shift: 0 };

function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: ${syscall}`), { code, syscall });
}

describe('readFault', () => {
  it('blames the segment that the disk cannot read', () => {
    const fault = readFault(systemError('EIO', 'read'), PART);
    assert.equal(codeOf(fault), 'segment');
    assert.deepEqual((fault as { details?: unknown }).details, { segment: PART.name });
  });

  it('leaves other errors as they are: of writing, and of what passes', () => {
    for (const error of [systemError('EIO', 'write'), systemError('EMFILE', 'open'), new Error('other')])
      assert.equal(readFault(error, PART), error);
  });
});
