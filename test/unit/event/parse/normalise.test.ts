import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseEvent } from '../../../../nodes/lib/event/parse/parse';

/** 2026-11-28T06:00:00Z, which is 15:00 in Seoul. */
const WRITTEN = 1_795_845_600;
const seoul = { name: 'Asia/Seoul', offset: () => 540 };
const utc = { name: 'UTC', offset: () => 0 };

function read(content: string | Uint8Array, zone = seoul) {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return parseEvent(bytes, { file: 'x.json', id: 'x', ts: WRITTEN, zone });
}

/** What is in the event beside the defaults. */
function meant(content: string | Uint8Array) {
  const { event, notes } = read(content);
  const { id, ts, type, action, severity, distance_m, clip_hint, ...more } = event;
  assert.equal(type, 'fire');
  const defaults = {
    id: 'x',
    ts: WRITTEN,
    action: 'new',
    severity: 'high',
    distance_m: 500,
    clip_hint: true,
  };
  const given = Object.entries({ id, ts, action, severity, distance_m, clip_hint });
  const changed = given.filter(([name, value]) => value !== defaults[name as keyof typeof defaults]);
  return { ...Object.fromEntries(changed), ...more, notes: notes.map(({ property }) => property).join() };
}

const fire = '{"type": "fire", "road": "국도 1호선"}';
const bigEndian = (text: string) => Buffer.from(text, 'utf16le').swap16();

describe('the text of an event file', () => {
  const files: [what: string, content: string | Uint8Array][] = [
    ['a byte order mark', `\ufeff${fire}`],
    ['a byte order mark and white space', `\r\n \ufeff \n${fire}\r\n`],
    ['UTF-16, little endian', Buffer.from(`\ufeff${fire}`, 'utf16le')],
    ['UTF-16, big endian', bigEndian(`\ufeff${fire}`)],
    ['UTF-16 without a mark', Buffer.from(fire, 'utf16le')],
    ['UTF-16, big endian, without a mark', bigEndian(fire)],
    ['zeros at the end', `${fire}\0\0\0\0`],
    ['Ctrl-Z at the end', `${fire}\r\n\x1a`],
  ];
  for (const [what, content] of files) {
    it(`is read with ${what}`, () => {
      assert.deepEqual(meant(content), { road: '국도 1호선', notes: '' });
    });
  }

  const slips: [what: string, content: string, event: object][] = [
    ['a comma behind the last value', '{"type": "fire", "road": "A1",}', { road: 'A1', notes: '' }],
    ['NaN', '{"type": "fire", "lat": NaN, "lon": -Infinity}', { notes: 'lat,lon,' }],
    ['a missing value', '{"type": "fire", "lat": , "lon":}', { notes: 'lat,lon,' }],
    [
      'words of Python',
      '{"type": "fire", "clip_hint": False, "ts": None}',
      { clip_hint: false, notes: 'ts,' },
    ],
    [
      'single quotes, as Python prints a dict',
      `{'type': 'fire', 'road': "King's", 'camera': 'a "b" it\\'s', 'clip_hint': False}`,
      { road: "King's", camera: `a "b" it's`, clip_hint: false, notes: '' },
    ],
    ['a list around it', '[{"type": "fire", "road": "A1"}]', { road: 'A1', notes: '' }],
    ['a line break in a string', '{"type": "fire", "road": "A\n1"}', { road: 'A 1', notes: 'road,' }],
    ['a single backslash', '{"type": "fire", "camera": "C:\\cam"}', { camera: 'C:\\cam', notes: '' }],
    ['a key twice', '{"type": "fire", "road": "A1", "ro\\u0061d": "A2"}', { road: 'A2', notes: '' }],
    ['a number beyond double precision', '{"type": "fire", "lat": 1e999, "lon": 1}', { notes: 'lat,lon' }],
  ];
  for (const [what, content, event] of slips) {
    it(`is read with ${what}, with a note`, () => {
      assert.deepEqual(meant(content), event);
      assert.ok(read(content).notes.length > 0);
    });
  }

  it('costs only the property that has bytes of another encoding', () => {
    const latin = Buffer.from('{"type": "fire",\n"road": "Stra\xdfe", "lat": 1, "lon": 2}', 'latin1');

    assert.deepEqual(meant(latin), { lat: 1, lon: 2, notes: 'road' });
    assert.match(read(latin).notes[0].text, /"road" contains bytes that are not UTF-8; it is left out/);
  });

  it('leaves alone what only looks like a slip, within strings', () => {
    const road = 'None, NaN: ,] ,} True';
    assert.deepEqual(meant(JSON.stringify({ type: 'fire', road })), { road, notes: '' });
    assert.equal(meant(`{"type": "fire", "road": "${road}",}`).road, road);
  });
});

