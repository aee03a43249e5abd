import assert from 'node:assert/strict';
import { describe as suite, it } from 'node:test';
import { describe, duration, findings, size } from '../../../cli/doctor/finding';

suite('a finding', () => {
  it('is one line: level, subject, what, and what to do', () => {
    const { ok, problem } = findings('disk');
    assert.equal(describe(ok('80 GB free')), 'ok       disk        80 GB free');
    assert.equal(
      describe(problem('full', 'free disk space')),
      'problem  disk        full -> free disk space',
    );
  });

  it('never steers the terminal', () => {
    const { warning } = findings('events');
    assert.equal(describe(warning('a\u001b[2J\nb', 'c\rd')), 'warning  events      a?[2J?b -> c?d');
  });

  it('tells times and sizes as people do', () => {
    assert.deepEqual([0.4, 119, 600, 7200, 86_400 * 3].map(duration), [
      '0 s',
      '119 s',
      '10 min',
      '2 h',
      '3 days',
    ]);
    assert.deepEqual([1.5e6, 150e6, 1.1e9, 80e9].map(size), ['1.5 MB', '150 MB', '1.1 GB', '80 GB']);
  });
});
