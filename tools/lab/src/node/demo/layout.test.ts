import assert from 'node:assert/strict';
import { ladderOf } from '@switchhook/ladder';
import { test } from 'uvu';
import { phoneWidth, screen } from './layout.ts';

const bytes = (n: number) =>
  new TextEncoder().encode(`INVITE sip:1000@x SIP/2.0\r\nCall-ID: a\r\nCSeq: ${n} INVITE\r\n\r\n`);
const ladder = ladderOf(
  Array.from({ length: 40 }, (_, i) => ({
    atMs: i,
    from: '10.0.0.1:5060',
    to: '10.0.0.2:5060',
    bytes: bytes(i),
    arrivalsMs: [i],
  })),
  { '10.0.0.1': 'exchange', '10.0.0.2': 'receptionist' },
);
const phone = ['reception 1000', 'L1 talking', 'L2 idle', 'Transfer to?'];
const help = ['space answers', 'q leaves'];

test('demo: the screen fits any terminal, and the telephone is never what is cut off', () => {
  for (const [columns, rows] of [
    [200, 50],
    [140, 45],
    [100, 30],
    [80, 24],
    [76, 24],
    [60, 20],
    [40, 5],
    [10, 4],
  ] as const) {
    const lines = screen(phone, help, ladder, { rows, columns });
    assert.ok(lines.length <= rows, `${columns}x${rows}: ${lines.length} lines`);
    assert.ok(
      lines.every((line) => line.length <= columns),
      `${columns}x${rows} is too wide`,
    );
    for (const [row, text] of phone.entries())
      assert.ok(lines[row]!.startsWith(text.slice(0, columns)), `${columns}x${rows}`);
  }
});

test('demo: the ladder has arrows where there is room, words at 80 columns, and stands below at 60', () => {
  const at = (columns: number) => screen(phone, help, ladder, { rows: 20, columns });
  assert.match(at(140)[1]!, /\|-+ INVITE -+>\|/);
  assert.equal(at(80)[0], `${'reception 1000'.padEnd(phoneWidth(80))}<- INVITE`);
  assert.equal(at(60)[0], 'reception 1000');
  assert.equal(at(60).at(-1), '<- INVITE');
});

test.run();
