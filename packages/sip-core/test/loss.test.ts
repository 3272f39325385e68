import assert from 'node:assert/strict';
import { test } from 'uvu';
import { type Network, type Phone, pair } from './office.ts';

/** Lose `share` of all packets, deliver some twice, and let them overtake each other. */
function storm(network: Network, share: number): void {
  network.weather = () => !network.random.chance(share);
  network.delayMs = () => 1 + network.random.below(120);
}

function agreeable(phone: Phone): void {
  phone.onEvent = (event) => {
    if (event.type === 'offered') {
      phone.submit({ type: 'answer-offer', call: event.call, offer: event.offer, body: 'yes' });
    } else if (event.type === 'refer-requested') {
      phone.submit({ type: 'answer-refer', refer: event.refer, status: 202 });
      phone.submit({ type: 'report-refer', refer: event.refer, status: 180 });
      phone.submit({ type: 'report-refer', refer: event.refer, status: 200 });
    } else if (event.type === 'incoming') {
      phone.submit({ type: 'ring', call: event.call });
      phone.submit({ type: 'answer', call: event.call, body: 'answer' });
    }
  };
}

test('RFC 3261 §17: with 20 % loss and reordering, call, hold, transfer and end come to the same end on both sides', () => {
  let connected = 0;
  let transferred = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const { network, alice, bob } = pair(seed);
    storm(network, 0.2);
    agreeable(alice);
    agreeable(bob);
    const call = alice.dial('sip:bob@example.com');
    network.seconds(40);
    const up = alice.all('answered').length === 1;
    if (up) connected++;
    alice.submit({ type: 'offer', call, body: 'hold' });
    if (bob.all('answered').length === 1) bob.submit({ type: 'offer', call: bob.last('incoming').call, body: 'hold' });
    network.seconds(40);
    if (up) alice.refer(call, 'sip:carol@example.com');
    network.seconds(40);
    if (alice.all('refer-notified').some(({ status }) => status === 200)) transferred++;
    alice.submit({ type: 'hangup', call });
    network.seconds(400);
    assert.equal(alice.all('ended').length, 1, `seed ${seed}: ${alice.story()}`);
    assert.equal(bob.all('ended').length, bob.all('incoming').length, `seed ${seed}: ${bob.story()}`);
    alice.assertEmpty();
    bob.assertEmpty();
  }
  assert.ok(connected >= 58, `${connected} of 60 were connected`);
  assert.ok(transferred >= 54, `${transferred} of 60 were transferred`);
});

test('RFC 3261 §9: hanging up at any moment leaves both sides ended, whatever crosses whatever', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const { network, alice, bob } = pair(seed);
    storm(network, 0.1);
    const { random } = network;
    const call = alice.dial('sip:bob@example.com');
    network.clock.advance(random.below(600));
    const incoming = (): ReturnType<typeof bob.all<'incoming'>>[number] | undefined => bob.all('incoming').at(-1);
    if (random.chance(0.7) && incoming()) bob.submit({ type: 'ring', call: incoming()!.call });
    network.clock.advance(random.below(300));
    if (random.chance(0.7) && incoming()) bob.submit({ type: 'answer', call: incoming()!.call, body: 'answer' });
    network.clock.advance(random.below(300));
    const who = random.below(3);
    if (who !== 1) alice.submit({ type: 'hangup', call });
    if (who !== 0 && incoming()) bob.submit({ type: 'hangup', call: incoming()!.call });
    network.seconds(5);
    // Whatever is left rings: the caller gives up.
    alice.submit({ type: 'hangup', call });
    network.seconds(400);
    assert.equal(alice.all('ended').length, 1, `seed ${seed}: ${alice.story()}`);
    assert.equal(bob.all('ended').length, bob.all('incoming').length, `seed ${seed}: ${bob.story()}`);
    alice.assertEmpty();
    bob.assertEmpty();
  }
});

test.run();