describe('normalise', () => {
  const files: [what: string, properties: string, event: object][] = [
    ['null for nothing', '"lat": null, "lon": null, "severity": null', { notes: 'severity,lat,lon' }],
    ['half a place', '"lat": 37.5', { notes: 'lat' }],
    ['a place out of range', '"lat": 91, "lon": 0', { notes: 'lat,lon' }],
    ['a place as text', '"lat": "37.5", "lon": " 127,25 "', { lat: 37.5, lon: 127.25, notes: 'lat,lon' }],
    ['an object', '"lat": {"deg": 37}, "lon": [1], "id": {}', { notes: 'lat,lon,id' }],
    ['a distance with its unit', '"distance_m": "800m"', { distance_m: 800, notes: 'distance_m' }],
    ['a distance in kilometres', '"distance_m": "1.5 km"', { distance_m: 1500, notes: 'distance_m' }],
    ['a distance below zero', '"distance_m": -1', { notes: 'distance_m' }],
    ['per cent', '"confidence": 87', { confidence: 0.87, notes: 'confidence' }],
    ['per cent as text', '"confidence": "87 %"', { confidence: 0.87, notes: 'confidence' }],
    ['a share above one', '"confidence": 1.02', { notes: 'confidence' }],
    ['a flag as text', '"clip_hint": "False"', { clip_hint: false, notes: 'clip_hint' }],
    ['a flag as number', '"clip_hint": 1', { notes: 'clip_hint' }],
    ['a flag that is none', '"clip_hint": "perhaps"', { notes: 'clip_hint' }],
    ['a severity in another case', '"severity": " LOW "', { severity: 'low', notes: 'severity' }],
    ['an action in another case', '"action": "Update"', { action: 'update', notes: 'action' }],
    ['another word for cancel', '"action": "cancelled"', { action: 'cancel', notes: 'action' }],
    ['one more word for cancel', '"action": "Undo"', { action: 'cancel', notes: 'action' }],
    ['a Korean word for cancel', '"action": "해제"', { action: 'cancel', notes: 'action' }],
    ['an unknown action, as a warning', '"action": "trigger"', { notes: 'action' }],
    ['the time of a clock that was not set', '"ts": 0', { notes: 'ts' }],
    ['the time since a start', '"ts": "12345.6"', { notes: 'ts' }],
    ['a number as id', '"id": 17', { id: '17', notes: 'id' }],
    ['a road with a line break', '"road": "A\\n1"', { road: 'A 1', notes: 'road' }],
    ['a road that is too long', `"road": "${'x'.repeat(65)}"`, { notes: 'road' }],
    ['a time in milliseconds', '"ts": 1795845601500', { ts: 1_795_845_601.5, notes: 'ts' }],
    ['a time in microseconds, as text', '"ts": "1795845601500000"', { ts: 1_795_845_601.5, notes: 'ts' }],
    ['a time in nanoseconds', '"ts": 1795845601500000000', { ts: 1_795_845_601.5, notes: 'ts' }],
    ['a time with a zone', '"ts": "2026-11-28T15:00:01.5+09:00"', { ts: 1_795_845_601.5, notes: 'ts' }],
    ['a time in UTC', '"ts": "2026-11-28 06:00:01Z"', { ts: 1_795_845_601, notes: 'ts' }],
    ['a time in the basic form', '"ts": "20261128T060001Z"', { ts: 1_795_845_601, notes: 'ts' }],
    ['no text as time', '"ts": ""', { notes: 'ts' }],
    ['a day that does not exist', '"ts": "2026-11-31T06:00:01Z"', { notes: 'ts' }],
    [
      'nothing to mend',
      '"ts": "1795845601.5", "lane": {"a": 1}',
      { ts: 1_795_845_601.5, lane: { a: 1 }, notes: '' },
    ],
  ];
  for (const [what, properties, event] of files) {
    it(`reads ${what}`, () => {
      assert.deepEqual(meant(`{"type": "fire", ${properties}}`), event);
    });
  }

  it('reads types in another case, with blanks, and in other words', () => {
    const types = [' Collision ', 'FIRE', 'Car Crash', 'Tunnel-2', '사고', 'x'.repeat(400), 'fire/smoke #2!'];
    assert.deepEqual(
      types.map((type) => read(JSON.stringify({ type })).event.type),
      ['collision', 'fire', 'Car-Crash', 'Tunnel-2', 'unknown', 'unknown', 'unknown'],
    );
  });

  it('makes one id of a text each time, and another of another', () => {
    const idOf = (id: string) => read(JSON.stringify({ type: 'fire', id })).event.id;
    assert.equal(idOf('사고 1'), idOf(' 사고 1'));
    assert.notEqual(idOf('사고 1'), idOf('사고 2'));
    assert.notEqual(idOf('a b'), idOf('a_b'));
  });

  it('says what it assumes of a time without a zone: whichever is closer to the time of writing', () => {
    const content = (ts: string) => JSON.stringify({ type: 'fire', ts });
    const local = read(content('2026-11-28T15:00:01'));
    const universal = read(content('2026/11/28 06:00:01'));

    assert.deepEqual([local.event.ts, universal.event.ts], [WRITTEN + 1, WRITTEN + 1]);
    assert.match(local.notes[0].text, /has no time zone and Asia\/Seoul is assumed/);
    assert.match(universal.notes[0].text, /has no time zone and UTC is assumed/);
  });

  it('names file, line and column, and what comes of it', () => {
    const { notes } = read('{"type": "fire",\n  "lat": 91, "lon": 0}');
    assert.deepEqual(
      notes.map(({ text }) => text),
      [
        'x.json, line 2, column 10: "lat" is 91 and must be <= 90; it is left out',
        'x.json, line 2, column 21: "lon" has no usable "lat" beside it; it is left out',
      ],
    );
  });
});

