import assert from 'node:assert/strict';
import { test } from 'uvu';
import { canDo, lamps, type PhoneEvent, type PhoneSettings, view } from '../src/index.ts';
import { account, Bench, call, dialog } from './bench.ts';

const keys: PhoneSettings['blf'] = [
  { target: '214', label: 'Workshop', kind: 'line' },
  { target: '701', label: 'Park 1', kind: 'park' },
];
const code = [
  {
    id: account,
    user: '1000',
    domain: 'pbx.test',
    transport: 'udp',
    register: true,
    pickup: { name: 'code', code: '**' },
  },
] as const;

function bench(wishes: Partial<PhoneSettings> = {}): Bench {
  return new Bench({ blf: keys, ...wishes });
}

function extension(state: Extract<PhoneEvent, { type: 'blf' }>['state'], n = 1): PhoneEvent {
  return { type: 'blf', n, state };
}

const rings: PhoneEvent = {
  type: 'blf',
  n: 1,
  state: 'ringing',
  ringing: { dialog: dialog('there'), caller: 'sip:3000@192.0.2.30' },
};

const picture = (bench: Bench) => view(bench.state, (at) => String(at));

test('phone-ux §4.3: BLF idle off or green, ringing fast red, busy solid red, held and parked slow red, unknown off', () => {
  const at = bench();
  const lamp = (n = 1) => lamps(at.state)[`blf${n}`];
  assert.equal(lamp(), 'off');
  for (const [state, pattern] of [
    ['idle', 'off'],
    ['ringing', 'fast-red'],
    ['busy', 'solid-red'],
    ['held', 'slow-red'],
    ['unknown', 'off'],
  ] as const) {
    at.tell(extension(state));
    assert.equal(lamp(), pattern, state);
  }
  at.tell(extension('busy', 2));
  assert.equal(lamp(2), 'slow-red');
  assert.equal(picture(at).blf[1]!.state, 'parked');
  const green = bench({ blfIdle: 'green' });
  green.tell(extension('idle'));
  assert.equal(lamps(green.state)['blf1'], 'solid-green');
});

test('features pain 17: the lamp of an extension whose exchange has gone is unknown, not stale', () => {
  const at = bench();
  at.tell(extension('busy'));
  at.tell({ type: 'registration', account, state: { name: 'failed', why: 'timeout', nextTryAt: 0 } });
  assert.equal(lamps(at.state)['blf1'], 'off');
  assert.equal(picture(at).blf[0]!.state, 'unknown');
});

test('mqtt §3.2: the picture has every BLF key and the sum of the mailboxes', () => {
  const at = bench();
  at.tell(extension('busy'));
  at.tell({ type: 'mailbox', account, mailbox: { waiting: true, new: 4, old: 8, urgentNew: 1, account: 'sip:5@x' } });
  const { blf, mwi, mailboxes } = picture(at);
  assert.deepEqual(blf, [
    { n: 1, target: '214', label: 'Workshop', state: 'busy' },
    { n: 2, target: '701', label: 'Park 1', state: 'unknown' },
  ]);
  assert.deepEqual(mwi, { waiting: true, new: 4, old: 8, urgentNew: 1 });
  assert.deepEqual(mailboxes, [{ account: 'desk', waiting: true, new: 4, old: 8, urgentNew: 1 }]);
  at.tell({ type: 'mailbox', account, mailbox: undefined });
  assert.deepEqual(picture(at).mwi, { waiting: false, new: 0, old: 0, urgentNew: 0 });
});

test('phone-ux §4.5: while messages wait the dial tone stutters', () => {
  const at = bench();
  at.tell({ type: 'mailbox', account, mailbox: { waiting: true, new: 1, old: 0, urgentNew: 0 } });
  at.want({ verb: 'hook.lift' });
  assert.ok(at.has('tone', { tone: 'stutter-dial' }));
});

test('phone-ux §4.1: BLF key of an idle extension is a speed dial, also into the seized line', () => {
  const at = bench();
  at.tell(extension('idle'));
  at.want({ verb: 'key.blf', n: 1 });
  assert.ok(at.has('dial', { to: 'sip:214@pbx.test', line: 1 }));
  const lifted = bench();
  lifted.want({ verb: 'key.line', line: 2 });
  lifted.want({ verb: 'key.blf', n: 1 });
  assert.ok(lifted.has('dial', { to: 'sip:214@pbx.test', line: 2 }));
});

