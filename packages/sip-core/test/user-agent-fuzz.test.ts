import assert from 'node:assert/strict';
import { printMessage, type SipMessage } from '@switchhook/sip-core';
import { test } from 'uvu';
import { type Network, Phone, talk } from './office.ts';

const WORDS = [
  '\r\n',
  '\r\n\r\n',
  ':',
  ';',
  ',',
  '<',
  '>',
  '"',
  '%00',
  '\0',
  '4294967296',
  '-1',
  'tag=',
  ';tag=x;tag=y',
  'Via: ',
  'Contact: *',
  'sip:',
  '\u00e9',
  'Require: 100rel\r\n',
  'Replaces: a;to-tag=b;from-tag=c\r\n',
  'Route: <sip:x;lr>\r\n',
  'Event: refer;id=99\r\n',
  'Refer-To: <sip:a@b>\r\n',
  'Session-Expires: 90;refresher=uas\r\n',
  'Session-Expires: 4294967296\r\n',
  'Supported: timer\r\n',
  'Require: timer, tdialog\r\n',
  'Min-SE: 90000\r\n',
  'Target-Dialog: a;local-tag=b;remote-tag=c\r\n',
  'P-Asserted-Identity: "x" <sip:x@y>\r\n',
];

/** So that the two thousandth call is looked at as closely as the first. */
const NO_LIMITS = { invitesPerSource: Number.POSITIVE_INFINITY, invitesOfStrangers: Number.POSITIVE_INFINITY };

/** One to four small wounds in a message. */
function mutated(network: Network, message: SipMessage): Uint8Array {
  const { random } = network;
  let bytes = printMessage(message);
  for (let wounds = 1 + random.below(4); wounds > 0; wounds--) {
    const at = random.below(bytes.length + 1);
    switch (random.below(4)) {
      case 0:
        bytes = bytes.slice();
        if (at < bytes.length) bytes[at] = random.below(256);
        break;
      case 1: {
        const word = new TextEncoder().encode(random.pick(WORDS));
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...word, ...bytes.subarray(at)]);
        break;
      }
      case 2:
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + random.below(30))]);
        break;
      default:
        bytes = bytes.subarray(0, random.chance(0.2) ? at : bytes.length);
    }
  }
  return bytes;
}

/** Whether a wounded message could still be a right one that ends the call or moves it. */
function harmless(message: SipMessage): boolean {
  return message.kind === 'response' || !['BYE', 'CANCEL'].includes(message.method);
}

test('spec §10: no datagram makes the user agent throw, and a call in being is not lost', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const { network, alice, bob, aliceCall } = talk(seed);
    for (const phone of [alice, bob]) {
      phone.onEvent = (event) => {
        if (event.type === 'offered') {
          phone.submit({ type: 'answer-offer', call: event.call, offer: event.offer, body: 'yes' });
        } else if (event.type === 'refer-requested') {
          phone.submit({ type: 'answer-refer', refer: event.refer, status: 202 });
          phone.submit({ type: 'report-refer', refer: event.refer, status: 200 });
        } else if (event.type === 'incoming') phone.submit({ type: 'reject', call: event.call, status: 486 });
      };
    }
    alice.submit({ type: 'offer', call: aliceCall, body: 'hold' });
    alice.refer(aliceCall, 'sip:carol@example.com');
    alice.submit({ type: 'info-digit', call: aliceCall, digit: '1', durationMs: 100 });
    // Long enough for the session to be refreshed once.
    network.seconds(901);
    const models = network.packets.flatMap(({ message }) =>
      message !== undefined && harmless(message) ? [message] : [],
    );
    for (let i = 0; i < 400; i++) {
      const [from, to] = network.random.chance(0.5) ? [alice, bob] : [bob, alice];
      const bytes = network.random.chance(0.1)
        ? network.random.bytes(network.random.below(200))
        : mutated(network, network.random.pick(models));
      network.carry(from.host, { transport: 'udp', host: to.host, port: 5060 }, bytes);
      if (i % 10 === 0) network.clock.advance(50);
    }
    network.seconds(1);
    assert.equal(alice.all('ended').filter(({ call }) => call === aliceCall).length, 0, `seed ${seed}`);
    alice.submit({ type: 'shutdown' });
    bob.submit({ type: 'shutdown' });
    network.seconds(900);
    alice.assertEmpty();
    bob.assertEmpty();
  }
});

test('spec §10: mutated messages from strangers neither get an answer nor leave anything', () => {
  const { network } = talk(3);
  const models = network.packets.flatMap(({ message }) => (message === undefined ? [] : [message]));
  const phone = new Phone(network, 'dave', '192.0.2.77', '192.0.2.9');
  for (let i = 0; i < 2000; i++) {
    network.carry(
      '203.0.113.5',
      { transport: 'udp', host: phone.host, port: 5060 },
      mutated(network, network.random.pick(models)),
    );
  }
  network.seconds(120);
  assert.ok(!network.log.some((line) => line.startsWith(`${phone.host}>`)));
  phone.assertEmpty();
});

test('spec §10: with everybody let in, mutated requests are answered or dropped, and all is forgotten in time', () => {
  const { network } = talk(4);
  const models = network.packets.flatMap(({ message }) => (message?.kind === 'request' ? [message] : []));
  const phone = new Phone(network, 'bob', '192.0.2.77', '192.0.2.9', {}, { acceptFrom: 'any', limits: NO_LIMITS });
  phone.onEvent = (event) => {
    if (event.type === 'incoming') phone.submit({ type: 'reject', call: event.call, status: 603 });
    else if (event.type === 'refer-requested') phone.submit({ type: 'answer-refer', refer: event.refer, status: 403 });
  };
  for (let i = 0; i < 2000; i++) {
    network.carry(
      '203.0.113.5',
      { transport: 'udp', host: phone.host, port: 5060 },
      mutated(network, network.random.pick(models)),
    );
    if (i % 20 === 0) network.clock.advance(1000);
  }
  network.seconds(400);
  phone.assertEmpty();
});

test.run();
