import assert from 'node:assert/strict';
import type { Intent } from '@switchhook/phone';
import { parseMessage, UserAgent } from '@switchhook/sip-core';
import { test } from 'uvu';
import { ProxyExchange } from '../src/exchange/proxy.ts';
import type { ExchangeStyle } from '../src/exchange/settings.ts';
import { seededCrypto } from '../src/node/seeded-crypto.ts';
import { HOSTS, type OfficeOptions, VirtualOffice } from '../src/virtual/office.ts';

type Person = keyof VirtualOffice['desks'];

const STYLES: readonly ExchangeStyle[] = ['proxy', 'b2bua'];

/** The receptionist watches her mailbox and the specialist's extension. */
function open(style: ExchangeStyle, more: Partial<OfficeOptions> = {}): VirtualOffice {
  const office = new VirtualOffice({
    seed: 5,
    style,
    make: (settings) => new UserAgent(settings),
    crypto: seededCrypto,
    notifies: true,
    wishes: (who) =>
      who === 'receptionist' ? { mwi: 'subscribe', blf: [{ target: '9999', label: 'Specialist', kind: 'line' }] } : {},
    ...more,
  });
  office.pass(1000);
  return office;
}

function act(office: VirtualOffice, who: Person, intent: Intent, thenMs = 500): void {
  office.desks[who].press(intent);
  office.pass(thenMs);
}

const picture = (office: VirtualOffice) => office.desks.receptionist.runtime.snapshot();
const lamp = (office: VirtualOffice) => picture(office).lamps['blf1'];

/** Requests of a method between two parties, first lines. */
function sent(office: VirtualOffice, method: string, from?: string): string[] {
  return office.recording.datagrams.flatMap((one) => {
    const read = parseMessage(one.bytes, 'datagram');
    const fits = read.ok && read.value.kind === 'request' && read.value.method === method;
    if (!fits || (from !== undefined && !one.from.startsWith(`${from}:`))) return [];
    return read.value.kind === 'request'
      ? [`${read.value.uri} ${read.value.headers.get('Replaces') ?? ''}`.trim()]
      : [];
  });
}

for (const style of STYLES) {
  test(`phone-ux §4.3, ${style}: the lamp follows the extension through a call: off, fast red, solid red, off`, () => {
    const office = open(style);
    assert.equal(picture(office).blf[0]!.state, 'idle');
    act(office, 'caller', { verb: 'call.dial', to: '9999' });
    assert.deepEqual([picture(office).blf[0]!.state, lamp(office)], ['ringing', 'fast-red']);
    act(office, 'specialist', { verb: 'call.answer' });
    assert.deepEqual([picture(office).blf[0]!.state, lamp(office)], ['busy', 'solid-red']);
    act(office, 'caller', { verb: 'call.hangup' });
    assert.deepEqual([picture(office).blf[0]!.state, lamp(office)], ['idle', 'off']);
    act(office, 'specialist', { verb: 'call.dial', to: '1001' });
    assert.equal(picture(office).blf[0]!.state, 'busy', 'who calls is busy');
    office.close();
  });

  test(`RFC 3842, ${style}: messages light the lamp and make the dial tone stutter, hearing them ends both`, () => {
    const office = open(style);
    assert.equal(picture(office).lamps['message'], 'off');
    office.exchangeActs((exchange) => exchange.deliver('1000', { new: 2, old: 5 }));
    office.pass(100);
    assert.deepEqual(picture(office).mwi, { waiting: true, new: 2, old: 5, urgentNew: 0 });
    assert.equal(picture(office).lamps['message'], 'slow-red');
    act(office, 'receptionist', { verb: 'hook.lift' });
    assert.equal(office.desks.receptionist.runtime.state.sounds.tone, 'stutter-dial');
    act(office, 'receptionist', { verb: 'key.voicemail' });
    assert.ok(sent(office, 'INVITE', HOSTS.receptionist).includes('sip:voicemail@office.example'));
    office.exchangeActs((exchange) => exchange.deliver('1000', { new: 0, old: 7 }));
    office.pass(100);
    assert.equal(picture(office).lamps['message'], 'off');
    office.close();
  });
}

test('RFC 5359 §2.16: the BLF key takes the ringing call from the caller’s phone; the extension stops ringing', () => {
  const office = open('proxy');
  act(office, 'caller', { verb: 'call.dial', to: '9999' });
  assert.ok(picture(office).canDo.includes('blf.pickup'));
  act(office, 'receptionist', { verb: 'key.blf', n: 1 }, 2000);
  const [invite] = sent(office, 'INVITE', HOSTS.receptionist);
  assert.match(invite!, /^sip:[0-9a-f]+@10\.0\.0\.11:5060 .*;to-tag=.*;from-tag=.*;early-only$/);
  assert.equal(picture(office).lines[0]!.state, 'talking');
  assert.deepEqual(
    [office.desks.caller, office.desks.specialist].map(({ runtime }) => runtime.snapshot().phone),
    ['talking', 'idle'],
  );
  assert.equal(picture(office).blf[0]!.state, 'idle');
  office.close();
});

test('features pain 17: a missed NOTIFY is noticed by its version, and the whole state is asked for', () => {
  const office = open('proxy');
  const before = sent(office, 'SUBSCRIBE', HOSTS.receptionist).length;
  office.exchangeActs((exchange) => {
    exchange.skipsVersions = true;
  });
  act(office, 'caller', { verb: 'call.dial', to: '9999' });
  office.pass(6000);
  assert.ok(sent(office, 'SUBSCRIBE', HOSTS.receptionist).length > before);
  assert.equal(picture(office).blf[0]!.state, 'ringing');
  office.close();
});

test('RFC 6665 §4.1.3: dismissed subscriptions are begun anew, and the lamp is unknown only in between', () => {
  const office = open('proxy');
  office.pass(20_000);
  office.exchangeActs((exchange) => exchange.dismiss('deactivated'));
  office.pass(20);
  assert.equal(picture(office).blf[0]!.state, 'unknown');
  office.pass(1000);
  assert.equal(picture(office).blf[0]!.state, 'idle');
  office.close();
});

test('features pain 17: after the exchange lost its memory the lamps come back with the next registration', () => {
  const office = open('proxy', { registeredS: 120 });
  act(office, 'caller', { verb: 'call.dial', to: '9999' });
  act(office, 'specialist', { verb: 'call.answer' });
  office.restartExchange();
  office.pass(3_700_000);
  assert.equal(picture(office).blf[0]!.state, 'idle');
  assert.ok(office.exchange instanceof ProxyExchange === false);
  office.close();
});

test('RFC 6665 §4.1.2.2: an hour of watching refreshes in time, and a phone that stops unsubscribes', () => {
  const office = open('proxy');
  office.pass(3 * 3_600_000);
  assert.equal(picture(office).blf[0]!.state, 'idle');
  office.exchangeActs((exchange) => assert.equal(exchange.subscriptions, 2));
  office.desks.receptionist.runtime.retire();
  office.pass(2000);
  office.exchangeActs((exchange) => assert.equal(exchange.subscriptions, 0));
  office.close();
});

test.run();
