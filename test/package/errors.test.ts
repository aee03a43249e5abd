import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CODES } from '../../nodes/lib/errors';

describe('error codes', () => {
  const page = readFileSync('docs/errors.md', 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` /gm)].map(([, code]) => code);

  it('are all explained in docs/errors.md, and nothing else is', () => {
    assert.deepEqual([...new Set(rows)].sort(), [...CODES].sort());
  });
});
