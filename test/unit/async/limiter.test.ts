import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Limiter } from '../../../nodes/lib/async/limiter';
import { settle } from '../../support/fake-clock';

describe('Limiter', () => {
  it('lets so many in, and the others in order, also after a failure', async () => {
    const limiter = new Limiter(2);
    const begun: string[] = [];
    const ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
    const enter = (name: string) =>
      limiter.run(
        () =>
          new Promise<void>((resolve, reject) => {
            begun.push(name);
            ends.set(name, { resolve, reject });
          }),
      );
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(enter);
    await settle();
    assert.deepEqual(begun, ['a', 'b']);

    ends.get('b')?.reject(new Error('broken'));
    await assert.rejects(b, /broken/);
    await settle();
    assert.deepEqual(begun, ['a', 'b', 'c']);

    ends.get('a')?.resolve();
    ends.get('c')?.resolve();
    await settle();
    ends.get('d')?.resolve();
    await Promise.all([a, c, d]);
    assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
  });
});
