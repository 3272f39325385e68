import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import type { AccountId } from '@switchhook/sip-core';
import { test } from 'uvu';
import { type DialPlan, type DialRule, parsePattern } from '../src/index.ts';
import { account, Bench } from './bench.ts';
import { shown } from './situations.ts';

function rule(match: string, more: Partial<DialRule> = {}): DialRule {
  const read = parsePattern(match);
  assert.ok(read.ok);
  return { match: read.value, strip: 0, prepend: '', ...more };
}

const dialPlan: DialPlan = [
  rule('0900.', { refuse: 'Not from this phone' }),
  rule('0[1-9]xxx.', { strip: 1, prepend: '+36' }),
  rule('2xx'),
  rule('2xxx'),
  rule('7x'),
];

const lifted = (wishes: ConstructorParameters<typeof Bench>[0] = { dialPlan }) => {
  const bench = new Bench(wishes);
  bench.want({ verb: 'hook.lift' });
  return bench;
};

function dialled(bench: Bench): string | undefined {
  const effect = bench.effects.findLast((each) => each.type === 'dial');
  return effect?.type === 'dial' ? effect.to : undefined;
}

test('phone-ux §4.4: interdigit: 10 s while the number may be anything, 3 s when it fits and a longer one would too', () => {
  const bench = lifted();
  bench.dial('5');
  bench.pass(9_900);
  assert.equal(dialled(bench), undefined);
  bench.pass(200);
  assert.equal(dialled(bench), 'sip:5@pbx.test');
  const short = lifted();
  short.dial('214');
  short.pass(2_900);
  assert.equal(dialled(short), undefined);
  short.pass(200);
  assert.equal(dialled(short), 'sip:214@pbx.test');
});

test('phone-ux §4.4: a number that fits and cannot go on is sent at once, and # sends at once whatever it is', () => {
  const bench = lifted();
  bench.dial('71');
  bench.pass(0);
  assert.equal(dialled(bench), 'sip:71@pbx.test');
  const sharp = lifted();
  sharp.dial('21#');
  assert.equal(dialled(sharp), 'sip:21@pbx.test');
});

test('phone-ux §4.1: at "Transfer to?" a complete number waits the short time, so that a long press can make it blind', () => {
  const bench = new Bench({ dialPlan });
  bench.talking();
  bench.want({ verb: 'key.transfer' });
  bench.held('a');
  bench.dial('71');
  bench.pass(0);
  assert.equal(dialled(bench), undefined);
  bench.want({ verb: 'key.transfer-long' });
  const refer = bench.effects.find((effect) => effect.type === 'refer');
  assert.ok(refer?.type === 'refer');
  assert.equal(refer.referTo, 'sip:71@pbx.test');
});

test('features §1.6: the dial plan rewrites what is dialled, and the display keeps what was typed', () => {
  const bench = lifted();
  bench.dial('01234#');
  assert.equal(dialled(bench), 'sip:+361234@pbx.test');
  assert.equal(bench.state.calls[0]?.number, '01234');
  bench.want({ verb: 'hook.put-down' });
  bench.end(bench.state.calls[0]!.id);
  bench.want({ verb: 'call.dial', to: 'sip:01234@elsewhere.test' });
  assert.equal(dialled(bench), 'sip:01234@elsewhere.test', 'an address is no number');
});

test('features §1.6: a number that the plan refuses gives the refusal with its text, by key, by time and by message', () => {
  const bench = lifted();
  bench.dial('09001234');
  bench.want({ verb: 'key.send' });
  assert.ok(bench.has('refuse', { text: 'Not from this phone' }));
  bench.pass(3_000);
  assert.ok(bench.has('refuse', { text: 'Not from this phone' }));
  assert.equal(bench.state.sounds.tone, 'reorder');
  assert.equal(bench.outcome(bench.want({ verb: 'call.dial', to: '0900 1234' })), 'number_not_allowed');
  const busy = new Bench({ dialPlan });
  busy.talking();
  assert.equal(busy.outcome(busy.want({ verb: 'transfer.blind', to: '0900' })), 'number_not_allowed');
  assert.equal(busy.outcome(busy.want({ verb: 'transfer.start', to: '0900' })), 'number_not_allowed');
  busy.want({ verb: 'key.transfer' });
  busy.held('a');
  busy.dial('0900');
  for (const verb of ['key.transfer', 'key.transfer-long'] as const) {
    busy.want({ verb });
    assert.ok(busy.has('refuse', { text: 'Not from this phone' }), verb);
    assert.equal(busy.phase('a'), 'held');
  }
  assert.equal(dialled(busy), undefined);
});

