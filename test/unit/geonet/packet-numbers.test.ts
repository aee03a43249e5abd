import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lifetimeOctet, readLifetime } from '../../../nodes/lib/geonet/lifetime';
import { PacketNumbers } from '../../../nodes/lib/geonet/packet-numbers';

describe('numbers of packets', () => {
  it('differ from one packet to the next, also in one millisecond and where they come round', () => {
    const numbers = new PacketNumbers();
    const given = Array.from({ length: 3 }, () => numbers.next(700_565_218_600));
    assert.deepEqual(
      given,
      [0, 1, 2].map((step) => ((700_565_218_600 % 65_536) + 1 + step) % 65_536),
    );
    const last = new PacketNumbers();
    assert.deepEqual([last.next(65_534), last.next(65_534)], [65_535, 0]);
  });

  it('do not come back after a restart while receivers remember them', () => {
    const [before, after] = [new PacketNumbers(), new PacketNumbers()];
    const start = 700_565_218_600;
    const used = new Set(Array.from({ length: 10 }, () => before.next(start)));
    for (const later of [20, 1000, 20_000]) assert.ok(!used.has(after.next(start + later)), `${later} ms`);
  });
});

describe('the lifetime of a packet', () => {
  it('is rounded down to what its octet can say', () => {
    const said = [0, 0.04, 1, 3.15, 3.2, 60, 63, 64, 600, 6300, 1e6].map((seconds) =>
      readLifetime(lifetimeOctet(seconds)),
    );
    assert.deepEqual(
      said.map((seconds) => Number(seconds.toFixed(2))),
      [0, 0, 1, 3.15, 3, 60, 63, 60, 600, 6300, 6300],
    );
  });
});