describe('misspelt properties', () => {
  const names: [name: string, right: string | undefined][] = [
    ['serverity', 'severity'],
    ['Severity', 'severity'],
    ['lattitude', 'lat'],
    ['longitude', 'lon'],
    ['distance-m', 'distance_m'],
    ['clipHint', 'clip_hint'],
    ['timestamp', 'ts'],
    ['confidance', 'confidence'],
    ['rod', 'road'],
    ['altitude', undefined],
    ['log', undefined],
    ['lane', undefined],
    ['load', undefined],
    ['section', undefined],
  ];
  for (const [name, right] of names) {
    it(`${name}: ${right ?? 'a property of its own'}`, () => {
      const { event, notes } = read(JSON.stringify({ type: 'fire', lat: 1, lon: 2, [name]: 'low' }));
      assert.equal(
        notes.some(({ kind, text }) => kind === 'misspelt' && text.includes(`"${right}"`)),
        right !== undefined,
      );
      if (right === undefined) assert.equal(event[name], 'low');
    });
  }

  it('are read where the right one is missing, and not where it is there', () => {
    const { event } = read('{"tpye": "fire", "serverity": "low"}');
    assert.deepEqual([event.type, event.severity, 'serverity' in event], ['fire', 'low', false]);
    assert.equal(read('{"type": "fire", "types": "fog"}').event.type, 'fire');
  });
});

describe('a time that is wrong by a time zone', () => {
  const at = (hours: number, seconds = 0) => WRITTEN + hours * 3600 + seconds;
  const wrong: [ts: number, zone: typeof seoul, text: RegExp][] = [
    [
      at(-9),
      seoul,
      /"ts" is 9 h behind .* \(2026-11-28T06:00:00\.000Z\).* time zone of Asia\/Seoul was mistaken for UTC.* not that the report is late/,
    ],
    [at(9, -20), utc, /"ts" is 9 h ahead of .* Asia\/Seoul/],
    [at(5.5), utc, /5\.5 h ahead of .* Asia\/Kolkata/],
    [at(9, -150), utc, /9 h ahead of/],
    [at(-1, -50), utc, /1 h behind .* Europe\/Berlin/],
  ];
  for (const [ts, zone, text] of wrong) {
    it(`is told with the zone, and the event has the file's own time (${ts - WRITTEN} s)`, () => {
      const { event, notes } = read(JSON.stringify({ type: 'fire', ts }), zone);
      assert.equal(event.ts, WRITTEN);
      assert.match(notes[0].text, text);
      assert.equal(notes[0].grave, true);
    });
  }

  it('is told from a time that is merely old or ahead, and from a late report', () => {
    for (const ts of [
      at(-1, -90),
      at(-1, 30),
      at(-9, -120),
      at(-9, 60),
      at(0, -100),
      at(0, 100),
      at(-9, -600),
      at(-1.25),
      at(-40),
      at(0, -900),
    ]) {
      const { event, notes } = read(JSON.stringify({ type: 'fire', ts }));
      assert.deepEqual([event.ts, notes], [ts, []]);
    }
  });
});
