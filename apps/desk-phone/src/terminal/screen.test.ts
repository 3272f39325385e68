import assert from 'node:assert/strict';
import type { LineSnapshot, Snapshot } from '@switchhook/phone/control';
import { test } from 'uvu';
import { drawScreen, elapsed, type ScreenContext } from './screen.ts';

const NOW = Date.parse('2026-11-22T09:42:00Z');
const idle: LineSnapshot = {
  n: 2,
  account: 'reception',
  state: 'idle',
  callId: null,
  direction: null,
  party: null,
  via: null,
  since: null,
  heldSince: null,
  localHold: false,
  remoteHold: false,
  secure: 'no',
  codec: null,
  canDo: [],
};
const held: LineSnapshot = {
  ...idle,
  n: 1,
  state: 'held',
  callId: 'c-1',
  direction: 'in',
  party: { number: '1001', name: 'Kiss', verified: false },
  since: '2026-11-22T09:40:00Z',
  heldSince: '2026-11-22T09:41:18Z',
  localHold: true,
  codec: 'PCMU',
};
const state: Snapshot = {
  ts: '2026-11-22T09:42:00Z',
  seq: 7,
  phone: 'held',
  hook: 'off',
  route: 'handset',
  mute: false,
  dnd: false,
  settings: {},
  lines: [held, idle],
  transfer: null,
  registrations: [
    {
      account: 'reception',
      state: 'registered',
      code: null,
      reason: null,
      expiresAt: null,
      nextTryAt: null,
      transport: 'udp',
    },
  ],
  mwi: { waiting: false, new: 0, old: 0, urgentNew: 0 },
  mailboxes: [],
  blf: [],
  display: ['Transfer to?'],
  lamps: { line1: 'slow' },
  canDo: [],
};
const context: ScreenContext = {
  name: 'reception',
  nowMs: NOW,
  lamp: (pattern) => (pattern === 'slow' ? 'green' : 'off'),
  colour: false,
  width: 80,
  refusal: undefined,
  notes: [],
};

test('terminal: a held caller is shown with lamp, name, number and for how long', () => {
  const text = drawScreen(state, context);
  assert.ok(text.includes('[G] L1  held       Kiss 1001            0:42  [PCMU]'), text.join('\n'));
  assert.ok(text.includes('[-] L2  idle'));
  assert.ok(text.includes('   Transfer to?'));
  assert.match(text[0]!, /^reception {2}held {2}hook off {2}handset {2}reception: registered$/);
});

test('terminal: the last refusal and lasting faults are shown', () => {
  const text = drawScreen(state, { ...context, refusal: 'no call to transfer', notes: ['no sound card'] });
  assert.ok(text.includes('   ! no call to transfer'));
  assert.ok(text.includes('   (no sound card)'));
});

test('terminal: a refusal that the display tells already is not told twice', () => {
  const text = drawScreen({ ...state, display: ['No call'] }, { ...context, refusal: 'No call' });
  assert.equal(text.filter((line) => line.includes('No call')).length, 1);
});

test('terminal: the keys are told in full on a terminal of 80 columns, the last one left free', () => {
  const keys = drawScreen(state, { ...context, width: 200 }).slice(-3);
  assert.ok(
    keys.every((line) => line.length < 80),
    keys.join('\n'),
  );
  for (const key of ['space', '#', 't', 'h', 'j', 'c', 'l', 'k', 'Enter', 'r', 'v', 'm', 'd', 'f', 'b', 'capital', 'q'])
    assert.ok(keys.join(' ').split(' ').includes(key), key);
});

test('terminal: a line is cut to the width seen, colours not counted', () => {
  const text = drawScreen(state, { ...context, colour: true, width: 12 });
  assert.ok(text.includes(' \x1b[32m●\x1b[0m  L1  held'), JSON.stringify(text));
  for (const line of text) assert.ok(line.replaceAll(/\x1b\[\d+m/g, '').length <= 12, line);
});

test('terminal: control characters in a caller name never reach the terminal', () => {
  const evil = { ...held, party: { number: '1', name: 'a\x1b[2Jb\x07\x9b1mc\x1b]0;x', verified: false } };
  const text = drawScreen({ ...state, lines: [evil] }, context).join('\n');
  for (const control of ['\x1b', '\x07', '\x9b']) assert.ok(!text.includes(control));
});

test('terminal: a caller name cannot colour the screen', () => {
  const evil = { ...held, party: { number: '1', name: 'a\x1b[31mb', verified: false } };
  assert.ok(
    !drawScreen({ ...state, lines: [evil] }, context)
      .join('\n')
      .includes('\x1b'),
  );
});

test('terminal: spans are m:ss and h:mm:ss', () => {
  assert.equal(elapsed(-5), '0:00');
  assert.equal(elapsed(61_000), '1:01');
  assert.equal(elapsed(3_600_000 + 125_000), '1:02:05');
});

test.run();
