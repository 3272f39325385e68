import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'uvu';
import { type Journal, printJournal, readJournal } from './journal-line.ts';
import { listLine, showJournal } from './show.ts';

const refer = 'REFER sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nCall-ID: c\r\nCSeq: 3 REFER\r\n\r\n';
const journal: Journal = {
  head: {
    v: 1,
    type: 'transfer',
    journal: '2026-11-22-182001-t-1',
    transferId: 't-1',
    kind: 'attended',
    to: '9999\u001b[2J',
    phone: 'reception',
    software: 'switchhook/0',
    epochMs: 1_795_371_601_000,
    dropped: 2,
  },
  lines: [
    { at: 0, type: 'state', state: 'referring' },
    {
      at: 0,
      type: 'message',
      leg: 'caller',
      out: true,
      from: '10.0.0.1:5060',
      to: 'pbx.example:5060',
      transport: 'udp',
      text: refer,
    },
    { at: 5, type: 'outcome', outcome: 'failed', evidence: null, stage: 'refer', status: 403, text: 'Forbidden' },
  ],
};

test('journal: what was kept is read back', () => {
  assert.deepEqual(readJournal(printJournal(journal)), { ok: true, value: journal });
});

test('journal: in a list it is one line, and nothing in it steers a terminal', () => {
  assert.equal(
    listLine(journal),
    '2026-11-22-182001-t-1  attended to 9999 [2J: failed (at refer 403 Forbidden), 1 messages',
  );
  assert.match(String(showJournal(journal, 'ladder')), /; 2 messages beyond the limit are missing\n/);
  assert.ok(!String(showJournal(journal, 'ladder')).includes('\u001b'));
});

test('journal: a far end known by its name only has a capture too', () => {
  const capture = showJournal(journal, 'pcap') as Uint8Array;
  assert.equal(capture.length, 24 + 16 + 28 + refer.length);
});

const damage: readonly (readonly [what: string, text: string, why: RegExp])[] = [
  ['empty', '', /^it is empty$/],
  ['zeros', '\u0000'.repeat(4096), /^line 1 is not the head/],
  ['no head', printJournal(journal).split('\n').slice(1).join('\n'), /^line 1 is not the head/],
  ['another version', printJournal(journal).replace('"v":1', '"v":2'), /^line 1 is not the head/],
  ['cut in a line', printJournal(journal).slice(0, -80), /^line 4 cannot be read$/],
  ['cut between lines', printJournal(journal).split('\n').slice(0, 3).join('\n'), /^it was cut off after line 3$/],
  ['a foreign line', printJournal(journal).replace('"type":"outcome"', '"type":"virus"'), /^line 4 cannot be read$/],
  ['a wrong address', printJournal(journal).replace('10.0.0.1:5060', 'x'), /^line 3 cannot be read$/],
];
for (const [what, text, why] of damage) {
  test(`journal: a damaged file is told in one sentence: ${what}`, () => {
    const reading = readJournal(text);
    assert.equal(reading.ok, false);
    if (!reading.ok) assert.match(reading.why, why);
  });
}

test('journal: no damage makes reading or showing throw', () => {
  const whole = printJournal(journal);
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.string({ maxLength: 5 }), fc.nat(5), (at, instead, gone) => {
      const reading = readJournal(whole.slice(0, at) + instead + whole.slice(at + gone));
      if (!reading.ok) return assert.ok(!reading.why.includes('\n'));
      for (const form of ['ladder', 'json', 'pcap', 'svg'] as const) showJournal(reading.value, form);
    }),
    { numRuns: 500 },
  );
});

test.run();
