import assert from 'node:assert/strict';
import { ladderOf, readSip, uriOf } from '@switchhook/ladder';
import { explainTransfer } from '@switchhook/phone';
import type { TransferExplanation } from '@switchhook/phone/control';
import { UserAgent } from '@switchhook/sip-core';
import { test } from 'uvu';
import type { ExchangeStyle } from '../src/exchange/settings.ts';
import { meddle } from '../src/network/mischief.ts';
import { seededCrypto } from '../src/node/seeded-crypto.ts';
import { HOSTS, VirtualOffice } from '../src/virtual/office.ts';

const STYLES: readonly ExchangeStyle[] = ['proxy', 'b2bua'];
const US = `${HOSTS.receptionist}:5060`;

function open(style: ExchangeStyle): VirtualOffice {
  const office = new VirtualOffice({
    seed: 5,
    style,
    make: (settings) => new UserAgent(settings),
    crypto: seededCrypto,
  });
  office.pass(1000);
  return office;
}

function act(
  office: VirtualOffice,
  who: 'caller' | 'receptionist' | 'specialist',
  verb: string,
  more: object = {},
): void {
  office.desks[who].press({ verb, ...more } as never);
  office.pass(500);
}

function explained(office: VirtualOffice, id?: string, whole = true): TransferExplanation {
  const told = explainTransfer(office.desks.receptionist.runtime.state, id, whole);
  assert.notEqual(told, 'unknown');
  return told as TransferExplanation;
}

function consult(office: VirtualOffice): void {
  act(office, 'caller', 'call.dial', { to: '1000' });
  act(office, 'receptionist', 'hook.lift');
  act(office, 'receptionist', 'key.transfer');
  for (const digit of '9999#') act(office, 'receptionist', 'key.digit', { digit });
}

for (const style of STYLES) {
  test(`mqtt.md §3.4: transfer.explain says before what the wire shows after, ${style}`, () => {
    const office = open(style);
    consult(office);
    act(office, 'specialist', 'call.answer');
    const { refer, preconditions, tries, state, advice } = explained(office);
    assert.equal(state, 'consulting');
    assert.match(advice[0]!, /press Transfer/);
    assert.ok(refer !== null);
    act(office, 'receptionist', 'key.transfer');
    const sent = ladderOf(office.recording.datagrams, { [US]: 'us' }).steps.find(
      (step) => step.method === 'REFER' && step.from === 'us',
    );
    assert.ok(sent !== undefined);
    assert.equal(sent.rest, refer.requestUri);
    const text = readSip(sent.datagram.bytes)!;
    for (const [name, value] of refer.headers)
      assert.equal(uriOf(text.headers.get(name.toLowerCase())).uri, uriOf(value).uri, name);
    assert.deepEqual(
      ['caller-confirmed', 'target-confirmed', 'tags-known', 'refer-allowed', 'no-transfer-pending'].map(
        (name) => preconditions.find((each) => each.name === name)?.holds,
      ),
      [true, true, true, true, true],
    );
    assert.equal(tries[0]!.name, 'refer');
    assert.equal(tries.at(-1)!.name, 'restore');
    office.pass(60_000);
    assert.equal(explained(office).refer, null);
    office.close();
  });
}

test('mqtt.md §3.4: transfer.explain says what is missing and what to press while nothing can be sent', () => {
  const office = open('b2bua');
  const advice = () => explained(office).advice.join(' ');
  assert.match(advice(), /there is no call/);
  act(office, 'caller', 'call.dial', { to: '1000' });
  assert.match(advice(), /has not been answered.*Answer/);
  act(office, 'receptionist', 'hook.lift');
  assert.match(advice(), /can be transferred.*Press Transfer and dial/);
  act(office, 'receptionist', 'key.transfer');
  assert.match(advice(), /Dial whom/);
  for (const digit of '9999#') act(office, 'receptionist', 'key.digit', { digit });
  assert.match(advice(), /has not answered.*Press Transfer/);
  assert.equal(explained(office).preconditions.find(({ name }) => name === 'target-confirmed')?.holds ?? false, false);
  act(office, 'receptionist', 'key.transfer');
  assert.match(advice(), /as soon as .* answers/);
  act(office, 'specialist', 'call.answer');
  assert.equal(explainTransfer(office.desks.receptionist.runtime.state, 't-99', true), 'unknown');
  office.close();
});

test('mqtt.md §3.4: transfer.explain of a transfer that nobody spoke of shows what the next Transfer sends', () => {
  const office = open('b2bua');
  office.network.passage = (from, to, bytes) => meddle('no-verdict', US, from, to, bytes);
  consult(office);
  act(office, 'specialist', 'call.answer');
  act(office, 'receptionist', 'key.transfer');
  office.pass(40_000);
  const { state, refer, advice } = explained(office);
  assert.equal(state, 'unsure');
  assert.match(advice.join(' '), /both calls are kept.*Press Transfer to try again/);
  const before = office.recording.datagrams.length;
  act(office, 'receptionist', 'key.transfer');
  const again = ladderOf(office.recording.datagrams.slice(before), { [US]: 'us' }).steps.find(
    (step) => step.method === 'REFER',
  );
  assert.equal(again?.referTo?.uri, uriOf(refer!.headers[0]![1]).uri.split('?')[0]);
  office.close();
});

test('mqtt.md §3.4: over MQTT the tags by which a call could be taken over are not told', () => {
  const office = open('b2bua');
  consult(office);
  act(office, 'specialist', 'call.answer');
  const value = (whole: boolean) => explained(office, undefined, whole).refer!.headers[0]![1];
  assert.match(value(true), /to-tag%3D[^%…]+%3Bfrom-tag%3D[^%…]+>$/);
  assert.match(value(false), /to-tag%3D…%3Bfrom-tag%3D…>$/);
  office.close();
});

test.run();