test('features §1.3: emergency numbers come before the plan, and what the plan makes one of is one', () => {
  const bench = lifted({ dialPlan: [rule('.', { refuse: 'Locked' })] });
  bench.dial('112');
  bench.pass(3_000);
  assert.equal(dialled(bench), 'sip:112@pbx.test');
  const outside = lifted({ dialPlan: [rule('0xxx', { strip: 1 })] });
  outside.dial('0112');
  outside.pass(0);
  assert.equal(dialled(outside), 'sip:112@pbx.test');
  assert.equal(outside.state.calls[0]?.emergency, true);
});

test('features §1.6: the plan chooses the account, a line key stands for its own, and who names one is obeyed', () => {
  const shop = token<'account'>('shop') as AccountId;
  const accounts = [
    { id: account, user: '1000', domain: 'pbx.test', transport: 'udp', register: false },
    { id: shop, user: '7', domain: 'shop.test', transport: 'udp', register: false },
  ] as const;
  const wishes = { accounts, lineAccounts: [account, shop], dialPlan: [rule('8x', { account: shop, strip: 1 })] };
  const bench = new Bench(wishes, false);
  bench.want({ verb: 'call.dial', to: '81' });
  assert.equal(dialled(bench), 'sip:1@shop.test');
  assert.equal(bench.state.calls[0]?.line, 2, 'on the line of its account');
  const line = new Bench(wishes, false);
  line.want({ verb: 'key.line', line: 2 });
  line.dial('5#');
  assert.equal(dialled(line), 'sip:5@shop.test');
  const named = new Bench(wishes, false);
  named.want({ verb: 'call.dial', to: '81', account });
  assert.equal(dialled(named), 'sip:1@pbx.test');
  named.tell({
    type: 'incoming',
    call: token<'call'>('in'),
    account: shop,
    peer: {
      party: { uri: 'sip:2@shop.test', verified: true },
      target: 'sip:2@192.0.2.9',
      allow: undefined,
      supported: undefined,
      gruu: false,
      focus: false,
    },
    trusted: true,
  });
  assert.equal(named.state.calls.at(-1)?.line, 2, 'a caller sits down on a line of the account that was called');
});

test('phone-ux §4.3: a consultation has a line and a lamp of its own, also where each line stands for another account', () => {
  const shop = token<'account'>('shop') as AccountId;
  const accounts = [
    { id: account, user: '1000', domain: 'pbx.test', transport: 'udp', register: false },
    { id: shop, user: '7', domain: 'shop.test', transport: 'udp', register: false },
  ] as const;
  const bench = new Bench({ accounts, lineAccounts: [account, shop] }, false);
  bench.talking('a');
  bench.want({ verb: 'transfer.start', to: '9' });
  bench.held('a');
  assert.deepEqual(
    bench.state.calls.map(({ line, account: over }) => [line, over]),
    [
      [1, account],
      [2, account],
    ],
  );
});

test('phone-ux §4.4: off hook, nothing dialled: 15 s dial tone, 15 s reorder, then silence and the lamp', () => {
  const bench = lifted({});
  assert.equal(bench.state.sounds.tone, 'dial');
  bench.pass(15_000);
  assert.equal(bench.state.sounds.tone, 'reorder');
  bench.pass(15_000);
  assert.equal(bench.state.sounds.tone, undefined);
  assert.equal(shown(bench).lamps['line1'], 'slow-red');
  assert.deepEqual(shown(bench).display, ['Handset is off', 'Put it down']);
  bench.want({ verb: 'hook.put-down' });
  assert.equal(shown(bench).lamps['line1'], 'off');
});

