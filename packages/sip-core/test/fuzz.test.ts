import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { SeededRandom } from '@switchhook/sans-io/testing';
import {
  addressesOf,
  addressOf,
  callIdOf,
  challengesOf,
  contactsOf,
  cseqOf,
  eventOf,
  fromOf,
  markReceived,
  nameAddr,
  newBranch,
  numberOf,
  parseMessage,
  parseSipfrag,
  parseUri,
  printMessage,
  printNameAddr,
  printReplaces,
  printUri,
  printVia,
  replacesOf,
  requestOf,
  responseTo,
  type SipMessage,
  StreamFramer,
  salvage,
  sameUri,
  subscriptionStateOf,
  TransactionLayer,
  tokensOf,
  toOf,
  viaOf,
  viasOf,
} from '@switchhook/sip-core';
import { test } from 'uvu';
import { corpus, FIXTURES } from './fixtures.ts';

/** What a user agent does with a message: read every value, and print what it has read. */
function use(message: SipMessage): void {
  const { headers } = message;
  for (const via of viasOf(message)) printVia(via);
  for (const address of [fromOf(message), toOf(message), ...contactsOf(message), ...addressesOf(message, 'Route')]) {
    printNameAddr(address);
    const uri = parseUri(address.uri);
    if (uri.ok) {
      printUri(uri.value);
      sameUri(uri.value, address.uri);
    }
  }
  const replaces = replacesOf(message);
  if (replaces !== undefined) printReplaces(replaces);
  eventOf(message);
  subscriptionStateOf(message);
  addressOf(message, 'Refer-To');
  tokensOf(message, 'Supported');
  numberOf(message, 'Expires');
  parseSipfrag(message.body);
  const copy = headers.clone().add('X-Test', 'x');
  for (const [name, value] of headers.entries()) if (!addressed(name)) copy.add(name, value);
  if (message.kind === 'response') {
    challengesOf(message);
    printMessage({ ...message, headers: copy });
    return;
  }
  printMessage({ ...message, headers: copy });
  const marked = markReceived(message, '203.0.113.5', 40_000);
  const answer = printMessage(responseTo(marked, 200, undefined, 'ours'));
  const back = parseMessage(answer, 'datagram');
  assert.ok(back.ok, `${JSON.stringify(back)} in\n${new TextDecoder().decode(answer)}`);
  assert.deepEqual(cseqOf(back.value), cseqOf(message));
  requestOf({
    method: 'BYE',
    uri: fromOf(message).uri,
    via: { ...viaOf(message), branch: 'z9hG4bKx' },
    from: toOf(message),
    to: fromOf(message),
    callId: callIdOf(message),
    cseq: 1,
    contact: nameAddr('sip:a@b'),
  });
}

/** Fields whose raw value may hold a quoted NUL; they are only built from their parsed form. */
function addressed(name: string): boolean {
  return ['From', 'To', 'Contact'].includes(name);
}

function feed(bytes: Uint8Array): boolean {
  const read = parseMessage(bytes, 'datagram');
  if (read.ok) use(read.value);
  else {
    const echo = salvage(bytes);
    if (echo !== undefined) printMessage(responseTo(echo, 400, undefined, 'ours'));
  }
  return read.ok;
}

const messages: Uint8Array[] = [...FIXTURES];
for (const folder of ['rfc4475/dat', 'rfc-flows/messages']) {
  const path = corpus(folder, 'fuzzing of its messages');
  if (path === undefined) continue;
  for (const file of readdirSync(path)) messages.push(new Uint8Array(readFileSync(`${path}/${file}`)));
}

test('DESIGN §7: every prefix of every fixture message goes through the parser', () => {
  for (const bytes of FIXTURES) {
    for (let length = 0; length <= bytes.length; length++) feed(bytes.subarray(0, length));
    const framer = new StreamFramer();
    let cut = 0;
    for (const octet of bytes) for (const item of framer.push(Uint8Array.of(octet))) if (item.type === 'message') cut++;
    assert.equal(cut, 1);
  }
});

const SPLINTERS = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  '"',
  '<',
  '>',
  ';',
  ',',
  '=',
  ':',
  '@',
  '%',
  '%00',
  '%0d%0a',
  ' ',
  '\t',
  '\\',
  '[',
  ']',
  'é',
  '\ufffd',
  'SIP/2.0',
  '4294967296',
  '-1',
  '99999999999999999999',
  '\r\n ',
  'Via: ',
  'l: 5\r\n',
  '__proto__',
  ';__proto__=1',
].map((text) => new TextEncoder().encode(text));