test('phone-ux §4.1, RFC 5359 §2.16: BLF key of a ringing extension takes its call at the caller’s phone', () => {
  const at = bench();
  at.tell(rings);
  assert.ok(canDo(at.state).includes('blf.pickup'));
  const before = at.state.lastNumbers;
  at.want({ verb: 'key.blf', n: 1 });
  assert.ok(
    at.has('dial', {
      to: 'sip:3000@192.0.2.30',
      replaces: 'there@pbx.test;to-tag=r-there;from-tag=l-there;early-only',
    }),
  );
  assert.equal(at.state.lastNumbers, before, 'nothing to redial');
});

test('features §1.5: an exchange that joins calls itself is asked for the watched dialog, or by a feature code', () => {
  const [plain] = code;
  const asked = bench({ accounts: [{ ...plain, pickup: { name: 'exchange' } }] });
  asked.tell(rings);
  asked.want({ verb: 'blf.pickup', n: 1 });
  const replaces = 'there@pbx.test;to-tag=l-there;from-tag=r-there;early-only';
  assert.ok(asked.has('dial', { to: 'sip:214@pbx.test', replaces }));
  const dialled = bench({ accounts: code });
  dialled.tell(extension('ringing'));
  dialled.want({ verb: 'blf.pickup', n: 1 });
  assert.ok(dialled.has('dial', { to: 'sip:**214@pbx.test' }));
});

test('features §1.5: a call that is up is held first, and a call that cannot be found again is not picked up', () => {
  const at = bench();
  at.ring('a');
  at.want({ verb: 'hook.lift' });
  at.up('a');
  at.tell(rings);
  at.want({ verb: 'blf.pickup', n: 1 });
  assert.ok(at.has('hold', { call: call('a') }));
  at.held('a');
  assert.ok(at.has('dial', { to: 'sip:3000@192.0.2.30' }));
  const lost = bench();
  lost.tell({ type: 'blf', n: 1, state: 'ringing', ringing: { dialog: dialog('there'), caller: undefined } });
  assert.ok(!canDo(lost.state).includes('blf.pickup'));
  assert.equal(lost.outcome(lost.want({ verb: 'blf.pickup', n: 1 })), 'not_in_state');
  assert.equal(lost.outcome(lost.want({ verb: 'blf.pickup', n: 9 })), 'not_in_state');
});

test('mqtt §3.4: blf.pickup of a key that does not exist, or where nothing rings, is refused by name', () => {
  const at = bench();
  at.tell(rings);
  assert.equal(at.outcome(at.want({ verb: 'blf.pickup', n: 9 })), 'bad_schema');
  assert.equal(at.outcome(at.want({ verb: 'blf.pickup', n: 2 })), 'not_in_state');
  assert.equal(at.outcome(at.want({ verb: 'key.blf', n: 9 })), 'bad_schema');
});

for (const blfTransfer of ['attended', 'blind'] as const) {
  test(`phone-ux §4.1: BLF key gives the number that Transfer waits for: ${blfTransfer}`, () => {
    const at = bench({ blfTransfer });
    at.ring('a');
    at.want({ verb: 'hook.lift' });
    at.up('a');
    at.want({ verb: 'key.transfer' });
    at.held('a');
    at.tell(extension('busy'));
    at.want({ verb: 'key.blf', n: 1 });
    if (blfTransfer === 'attended') assert.ok(at.has('dial', { to: 'sip:214@pbx.test' }));
    else assert.ok(at.has('refer', { call: call('a'), referTo: 'sip:214@pbx.test' }));
  });
}

test('phone-ux §4.1: the voicemail key dials the configured number, else what Message-Account names, the box with news first', () => {
  const at = bench();
  assert.equal(at.outcome(at.want({ verb: 'key.voicemail' })), 'not_in_state');
  at.tell({
    type: 'mailbox',
    account,
    mailbox: { waiting: false, new: 0, old: 1, urgentNew: 0, account: 'sip:500@pbx.test' },
  });
  at.want({ verb: 'key.voicemail' });
  assert.ok(at.has('dial', { to: 'sip:500@pbx.test' }));
  const [plain] = code;
  const named = bench({ accounts: [{ ...plain, mailbox: '*97' }] });
  named.want({ verb: 'key.voicemail' });
  assert.ok(named.has('dial', { to: 'sip:*97@pbx.test' }));
});

test('RFC 3842 §5.4: news of an account or a key that is not configured change nothing', () => {
  const at = bench();
  const before = at.state;
  at.tell({ type: 'blf', n: 40, state: 'busy' });
  at.tell({ type: 'mailbox', account: 'other' as typeof account, mailbox: undefined });
  assert.deepEqual([at.state.blf, at.state.mailboxes], [before.blf, before.mailboxes]);
});

test.run();
