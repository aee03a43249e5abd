import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FRAMINGS } from '../../../nodes/lib/denm/choices';
import { decodeFrame } from '../../../nodes/lib/denm/framing';
import { fateOf, framed, fuzzFrames, SEEDS } from './fuzz-frames';
import { FULL } from './full';

/** A slice; `npm run bench:fuzz` does a million. */
const RUNS = 5000;

describe('bytes from anybody', () => {
  it('of each message, with each bit flipped, are read or refused by name', () => {
    const fates = new Set<string>();
    for (const seed of SEEDS)
      for (let bit = 0; bit < seed.length * 8; bit += 1) {
        const flipped = Buffer.from(seed);
        flipped[bit >> 3] ^= 0x80 >> (bit & 7);
        fates.add(fateOf(flipped));
      }
    for (const fate of ['read', 'malformed', 'other-message', 'expired', 'claims'])
      assert.ok(fates.has(fate), `none was ${fate}: ${[...fates].join(', ')}`);
  });

  it('of each message, cut anywhere, are refused', () => {
    for (const seed of SEEDS)
      for (let length = 0; length < seed.length; length += 1)
        assert.notEqual(fateOf(seed.subarray(0, length)), 'read', `${length} of ${seed.toString('hex')}`);
  });

  it('with more behind a message are refused, and behind a packet that says its length ignored', () => {
    for (const framing of FRAMINGS) {
      const longer = Buffer.concat([framed(framing, FULL), Buffer.alloc(20)]);
      const fate = framing === 'geonetworking' ? 'read' : 'malformed';
      assert.equal(fateOf(longer), fate);
    }
  });

  it('made up or changed at random do no harm', async (t) => {
    const { runs, outcomes } = await fuzzFrames(RUNS, 60);
    t.diagnostic(JSON.stringify(outcomes));
    assert.equal(runs, RUNS);
    for (const outcome of ['read', 'malformed', 'other-message']) assert.ok(outcomes[outcome] > 0, outcome);
  });

  it('that promise as much as can be promised take no millisecond', () => {
    // Every length as long, every optional field there, every extension: 2,000 bytes of ones behind a header.
    for (const fill of [0xff, 0x00, 0xaa, 0x55, 0x80, 0x7f]) {
      const bytes = Buffer.concat([Buffer.from('0201000003e9', 'hex'), Buffer.alloc(2000, fill)]);
      fateOf(bytes);
      const milliseconds = cpuMilliseconds(() => {
        for (let run = 0; run < 100; run += 1) fateOf(bytes);
      });
      assert.ok(milliseconds < 100, `${milliseconds} ms of CPU for 100`);
    }
  });

  it('of the longest message take no millisecond', () => {
    const longest = SEEDS.reduce((long, seed) => (seed.length > long.length ? seed : long));
    fateOf(longest);
    const milliseconds = cpuMilliseconds(() => {
      for (let run = 0; run < 100; run += 1) decodeFrame(longest);
    });
    assert.ok(milliseconds < 100, `${milliseconds} ms of CPU for 100 of ${longest.length} bytes`);
  });
});

/** Of the processor, so that a busy machine makes no difference. */
function cpuMilliseconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
