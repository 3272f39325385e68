import assert from 'node:assert/strict';
import type { PhoneState } from '@switchhook/phone';
import { initialPhone, phoneSettings } from '@switchhook/phone';
import { token } from '@switchhook/sans-io';
import { test } from 'uvu';
import { CONVERSATION_BYTES, CONVERSATION_LIMIT, Conversations, MESSAGE_LIMIT } from './conversations.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const remote = '10.0.0.2:5060';
let order = 0;

function message(first: string, id: string, more = '', body = ''): Uint8Array {
  return octets(`${first} SIP/2.0\r\nTo: <sip:9999@pbx>\r\nCall-ID: ${id}\r\n${more}\r\n${body}`);
}
function pass(into: Conversations, bytes: Uint8Array, at = 0, out = true): void {
  into.message({ out, transport: 'udp', remote, bytes }, at, ++order);
}

const idle: PhoneState = initialPhone(phoneSettings({ accounts: [] }));
function withCall(fields: object): PhoneState {
  const call = { id: token<'call'>('c-1'), direction: 'out', address: 'sip:9999@pbx', dialog: undefined, ...fields };
  return { ...idle, calls: [call as PhoneState['calls'][number]] };
}

test('journal: while no call is up nothing is remembered', () => {
  const conversations = new Conversations();
  for (const method of ['REGISTER', 'OPTIONS', 'NOTIFY', 'SUBSCRIBE', 'BYE'])
    pass(conversations, message(`${method} sip:9999@pbx`, 'x'));
  pass(conversations, octets('SIP/2.0 200 OK\r\nCall-ID: x\r\n\r\n'));
  assert.equal(conversations.size, 0);
});

test('journal: a call is found by what was dialled, and by its dialog once that is known', () => {
  const conversations = new Conversations();
  pass(conversations, message('INVITE sip:9999@pbx', 'one'));
  conversations.associate(withCall({}));
  assert.equal(conversations.of(token<'call'>('c-1'))?.sipCallId, 'one');
  pass(conversations, message('INVITE sip:1000@phone', 'two'), 0, false);
  const dialog = { sipCallId: 'two', localTag: 'a', remoteTag: 'b' };
  conversations.associate(withCall({ id: token<'call'>('c-2'), direction: 'in', dialog }));
  assert.equal(conversations.of(token<'call'>('c-2'))?.sipCallId, 'two');
});

test('journal: a REFER out of dialog and its NOTIFYs belong to the dialog that Target-Dialog names', () => {
  const conversations = new Conversations();
  pass(conversations, message('INVITE sip:9999@pbx', 'one'));
  pass(conversations, message('REFER sip:9999@pbx;gr', 'aside', 'Target-Dialog: one;local-tag=a;remote-tag=b\r\n'));
  pass(conversations, message('NOTIFY sip:1000@phone', 'aside'), 0, false);
  pass(conversations, message('REFER sip:9999@pbx;gr', 'foreign', 'Target-Dialog: other;local-tag=a\r\n'));
  conversations.associate(withCall({}));
  assert.equal(conversations.of(token<'call'>('c-1'))?.messages.length, 3);
});

test('journal: it is forgotten with its call, unless a transfer still needs it, and a stray INVITE after a minute', () => {
  const conversations = new Conversations();
  pass(conversations, message('INVITE sip:9999@pbx', 'one'));
  pass(conversations, message('INVITE sip:1000@phone', 'stray'), 0, false);
  conversations.associate(withCall({}));
  conversations.sweep(idle, new Set([token<'call'>('c-1')]), 1000);
  assert.equal(conversations.size, 2);
  conversations.sweep(idle, new Set(), 1000);
  assert.equal(conversations.size, 1);
  conversations.sweep(idle, new Set(), 61_000);
  assert.equal(conversations.size, 0);
});

test('journal: one dialog keeps its first messages and its newest, within its limits', () => {
  const conversations = new Conversations();
  pass(conversations, message('INVITE sip:9999@pbx', 'one'), 0);
  for (let i = 1; i <= 2 * MESSAGE_LIMIT; i++) pass(conversations, message('UPDATE sip:9999@pbx', 'one'), i);
  conversations.associate(withCall({}));
  const kept = conversations.of(token<'call'>('c-1'))!;
  assert.equal(kept.messages.length, MESSAGE_LIMIT);
  assert.equal(kept.dropped, MESSAGE_LIMIT + 1);
  assert.equal(kept.messages[0]!.atMs, 0);
  assert.equal(kept.messages.at(-1)!.atMs, 2 * MESSAGE_LIMIT);
});

test('journal: its octets are bounded, whatever the far end sends', () => {
  const conversations = new Conversations();
  for (let i = 0; i < 60; i++) pass(conversations, message('INVITE sip:9999@pbx', 'one', '', 'x'.repeat(60_000)));
  conversations.associate(withCall({}));
  const { messages } = conversations.of(token<'call'>('c-1'))!;
  assert.ok(messages.reduce((sum, { size }) => sum + size, 0) <= CONVERSATION_BYTES);
  for (let i = 0; i < 2 * CONVERSATION_LIMIT; i++) pass(conversations, message('INVITE sip:9999@pbx', `n${i}`), i);
  assert.equal(conversations.size, CONVERSATION_LIMIT);
});

test.run();
