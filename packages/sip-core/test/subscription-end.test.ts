import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import { DigestServer, printMessage } from '@switchhook/sip-core';
import { test } from 'uvu';
import { seededCrypto, Wire } from './office.ts';
import { LAMP, Scene } from './subscription-scene.ts';

test('RFC 6665 §4.1.3: what each reason of terminated asks for', () => {
  for (const [reason, after] of [
    ['deactivated', 'at once'],
    ['timeout', 'at once'],
    ['probation;retry-after=600', 'later'],
    ['giveup;retry-after=600', 'later'],
    ['probation', 'soon'],
    ['rejected', 'never'],
    ['noresource', 'never'],
    ['invariant', 'never'],
    ['of-the-future', 'at once'],
  ] as const) {
    const scene = new Scene();
    scene.up();
    scene.network.seconds(20);
    scene.notify(`terminated;reason=${reason}`, 'last');
    assert.equal(scene.answered, 200);
    assert.equal(scene.phone.last('notified').body, 'last', 'its body counts');
    scene.network.seconds(1);
    assert.equal(scene.count > 1, after === 'at once', reason);
    scene.network.seconds(60);
    if (after === 'soon') assert.ok(scene.count > 1, reason);
    if (after === 'later') assert.equal(scene.count, 1, reason);
    scene.network.seconds(600);
    assert.equal(scene.count > 1, after !== 'never', reason);
    if (after === 'never') assert.ok(scene.status.name === 'over' && scene.status.why === reason);
    scene.end();
  }
});

test('RFC 6665 §4.1.3: a notifier that deactivates every subscription at once is not asked in a circle', () => {
  const scene = new Scene();
  scene.wire.onMessage = (message) => {
    if (message.kind !== 'request' || message.method !== 'SUBSCRIBE') return;
    scene.wire.answer(scene.phone.host, message, 200, { toTag: 'n', contact: 'sip:n@192.0.2.9' });
    scene.notify('terminated;reason=deactivated');
  };
  scene.subscribe();
  scene.network.seconds(120);
  assert.ok(scene.count >= 4 && scene.count < 12, `${scene.count} in two minutes`);
  scene.end();
});

test('RFC 4235 §4.3: asked for the whole state while it lives it refreshes, every 5 s at most', () => {
  const scene = new Scene();
  scene.up();
  scene.network.seconds(10);
  for (let i = 0; i < 10; i++) {
    scene.subscribe();
    if (scene.count > 1) scene.answer(200, [['Expires', '600']]);
    scene.notify('active;expires=600');
  }
  assert.equal(scene.count, 2);
  scene.network.seconds(6);
  assert.equal(scene.count, 3, 'the wish of then is kept');
  scene.end();
});

test('RFC 6665 §4.1.2.3: unsubscribing is a SUBSCRIBE with Expires 0, the last NOTIFY ends it', () => {
  const scene = new Scene();
  scene.up();
  scene.phone.submit({ type: 'unsubscribe', subscription: LAMP });
  scene.network.seconds(0.1);
  assert.equal(scene.last.headers.get('Expires'), '0');
  scene.answer(200, [['Expires', '0']]);
  const told = scene.phone.all('notified').length;
  scene.notify('terminated;reason=timeout');
  assert.equal(scene.answered, 200);
  assert.equal(scene.status.name, 'ended');
  assert.equal(scene.phone.all('notified').length, told, 'nobody wants to know any more');
  scene.network.seconds(40);
  scene.phone.assertEmpty();
});

test('RFC 6665 §4.1.2.3: unsubscribing before the answer, without an answer and before the first attempt ends as well', () => {
  for (const when of ['open', 'silent', 'waiting', 'refused'] as const) {
    const scene = new Scene();
    scene.subscribe();
    if (when === 'waiting') scene.answer(503);
    scene.phone.submit({ type: 'unsubscribe', subscription: LAMP });
    if (when === 'open') {
      scene.answer(200);
      assert.equal(scene.last.headers.get('Expires'), '0');
    } else if (when === 'refused') scene.answer(404);
    scene.network.seconds(120);
    assert.equal(scene.status.name, 'ended', when);
    scene.phone.assertEmpty();
  }
});

test('RFC 6665 §4.4.3: Expires 0 from the start fetches once', () => {
  const scene = new Scene();
  scene.subscribe({ expiresS: 0 });
  scene.answer(200, [['Expires', '0']]);
  scene.notify('terminated;reason=timeout', 'state of now');
  assert.equal(scene.phone.last('notified').body, 'state of now');
  assert.equal(scene.status.name, 'ended');
  scene.network.seconds(4000);
  assert.equal(scene.count, 1);
  scene.phone.assertEmpty();
  const refused = new Scene();
  refused.subscribe({ expiresS: 0 });
  refused.answer(404);
  assert.deepEqual(
    refused.phone.all('subscription').map(({ status }) => status.name),
    ['subscribing', 'over', 'ended'],
  );
});

test('RFC 3261 §22: a challenged SUBSCRIBE is sent again with credentials in the same dialog', () => {
  const scene = new Scene({ password: 'secret' });
  const guard = new DigestServer({
    crypto: seededCrypto(scene.network.random),
    realm: 'example.com',
    side: 'server',
    passwordOf: () => 'secret',
  });
  scene.subscribe();
  scene.answer(401, guard.challenge(scene.network.clock.now(), false));
  assert.equal(guard.verify(scene.last, scene.network.clock.now()).name, 'accepted');
  assert.equal(new Set(scene.wire.requests('SUBSCRIBE').map((one) => one.headers.get('Call-ID'))).size, 1);
  scene.answer(401, guard.challenge(scene.network.clock.now(), false));
  assert.ok(scene.status.name === 'waiting' && scene.status.why === 'wrong-password');
  scene.end();
});