function mutate(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  let result = bytes;
  for (let times = 1 + random.below(4); times > 0; times--) {
    const at = random.below(result.length + 1);
    switch (random.below(5)) {
      case 0: {
        result = result.slice();
        if (at < result.length) result[at] = random.below(256);
        break;
      }
      case 1: {
        const splinter = random.pick(SPLINTERS);
        result = join(result.subarray(0, at), splinter, result.subarray(at));
        break;
      }
      case 2:
        result = join(result.subarray(0, at), result.subarray(Math.min(result.length, at + 1 + random.below(20))));
        break;
      case 3: {
        const length = random.below(60);
        result = join(result.subarray(0, at), result.subarray(Math.max(0, at - length)));
        break;
      }
      default: {
        const other = random.pick(messages);
        const from = random.below(other.length);
        result = join(result.subarray(0, at), other.subarray(from, from + random.below(80)), result.subarray(at));
      }
    }
  }
  return result;
}

function join(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const ROUNDS = Number(process.env['SWITCHHOOK_FUZZ'] ?? 100_000);
const SEED = 20_261_122;

test(`DESIGN §5: ${ROUNDS} broken messages never throw`, () => {
  const random = new SeededRandom(SEED);
  let taken = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = mutate(random, random.pick(messages));
    try {
      if (feed(bytes)) taken++;
    } catch (error) {
      throw new Error(`round ${round} of seed ${SEED}: ${JSON.stringify(new TextDecoder().decode(bytes))}`, {
        cause: error,
      });
    }
  }
  // Both ways must have been walked, or the mutations say nothing.
  assert.ok(taken > ROUNDS / 20 && taken < ROUNDS * 0.95, `${taken} of ${ROUNDS} were taken`);
});

test('DESIGN §5: broken streams never throw and never hold more than the limits', () => {
  const random = new SeededRandom(SEED + 1);
  for (let round = 0; round < 300; round++) {
    const framer = new StreamFramer();
    for (let i = 0; i < 20; i++) {
      const bytes = random.chance(0.5) ? random.pick(messages) : mutate(random, random.pick(messages));
      for (const item of framer.push(bytes)) if (item.type === 'message') parseMessage(item.bytes, 'stream');
      assert.ok(framer.pending < 200_000);
    }
  }
});

test('DESIGN §5: broken messages in any order never make a transaction throw, and all transactions end', () => {
  const random = new SeededRandom(SEED + 2);
  const layer = new TransactionLayer({ random });
  let now = 0;
  for (let round = 0; round < 4000; round++) {
    now += random.below(400);
    const bytes = random.chance(0.3) ? random.pick(messages) : mutate(random, random.pick(messages));
    const flow = { transport: random.chance(0.8) ? 'udp' : 'tcp', host: '203.0.113.5', port: 5060 } as const;
    const read = parseMessage(bytes, 'datagram');
    const outs = read.ok ? [...layer.receive(read.value, flow, now)] : [];
    for (const out of outs) {
      if (out.type === 'request' && random.chance(0.8)) {
        layer.respond(out.transaction, responseTo(out.request, random.pick([100, 200, 404, 486]), undefined, 'o'), now);
      }
    }
    if (random.chance(0.1)) {
      const request = requestOf({
        method: random.pick(['INVITE', 'BYE', 'OPTIONS']),
        uri: 'sip:a@b',
        via: { transport: 'UDP', host: '192.0.2.1', branch: newBranch(random), params: new Map() },
        from: 'sip:a@b',
        to: 'sip:a@b',
        callId: 'x',
        cseq: 1,
      });
      layer.send(request, flow, now);
    }
    layer.wake(now);
    if (random.chance(0.01)) layer.failed(flow, 'gone', now);
  }
  // Only INVITEs that nobody answered finally may be left: answer them, then let 64*T1 and the longest wait pass.
  layer.wake(now + 64_000);
  for (const { transaction, request } of layer.waiting()) {
    layer.respond(transaction, responseTo(request, 480, undefined, 'o'), now + 64_000);
  }
  layer.wake(now + 64_000 + 32_000);
  layer.wake(now + 64_000 + 32_000 + 32_000);
  assert.deepEqual([layer.size, layer.timers, layer.deadline], [0, 0, undefined]);
});

test('sip-core §10: 32 KiB of hostile header fields are read in linear time', () => {
  const patterns = [';', ',', '"', '<', '\\"', 'a=', ' ', '%', '(', ':', ';a', ';a=', ', ', '\r\n ', '<,', '";'];
  for (const pattern of patterns) {
    for (const name of ['Contact', 'Via', 'Authorization', 'From', 'X']) {
      const value = pattern.repeat(Math.floor(8000 / pattern.length));
      const head = 'OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nFrom: <sip:a@b>;tag=1\r\n';
      const text = `${head}To: <sip:a@b>\r\nCall-ID: a\r\nCSeq: 1 OPTIONS\r\n${`${name}: ${value}x\r\n`.repeat(3)}\r\n`;
      const bytes = new TextEncoder().encode(text);
      const before = process.cpuUsage();
      feed(bytes);
      const { user, system } = process.cpuUsage(before);
      assert.ok(user + system < 200_000, `${name} of ${JSON.stringify(pattern)} took ${user + system} µs`);
    }
  }
});

test.run();
