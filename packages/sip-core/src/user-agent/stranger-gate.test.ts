import assert from 'node:assert/strict';
import { test } from 'uvu';
import { StrangerGate } from './stranger-gate.ts';

test('sip-core §10: five calls in 10 s from one source are looked at, the sixth bans it for 10 minutes', () => {
  const gate = new StrangerGate({ perSource: 5, inAll: 20 });
  for (let n = 0; n < 5; n++) assert.equal(gate.admits('203.0.113.1', `call-${n}`, n), 'yes');
  assert.equal(gate.admits('203.0.113.1', 'call-2', 6), 'yes', 'one of the five, sent again');
  assert.equal(gate.admits('203.0.113.1', 'call-5', 7), 'too-many');
  assert.equal(gate.admits('203.0.113.1', 'call-2', 8), 'banned');
  assert.equal(gate.admits('203.0.113.2', 'other', 8), 'yes');
  assert.equal(gate.admits('203.0.113.1', 'later', 600_006), 'banned');
  assert.equal(gate.admits('203.0.113.1', 'later', 600_007), 'yes');
});

test('sip-core §10: the second ban lasts twice as long, and none longer than a day', () => {
  const gate = new StrangerGate({ perSource: 0, inAll: 20 });
  let now = 0;
  for (const minutes of [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]) {
    assert.equal(gate.admits('203.0.113.1', 'x', now), 'too-many');
    assert.equal(gate.admits('203.0.113.1', 'x', now + minutes * 60_000 - 1), 'banned');
    now += minutes * 60_000;
  }
});

test('sip-core §10: twenty calls in 10 s over all strangers, and nobody is banned for the others', () => {
  const gate = new StrangerGate({ perSource: 5, inAll: 20 });
  for (let n = 0; n < 20; n++) assert.equal(gate.admits(`203.0.113.${n}`, 'x', 0), 'yes');
  assert.equal(gate.admits('198.51.100.1', 'x', 9999), 'too-many');
  assert.equal(gate.admits('198.51.100.1', 'x', 10_000), 'yes');
});

test('sip-core §10: a flood of invented sources is not remembered without end', () => {
  const gate = new StrangerGate({ perSource: 1, inAll: Number.POSITIVE_INFINITY });
  gate.admits('203.0.113.1', 'a', 0);
  for (let n = 0; n < 1024; n++) gate.admits(`10.0.${n >> 8}.${n & 255}`, 'x', 1);
  assert.equal(gate.admits('203.0.113.1', 'b', 2), 'yes', 'it has been forgotten');
  assert.equal(gate.admits('10.0.3.255', 'y', 2), 'too-many');
});

test.run();
