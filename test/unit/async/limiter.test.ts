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

  describe('with a signal', () => {
    function occupied() {
      const limiter = new Limiter(1);
      const begun: string[] = [];
      let free: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (free = resolve));
      const first = limiter.run(() => held);
      const enter = (name: string, signal?: AbortSignal) =>
        limiter.run(() => {
          begun.push(name);
          return Promise.resolve();
        }, signal);
      const end = async () => {
        free();
        await first;
      };
      return { begun, held, enter, end };
    }

    it('lets an aborted task leave the queue at once, and the others keep their order', async () => {
      const { begun, enter, end } = occupied();
      const stop = new AbortController();
      const before = enter('before');
      const aborted = enter('aborted', stop.signal);
      const after = enter('after', new AbortController().signal);

      const left = assert.rejects(aborted, /cancelled/);
      stop.abort(new Error('cancelled'));
      await left;
      assert.deepEqual(begun, []);

      await Promise.all([end(), before, after, enter('later')]);
      assert.deepEqual(begun, ['before', 'after', 'later']);
    });

    it('never begins work that is aborted beforehand, whether a place is free or not', async () => {
      const { begun, enter, end } = occupied();
      const aborted = AbortSignal.abort(new Error('cancelled'));
      await assert.rejects(enter('no place', aborted), /cancelled/);
      await end();
      await assert.rejects(enter('a place', aborted), /cancelled/);

      await enter('later');
      assert.deepEqual(begun, ['later']);
    });

    it('passes the place on when a task is aborted just as its turn comes', async () => {
      const { begun, held, enter, end } = occupied();
      const stop = new AbortController();
      const aborted = assert.rejects(enter('aborted', stop.signal), /cancelled/);
      const after = enter('after');
      // Runs after the limiter has passed the place on and before the task that gets it goes on.
      const aborting = held.then(() => {
        stop.abort(new Error('cancelled'));
      });

      await Promise.all([end(), aborting, aborted, after]);
      assert.deepEqual(begun, ['after']);
    });
  });
});