test('phone-ux §4.4: off hook, nothing dialled: the howler where it is wanted, and a digit still dials', () => {
  const bench = lifted({ howler: true });
  bench.pass(30_000);
  assert.equal(bench.state.sounds.tone, 'howler');
  bench.dial('5#');
  assert.equal(dialled(bench), 'sip:5@pbx.test');
});

test('phone-ux §4.4: a handset that is left off after the last call is told by lamp and display, and a digit still dials', () => {
  const bench = new Bench();
  bench.talking('a');
  bench.end('a');
  assert.equal(bench.state.sounds.tone, 'busy');
  bench.pass(5_000);
  assert.equal(shown(bench).lamps['line1'], 'off');
  bench.pass(15_000);
  assert.equal(shown(bench).lamps['line1'], 'slow-red');
  assert.deepEqual(shown(bench).display, ['Handset is off', 'Put it down']);
  assert.deepEqual([shown(bench).phone, shown(bench).lines[0]?.state], ['idle', 'idle']);
  bench.ring('b');
  assert.equal(bench.state.sounds.ringer, 'internal', 'a caller is heard all the same');
  bench.end('b');
  bench.dial('5#');
  assert.equal(dialled(bench), 'sip:5@pbx.test');
});

test('phone-ux §4.4: a line that was seized by its key, the handset in its place, is given back instead', () => {
  const bench = new Bench();
  bench.want({ verb: 'key.line', line: 1 });
  bench.pass(30_000);
  assert.equal(bench.state.prompt, undefined);
  assert.equal(bench.state.sounds.tone, undefined);
});

test('phone-ux §4.4: the first digit stops the dial tone at once', () => {
  const bench = lifted();
  bench.dial('5');
  assert.equal(bench.state.sounds.tone, undefined);
});

test('phone-ux §4.4: hotline: lifting dials it at once; warmline: after its seconds, unless a digit comes first', () => {
  const hot = lifted({ hotline: { to: '9', afterMs: 0 } });
  hot.pass(0);
  assert.equal(dialled(hot), 'sip:9@pbx.test');
  const warm = lifted({ hotline: { to: '9', afterMs: 5_000 } });
  warm.pass(4_900);
  assert.equal(dialled(warm), undefined);
  warm.pass(200);
  assert.equal(dialled(warm), 'sip:9@pbx.test');
  const typed = lifted({ hotline: { to: '9', afterMs: 5_000 } });
  typed.dial('2');
  typed.pass(6_000);
  assert.equal(dialled(typed), undefined);
  const transfer = new Bench({ hotline: { to: '9', afterMs: 0 } });
  transfer.talking();
  transfer.want({ verb: 'key.transfer' });
  transfer.held('a');
  transfer.pass(100);
  assert.equal(dialled(transfer), undefined, 'not at "Transfer to?"');
});

test('phone-ux §4.4: a hotline that cannot be dialled gives the refusal and then the reorder tone', () => {
  const bench = new Bench({ hotline: { to: '9', afterMs: 0 } }, false);
  bench.want({ verb: 'hook.lift' });
  bench.pass(0);
  assert.ok(bench.effects.some((effect) => effect.type === 'refuse'));
  assert.equal(bench.state.sounds.tone, 'reorder');
});

test('phone-ux §4.4: start-up: a handset that is off counts as on until it is put down', () => {
  const bench = new Bench();
  assert.equal(bench.state.hook, 'on');
  bench.want({ verb: 'hook.put-down' });
  assert.equal(bench.state.hook, 'on');
  assert.equal(bench.state.prompt, undefined);
});

test('phone-ux §4.4: lifting while the headset is in use: the handset wins, the call is kept', () => {
  const bench = new Bench();
  bench.want({ verb: 'audio.route', route: 'headset' });
  bench.ring('a');
  bench.want({ verb: 'headset.short' });
  bench.up('a');
  assert.equal(bench.state.route, 'headset');
  bench.want({ verb: 'hook.lift' });
  assert.deepEqual([bench.state.route, bench.phase('a')], ['handset', 'talking']);
});

test.run();
