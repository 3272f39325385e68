import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import { test } from 'uvu';
import { MAX_COLLISIONS, OfferAnswer } from './offer-answer.ts';

const o1 = token<'offer'>('o1');

test('RFC 3261 §14.1: a second offer of ours waits for the answer to the first', () => {
  const exchange = new OfferAnswer();
  exchange.propose('a');
  exchange.propose('stale');
  exchange.propose('b', true);
  assert.equal(exchange.begin()?.body, 'a');
  assert.equal(exchange.begin(), undefined);
  exchange.conclude();
  assert.equal(exchange.begin()?.body, 'b');
});

test('RFC 3261 §14.2: an offer that crosses ours is pending, one behind an unanswered offer of theirs is busy', () => {
  const exchange = new OfferAnswer();
  exchange.propose('a');
  exchange.begin();
  assert.equal(exchange.admit(), 'pending');
  exchange.conclude();
  assert.equal(exchange.admit(), 'take');
  exchange.take(o1, 'INVITE', false);
  assert.equal(exchange.admit(), 'busy');
  exchange.accept();
  assert.equal(exchange.admit(), 'pending');
  assert.equal(exchange.acknowledge(), false);
  assert.equal(exchange.admit(), 'take');
});

test('RFC 3261 §14.1: after 491 the offer pauses at the head of the queue, and theirs may come in between', () => {
  const exchange = new OfferAnswer();
  exchange.propose('a');
  exchange.propose('b');
  exchange.begin();
  assert.equal(exchange.collide(), true);
  assert.equal(exchange.begin(), undefined);
  assert.equal(exchange.admit(), 'take');
  exchange.resume();
  assert.equal(exchange.begin()?.body, 'a');
  for (let i = 2; i < MAX_COLLISIONS; i++) {
    assert.equal(exchange.collide(), true);
    exchange.resume();
    assert.equal(exchange.begin()?.body, 'a');
  }
  assert.equal(exchange.collide(), false);
  assert.equal(exchange.begin()?.body, 'b');
});

test('RFC 3311 §5.2: an accepted UPDATE is done at once, a re-INVITE without offer brings its answer in the ACK', () => {
  const exchange = new OfferAnswer();
  exchange.take(o1, 'UPDATE', false);
  exchange.accept();
  assert.equal(exchange.state.name, 'stable');
  exchange.take(o1, 'INVITE', true);
  exchange.accept();
  assert.equal(exchange.acknowledge(), true);
});

test.run();
