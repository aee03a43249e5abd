import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Alert } from '../../../nodes/lib/alert/alert';
import { parseCodes } from '../../../nodes/lib/j2735/codes';
import { encodeMessage } from '../../../nodes/lib/j2735/frame';
import { messageOf, type Site } from '../../../nodes/lib/j2735/outgoing';
import { PROFILES } from '../../../nodes/lib/j2735/profiles';

const missing = spawnSync('asn1c', ['-h']).error ? 'asn1c is not installed' : false;

const KOREA: Site = {
  kind: 'RSA',
  codes: parseCodes(PROFILES.korea.codes),
  heading: '0001100000000000',
  priority: 7,
  regional: [{ regionId: 4, regExtValue: '0a0b0c' }],
};
const US: Site = { ...KOREA, kind: 'TIM', codes: parseCodes(PROFILES.us.codes) };

const base = { causeCode: 2, subCauseCode: 0, informationQuality: 0, id: 'e', severity: 'high' };
const alert = (type: string, status: Alert['status'] = 'active'): Alert => ({
  ...{ iss: '1001', sub: '1001:12520', iat: 1_795_000_000.25, exp: 1_795_000_060, detected: 1_795_000_000 },
  status,
  event: { ...base, type, lat: 37.3901, lon: 126.6413, distance_m: 500 },
});

describe("Debian's asn1c, with the wire shape in our own words", { skip: missing }, () => {
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'v2x-asn1c-'));
    copyFileSync('test/media/j2735/subset.asn', join(directory, 'subset.asn'));
    const options = { cwd: directory, stdio: 'pipe' as const };
    execFileSync('asn1c', ['-gen-PER', '-fcompound-names', '-pdu=all', 'subset.asn'], options);
    const compile = 'gcc -O0 -w -I. -DASN_PDU_COLLECTION -DPDU=Frame -o converter *.c -lm';
    execFileSync('sh', ['-c', compile], options);
  });

  after(() => rm(directory, { recursive: true }));

  /** What asn1c makes of octets: as XML, or in PER again. */
  const convert = (pdu: string, octets: Buffer, output: '-oxer' | '-oper'): Buffer => {
    const file = join(directory, 'message.bin');
    writeFileSync(file, octets);
    return execFileSync('./converter', ['-p', pdu, '-iper', output, file], { cwd: directory });
  };

  const TYPES = [...KOREA.codes.keys()];
  for (const [site, pdu, id] of [
    [KOREA, 'Warning', 27],
    [US, 'Notices', 31],
  ] as const) {
    it(`reads our ${site.kind} and writes the same octets`, () => {
      for (const type of TYPES)
        for (const status of ['active', 'cancelled'] as const) {
          const octets = encodeMessage(messageOf(alert(type, status), 127, site));
          const frame = convert('Frame', octets, '-oxer').toString();
          assert.match(frame, new RegExp(`<id>${id}</id>`));
          assert.deepEqual(convert('Frame', octets, '-oper'), octets);
          const body = octets.subarray(octets[2] < 0x80 ? 3 : 4);
          assert.deepEqual(convert(pdu, body, '-oper'), body, `${type} ${status}`);
        }
    });
  }

  const fields = (pdu: string, site: Site, status?: Alert['status']) => {
    const octets = encodeMessage(messageOf(alert('rollover', status), 5, site));
    const body = octets.subarray(octets[2] < 0x80 ? 3 : 4);
    return convert(pdu, body, '-oxer').toString().replaceAll(/\s+/g, '');
  };

  it('finds in our RSA what the alert says', () => {
    const xml = fields('Warning', KOREA);
    for (const field of [
      '<count>5</count><minute>462906</minute><event>513</event><more><Code>554</Code></more>',
      '<urgency>E0</urgency><headings>0001100000000000</headings><reach><r5/></reach>',
      '<year>2026</year><month>11</month><day>18</day><hour>11</hour><minute>6</minute><ms>40250</ms>',
      '<lon>1266413000</lon><lat>373901000</lat>',
      '<further>30E8</further>',
      '<id>4</id><value>0A0B0C</value>',
    ])
      assert.ok(xml.includes(field), `${field} in ${xml}`);
    assert.ok(fields('Warning', KOREA, 'cancelled').includes('<event>638</event><urgency>'));
  });

  it('finds in our TIM what the alert says', () => {
    const xml = fields('Notices', US);
    for (const field of [
      '<count>5</count><minute>462906</minute><packet>000003E930E8000000</packet>',
      '<year>2026</year><start>462906</start><duration>2</duration><urgency>7</urgency>',
      '<centre><lat>373901000</lat><lon>1266413000</lon></centre><radius>500</radius><unit><d3/></unit>',
      '<code>554</code></item></Advice><Advice><item><code>513</code>',
    ])
      assert.ok(xml.includes(field), `${field} in ${xml}`);
    assert.ok(fields('Notices', US, 'cancelled').includes('<duration>0</duration>'));
  });
});
