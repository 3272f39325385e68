import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Scene } from './subscription-scene.ts';

test('RFC 6665 §4.1.2.1: SUBSCRIBE with Event, Accept, Expires and Contact; 2xx and NOTIFY make it active', () => {
  const scene = new Scene();
  scene.subscribe();
  const { headers, uri } = scene.last;
  assert.equal(uri, 'sip:214@example.com');
  assert.deepEqual(
    [headers.get('Event'), headers.get('Accept'), headers.get('Expires')],
    ['dialog', 'application/dialog-info+xml', '3600'],
  );
  assert.ok(headers.has('Contact') && headers.has('Allow-Events'));
  assert.equal(scene.status.name, 'subscribing');
  scene.answer(200, [['Expires', '600']]);
  assert.equal(scene.status.name, 'subscribing', 'a 2xx alone is no subscription');
  scene.notify('active;expires=600');
  assert.equal(scene.answered, 200);
  assert.equal(scene.status.name, 'active');
  const { contentType, body, anew } = scene.phone.last('notified');
  assert.deepEqual([contentType, body, anew], ['application/dialog-info+xml', 'news', true]);
  scene.notify('active;expires=590', 'more');
  assert.equal(scene.phone.last('notified').anew, false);
  scene.end();
});

test('RFC 6665 §4.1.2.4: a NOTIFY that overtakes the 2xx makes the dialog, and a lost 2xx does no harm', () => {
  const scene = new Scene();
  scene.subscribe();
  scene.notify('active;expires=600');
  assert.equal(scene.status.name, 'active');
  scene.network.seconds(40);
  assert.equal(scene.status.name, 'active', 'the SUBSCRIBE timed out');
  scene.network.seconds(560);
  const refresh = scene.last;
  assert.equal(refresh.uri, 'sip:n@192.0.2.9');
  assert.match(refresh.headers.get('To')!, /;tag=n$/);
  scene.end();
});

test('RFC 6665 §4.4.1: of a forked SUBSCRIBE one is kept, the other NOTIFYs get 481', () => {
  const scene = new Scene();
  scene.subscribe();
  scene.notify('active;expires=600', 'a', { tag: 'one' });
  scene.answer(200, [], 'two');
  scene.notify('active;expires=600', 'b', { tag: 'two' });
  assert.equal(scene.answered, 481);
  assert.deepEqual(
    scene.phone.all('notified').map(({ body }) => body),
    ['a'],
  );
  scene.end();
});

test('RFC 6665 §4.1.2.2: refreshed before its end in the same dialog with a rising CSeq, by the shorter time of NOTIFY', () => {
  const scene = new Scene();
  scene.up();
  const [first] = scene.wire.requests('SUBSCRIBE');
  scene.network.seconds(300);
  assert.equal(scene.count, 1);
  scene.notify('active;expires=60');
  scene.network.seconds(60);
  assert.ok(scene.count > 1);
  assert.equal(scene.wire.requests('SUBSCRIBE')[1]!.headers.get('Call-ID'), first!.headers.get('Call-ID'));
  const cseqs = scene.wire.requests('SUBSCRIBE').map((one) => Number.parseInt(one.headers.get('CSeq')!, 10));
  assert.ok(cseqs[1]! > cseqs[0]!);
  scene.end();
});

test('RFC 6665 §4.1.2.2: a refresh that fails for a while leaves the subscription to its end, then another one begins', () => {
  const scene = new Scene();
  scene.wire.onMessage = (message) => {
    if (message.kind === 'request' && message.method === 'SUBSCRIBE' && scene.count > 1) scene.answer(503);
  };
  scene.up();
  scene.network.seconds(598);
  assert.ok(scene.count > 2, 'tried again');
  assert.equal(scene.status.name, 'active');
  scene.network.seconds(10);
  assert.equal(scene.status.name, 'waiting');
  scene.network.seconds(60);
  const calls = new Set(scene.wire.requests('SUBSCRIBE').map((one) => one.headers.get('Call-ID')));
  assert.ok(calls.size > 1);
  scene.end();
});

test('RFC 6665 §4.1.2.2: 481 to a refresh begins another subscription at once', () => {
  const scene = new Scene();
  scene.up();
  scene.network.seconds(580);
  assert.ok(scene.count > 1);
  scene.answer(481);
  scene.network.seconds(1);
  assert.equal(scene.last.uri, 'sip:214@example.com');
  assert.ok(!/tag=/.test(scene.last.headers.get('To')!));
  scene.answer(200);
  scene.notify('active;expires=600', 'whole');
  assert.deepEqual([scene.status.name, scene.phone.last('notified').anew], ['active', true]);
  scene.end();
});

test('RFC 6665 §4.1.2.1: 423 is obeyed with Min-Expires', () => {
  const scene = new Scene();
  scene.subscribe({ expiresS: 60 });
  scene.answer(423, [['Min-Expires', '900']]);
  assert.equal(scene.last.headers.get('Expires'), '900');
  scene.answer(423, [['Min-Expires', '1000']]);
  scene.answer(423, [['Min-Expires', '1100']]);
  assert.equal(scene.status.name, 'waiting', 'two are enough');
  scene.end();
});

test('RFC 6665 §4.1.2.1: 403, 404, 489 and 6xx end it until somebody subscribes again', () => {
  for (const status of [400, 403, 404, 405, 489, 501, 603]) {
    const scene = new Scene();
    scene.subscribe();
    scene.answer(status);
    assert.deepEqual({ ...scene.status, phrase: '' }, { name: 'over', why: 'refused', status, phrase: '' });
    scene.network.seconds(10_000);
    assert.equal(scene.count, 1);
    scene.subscribe();
    scene.network.seconds(1);
    assert.equal(scene.count, 2);
    scene.end();
  }
});

test('sip-core §5: for a fault that passes it never gives up, from seconds to half an hour', () => {
  for (const status of [undefined, 480, 503]) {
    const scene = new Scene();
    if (status !== undefined)
      scene.wire.onMessage = (message) => {
        if (message.kind === 'request') scene.wire.answer(scene.phone.host, message, status, { toTag: 'x' });
      };
    scene.subscribe();
    scene.network.seconds(86_400);
    const before = scene.count;
    scene.network.seconds(2 * 3600);
    assert.ok(scene.count > before, `${status} gave up`);
    assert.ok(new Set(scene.wire.requests('SUBSCRIBE').map((one) => one.headers.get('Call-ID'))).size < 120);
    scene.end();
  }
});

test('RFC 3261 §20.33: Retry-After is waited for', () => {
  const scene = new Scene();
  scene.subscribe();
  scene.answer(503, [['Retry-After', '300']]);
  assert.ok(scene.status.name === 'waiting' && scene.status.status === 503);
  scene.network.seconds(290);
  assert.equal(scene.count, 1);
  scene.network.seconds(12);
  assert.equal(scene.count, 2);
  scene.end();
});

test('RFC 6665 §4.1.2.4, timer N: a 2xx without any NOTIFY is no subscription', () => {
  const scene = new Scene();
  scene.subscribe();
  scene.answer(200, [['Expires', '600']]);
  scene.network.seconds(33);
  assert.ok(scene.status.name === 'waiting' && scene.status.why === 'timeout');
  scene.end();
});

test.run();
