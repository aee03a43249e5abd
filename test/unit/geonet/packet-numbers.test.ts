import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PacketNumbers } from '../../../nodes/lib/geonet/packet-numbers';

describe('numbers of packets', () => {
  it('differ from one packet to the next, also in one millisecond and where they come round', () => {
    const numbers = new PacketNumbers();
    const given = Array.from({ length: 3 }, () => numbers.next(700_565_218_600));
    assert.deepEqual(
      given,
      [0, 1, 2].map((step) => ((700_565_218_600 % 65_536) + step) % 65_536),
    );
    const last = new PacketNumbers();
    assert.deepEqual([last.next(65_535), last.next(65_535)], [65_535, 0]);
  });

  it('do not come back after a restart while receivers remember them', () => {
    const [before, after] = [new PacketNumbers(), new PacketNumbers()];
    const start = 700_565_218_600;
    before.next(start);
    const [minute, end] = [60_000, start + 600_000];
    const used = new Set(Array.from({ length: 10 }, (_, i) => before.next(i < 5 ? end - minute / 4 : end)));
    for (const later of [20, 1000, 20_000]) assert.ok(!used.has(after.next(end + later)), `${later} ms`);
  });
});
