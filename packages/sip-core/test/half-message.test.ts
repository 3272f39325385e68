import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { type Flow, UserAgent, type UserAgentOut } from '@switchhook/sip-core';
import { test } from 'uvu';
import { seededCrypto } from './office.ts';

const FLOW: Flow = { transport: 'tcp', host: '192.0.2.9', port: 5060, connection: 1 };
const OPTIONS = [
  'OPTIONS sip:alice@192.0.2.1 SIP/2.0',
  'Via: SIP/2.0/TCP 192.0.2.9:5060;branch=z9hG4bKhalf',
  'Max-Forwards: 70',
  'From: <sip:bob@example.com>;tag=b',
  'To: <sip:alice@example.com>',
  'Call-ID: half',
  'CSeq: 1 OPTIONS',
  'Content-Length: 0',
  '',
  '',
].join('\r\n');

/** An agent on a stream, with what it puts out. */
function agent() {
  const core = new UserAgent({
    accounts: [
      {
        id: token<'account'>('a'),
        user: 'alice',
        domain: 'example.com',
        transport: 'tcp',
        server: { host: '192.0.2.9', port: 5060 },
        register: false,
      },
    ],
    local: { tcp: { host: '192.0.2.1', port: 5060 } },
    crypto: seededCrypto(new SeededRandom(1)),
  });
  const outs: UserAgentOut[] = [];
  return {
    core,
    outs,
    say: (text: string, at: number) =>
      outs.push(...core.receive({ type: 'received', flow: FLOW, bytes: new TextEncoder().encode(text) }, at)),
    wake: (at: number) => outs.push(...core.wake(at)),
    closed: () => outs.some((out) => out.type === 'close'),
  };
}

test('sip-core §2: half a message on a stream has 32 s to be whole, then the stream is closed', () => {
  const { core, say, wake, closed, outs } = agent();
  say(OPTIONS.slice(0, 50), 1000);
  assert.equal(core.deadline, 33_000);
  // Octets that trickle in buy no time.
  for (let n = 50; n < 80; n++) say(OPTIONS[n]!, 1000 + n * 300);
  wake(32_999);
  assert.equal(closed(), false);
  wake(33_000);
  assert.equal(closed(), true);
  assert.ok(outs.some((out) => out.type === 'note' && out.word === 'half-message'));
  assert.equal(core.census().timers, 0);
});

test('sip-core §2: a whole message ends the wait, and the next half one begins its own', () => {
  const { core, say, wake, closed, outs } = agent();
  say(OPTIONS.slice(0, 50), 0);
  say(OPTIONS.slice(50) + OPTIONS.slice(0, 20), 31_000);
  assert.equal(outs.filter((out) => out.type === 'send').length, 1);
  wake(32_000);
  assert.equal(closed(), false);
  say(OPTIONS.slice(20).replace('half', 'next'), 40_000);
  wake(80_000);
  assert.equal(closed(), false);
  assert.equal(core.census().timers, 0);
});

test('sip-core §2: a stream that has gone, or was given up for nonsense, is not waited for', () => {
  const gone = agent();
  gone.say(OPTIONS.slice(0, 50), 0);
  gone.core.receive({ type: 'closed', flow: FLOW }, 1);
  assert.equal(gone.core.census().timers, 0);
  const nonsense = agent();
  nonsense.say(OPTIONS.slice(0, 50), 0);
  nonsense.say('x'.repeat(40_000), 1);
  assert.equal(nonsense.closed(), true);
  assert.equal(nonsense.core.census().timers, 0);
});

test('sip-core §2: keep-alives between messages start no wait', () => {
  const { core, say } = agent();
  say('\r\n\r\n', 0);
  assert.equal(core.census().timers, 0);
});

test.run();