test('RFC 6665 §7.2.2: a NOTIFY of another package in the dialog gets 489 and changes nothing', () => {
  const scene = new Scene();
  scene.up();
  const told = scene.phone.all('notified').length;
  scene.notify('terminated', 'x', { event: 'presence' });
  assert.equal(scene.answered, 489);
  assert.deepEqual([scene.status.name, scene.phone.all('notified').length], ['active', told]);
  scene.end();
});

test('RFC 6665 §8.2.3: without Subscription-State, with a word of the future and pending', () => {
  const scene = new Scene();
  scene.subscribe();
  scene.answer(202, [['Expires', '600']]);
  scene.notify('pending;expires=600', '');
  assert.equal(scene.status.name, 'pending');
  assert.equal(scene.phone.all('notified').length, 0);
  scene.notify('dreaming', 'x');
  assert.equal(scene.phone.last('notified').anew, true, 'the first one that says something');
  assert.equal(scene.status.name, 'active');
  scene.end();
});

test('RFC 3842 §3: message-summary unasked is taken from the own server by setting, and from nobody else', () => {
  const said = (scene: Scene, from = scene.wire) => {
    from.say(
      scene.phone.host,
      `NOTIFY sip:alice@192.0.2.1 SIP/2.0`,
      [
        'From: <sip:voicemail@example.com>;tag=v',
        'To: <sip:alice@example.com>',
        `Call-ID: mwi-${scene.wire.heard.length}`,
        'CSeq: 1 NOTIFY',
        'Contact: <sip:n@192.0.2.9>',
        'Event: message-summary',
        'Subscription-State: active',
        'Content-Type: application/simple-message-summary',
      ],
      'Messages-Waiting: yes\r\n',
    );
    scene.network.seconds(0.1);
  };
  const off = new Scene();
  said(off);
  assert.equal(off.answered, 489);
  const on = new Scene({ unasked: ['message-summary'] }, { acceptFrom: 'any' });
  said(on);
  assert.equal(on.answered, 200);
  const { account, event, body } = on.phone.last('notified-unasked');
  assert.deepEqual([account, event, body], ['alice-account', 'message-summary', 'Messages-Waiting: yes\r\n']);
  said(on, new Wire(on.network, '203.0.113.9'));
  assert.equal(on.phone.all('notified-unasked').length, 1, 'a stranger lights no lamp');
  on.end();
});

test('sip-core §8: many subscriptions leave five a second, and no more than the limit are kept', () => {
  const scene = new Scene({}, { limits: { subscriptions: 20 } });
  for (let i = 0; i < 25; i++) {
    scene.phone.submit({
      type: 'subscribe',
      subscription: token<'subscription'>(`s${i}`),
      account: scene.phone.account,
      to: `sip:${i}@example.com`,
      event: 'dialog',
      accept: ['application/dialog-info+xml'],
    });
  }
  assert.equal(scene.phone.all('subscription').filter(({ status }) => status.name === 'over').length, 5);
  const targets = () => new Set(scene.wire.requests('SUBSCRIBE').map((one) => one.uri)).size;
  scene.network.seconds(1);
  assert.ok(targets() >= 4 && targets() <= 6, `${targets()}`);
  scene.network.seconds(4);
  assert.equal(targets(), 20);
  scene.end();
});

test('RFC 6665 §4.1.2: the dialog of a subscription takes no call and no BYE', () => {
  const scene = new Scene();
  scene.up();
  const { headers } = scene.last;
  scene.wire.say(scene.phone.host, 'BYE sip:alice@192.0.2.1 SIP/2.0', [
    'From: <sip:214@example.com>;tag=n',
    `To: ${headers.get('From')}`,
    `Call-ID: ${headers.get('Call-ID')}`,
    'CSeq: 900 BYE',
  ]);
  scene.network.seconds(0.1);
  assert.ok(scene.wire.responses(481).length === 1);
  assert.equal(scene.status.name, 'active');
  scene.end();
});

test('spec: what cannot be subscribed to is refused, with the word', () => {
  const scene = new Scene();
  scene.subscribe({ to: 'tel:+361' });
  assert.ok(scene.status.name === 'over' && scene.status.status === 400);
  assert.equal(scene.count, 0);
  scene.phone.assertEmpty();
});

test('sip-core §10: mutated NOTIFYs and answers neither throw nor leave anything behind', () => {
  const scene = new Scene();
  scene.up();
  const models = scene.network.packets.flatMap(({ from, message }) =>
    from === scene.wire.host && message !== undefined ? [printMessage(message)] : [],
  );
  const words = [
    'terminated',
    'active;expires=0',
    ';reason=deactivated',
    '\r\n',
    'Event: refer\r\n',
    '4294967296',
    '\0',
    ';id=1',
  ];
  const { random } = scene.network;
  for (let i = 0; i < 5000; i++) {
    let bytes = random.pick(models).slice();
    for (let wounds = 1 + random.below(3); wounds > 0; wounds--) {
      const at = random.below(bytes.length + 1);
      const word = new TextEncoder().encode(random.pick(words));
      if (random.chance(0.5)) bytes = Uint8Array.from([...bytes.subarray(0, at), ...word, ...bytes.subarray(at)]);
      else if (at < bytes.length) bytes[at] = random.below(256);
    }
    scene.network.carry(scene.wire.host, { transport: 'udp', host: scene.phone.host, port: 5060 }, bytes);
    if (i % 50 === 0) scene.network.seconds(1);
  }
  scene.network.seconds(100);
  scene.end();
});

test.run();
