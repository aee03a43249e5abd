import { strict as assert } from 'node:assert';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { writeAlertFlow } from '../support/unit/alert-flow';
import { atEnd } from '../support/at-end';
import { fileIn, Unit } from '../support/unit/unit';

const STARTS = 3;

describe('the ready line', () => {
  for (let start = 1; start <= STARTS; start += 1) {
    it(`comes when a writer may drop events (start ${start} of ${STARTS})`, async (t) => {
      const data = await mkdtemp(join(tmpdir(), 'v2x-ready-'));
      atEnd(t, () => rm(data, { recursive: true, force: true }));
      await writeAlertFlow(data);
      const unit = await Unit.start({ V2X_DATA: data });
      atEnd(t, () => unit.stop());
      const event = { id: 'at-once', type: 'fire', clip_hint: false };
      await assert.doesNotReject(writeFile(join(data, 'events', 'at-once.json'), JSON.stringify(event)));
      await fileIn(join(data, 'events', 'done'), /^at-once/);
    });
  }
});
