import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { requestOf, responseTo } from '../message/build.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts';
import { parseMessage } from '../message/parse-message.ts';
import { printMessage } from '../message/print-message.ts';
import { callIdOf, cseqOf, toTagOf, viaOf, viasOf } from '../message/values.ts';
import type { Flow } from '../user-agent/door.ts';
import { cancelFor, newBranch, newTag } from './requests.ts';
import { TransactionLayer } from './transaction-layer.ts';
import type { TransactionOut } from './transaction-out.ts';

const FLOW: Flow = { transport: 'udp', host: '192.0.2.7', port: 5060 };
const STREAM: Flow = { transport: 'tcp', host: '192.0.2.7', port: 5060, connection: 3 };

function layer(serverLimit?: number): TransactionLayer {
  return new TransactionLayer({ random: new SeededRandom(1), ...(serverLimit === undefined ? {} : { serverLimit }) });
}

interface Wanted {
  readonly method?: string;
  readonly branch?: string | undefined;
  readonly cseq?: number;
  readonly toTag?: string;
  readonly host?: string;
  readonly port?: number;
  readonly rport?: boolean;
  readonly routes?: readonly string[];
}

/** A request as the wire brings it. */
function request(wanted: Wanted = {}): SipRequest {
  const { method = 'INVITE', cseq = 1, toTag, host = '192.0.2.7', port = 5060, rport = false, routes = [] } = wanted;
  const branch = 'branch' in wanted ? wanted.branch : 'z9hG4bKone';
  const params = new Map<string, string | undefined>(rport ? [['rport', undefined]] : []);
  const built = requestOf({
    method,
    uri: 'sip:b@h',
    via: { transport: 'UDP', host, port, branch, params },
    routes,
    from: { uri: 'sip:a@h', params: new Map([['tag', 'f1']]) },
    to: { uri: 'sip:b@h', params: new Map(toTag === undefined ? [] : [['tag', toTag]]) },
    callId: 'c@h',
    cseq,
  });
  const read = parseMessage(printMessage(built), 'datagram');
  assert.ok(read.ok && read.value.kind === 'request');
  return read.value;
}

function back(out: TransactionOut | undefined): SipMessage {
  assert.ok(out?.type === 'send', JSON.stringify(out));
  const read = parseMessage(out.bytes, 'datagram');
  assert.ok(read.ok);
  return read.value;
}

function types(out: readonly TransactionOut[]): string {
  return out
    .map((one) => {
      if (one.type !== 'send') return one.type;
      const message = back(one);
      return `send ${message.kind === 'request' ? message.method : message.status}`;
    })
    .join(', ');
}

/** All that happens up to and at `end`, as `moment: what`. */
function run(core: TransactionLayer, end: number): string[] {
  const history: string[] = [];
  for (let at = core.deadline; at !== undefined && at <= end; at = core.deadline) {
    const what = types(core.wake(at));
    if (what !== '') history.push(`${at}: ${what}`);
  }
  return history;
}

function quiet(core: TransactionLayer): void {
  assert.deepEqual([core.size, core.timers, core.deadline], [0, 0, undefined]);
}

test('RFC 3261 §17.1.1.2: an unanswered INVITE is sent seven times over UDP, then times out', () => {
  const core = layer();
  const { out } = core.send(request(), FLOW, 0);
  assert.equal(types(out), 'send INVITE');
  assert.deepEqual(run(core, 1e6), [
    '500: send INVITE',
    '1500: send INVITE',
    '3500: send INVITE',
    '7500: send INVITE',
    '15500: send INVITE',
    '31500: send INVITE',
    '32000: timed-out',
  ]);
  quiet(core);
});

test('RFC 3261 §17.1.2.2: an unanswered BYE is sent eleven times over UDP, once over a stream', () => {
  const core = layer();
  core.send(request({ method: 'BYE' }), FLOW, 0);
  const history = run(core, 1e6);
  assert.equal(history.filter((line) => line.endsWith('send BYE')).length, 10);
  assert.equal(history.at(-1), '32000: timed-out');
  core.send(request({ method: 'BYE' }), STREAM, 0);
  assert.deepEqual(run(core, 1e6), ['32000: timed-out']);
  quiet(core);
});

test('RFC 3261 §17.1.1.3: the ACK of a refusal has Via, Route and Request-URI of the INVITE and the To of the response', () => {
  const core = layer();
  const invite = request({ routes: ['<sip:p1;lr>', '<sip:p2;lr>'], cseq: 77 });
  core.send(invite, FLOW, 0);
  const refusal = responseTo(invite, 486, undefined, 'theirs');
  const out = core.receive(refusal, FLOW, 10);
  assert.equal(types(out), 'send ACK, response');
  const ack = back(out[0]);
  assert.ok(ack.kind === 'request' && ack.uri === invite.uri);
  assert.deepEqual(viasOf(ack), viasOf(invite));
  assert.deepEqual(ack.headers.all('Route'), invite.headers.all('Route'));
  assert.deepEqual(cseqOf(ack), { number: 77, method: 'ACK' });
  assert.deepEqual([toTagOf(ack), callIdOf(ack)], ['theirs', callIdOf(invite)]);
  assert.equal(types(core.receive(refusal, FLOW, 20)), 'send ACK');
  run(core, 1e6);
  quiet(core);
});

test('RFC 3261 §17.1.3: responses are matched by branch and CSeq method', () => {
  const core = layer();
  const invite = request();
  const { transaction } = core.send(invite, FLOW, 0);
  const [up] = core.receive(responseTo(invite, 180, undefined, 't'), FLOW, 1);
  assert.ok(up?.type === 'response' && up.transaction === transaction && up.sent === invite);
  assert.equal(types(core.receive(responseTo(request({ method: 'BYE' }), 200), FLOW, 2)), 'stray');
  assert.equal(types(core.receive(responseTo(request({ branch: 'z9hG4bKother' }), 200), FLOW, 3)), 'stray');
  assert.equal(types(core.receive(responseTo(request({ branch: 'z9hG4bKONE' }), 183), FLOW, 4)), 'response');
});

test('sip-core §10: a datagram from another host cannot answer', () => {
  const core = layer();
  const invite = request();
  core.send(invite, FLOW, 0);
  const [out] = core.receive(responseTo(invite, 486, undefined, 't'), { ...FLOW, host: '203.0.113.66' }, 1);
  assert.ok(out?.type === 'stray' && out.why === 'source');
  assert.equal(types(core.receive(responseTo(invite, 180, undefined, 't'), { ...FLOW, port: 9 }, 2)), 'response');
});

test('RFC 6026 §7.2: 2xx retransmissions and forked 2xx go up for 64*T1, then they are strays', () => {
  const core = layer();
  const invite = request();
  core.send(invite, FLOW, 0);
  for (const [tag, at] of [
    ['t1', 100],
    ['t1', 600],
    ['t2', 900],
  ] as const) {
    assert.equal(types(core.receive(responseTo(invite, 200, undefined, tag), FLOW, at)), 'response');
  }
  assert.deepEqual(run(core, 32_100), []);
  assert.equal(types(core.receive(responseTo(invite, 200, undefined, 't1'), FLOW, 32_200)), 'stray');
  quiet(core);
});

test('RFC 3261 §9.1: CANCEL repeats the INVITE, and ends it 64*T1 later when nothing comes', () => {
  const core = layer();
  const invite = request({ routes: ['<sip:p;lr>'], cseq: 5 });
  core.send(invite, FLOW, 0);
  core.receive(responseTo(invite, 180, undefined, 't'), FLOW, 100);
  const cancel = cancelFor(invite, 'SIP;cause=200;text="Call completed elsewhere"');
  assert.deepEqual([cancel.uri, viaOf(cancel).branch, toTagOf(cancel)], [invite.uri, 'z9hG4bKone', undefined]);
  assert.deepEqual(cancel.headers.all('Route'), ['<sip:p;lr>']);
  assert.deepEqual(cseqOf(cancel), { number: 5, method: 'CANCEL' });
  assert.equal(types(core.send(cancel, FLOW, 1000).out), 'send CANCEL');
  assert.equal(types(core.receive(responseTo(cancel, 200), FLOW, 1100)), 'response');
  assert.deepEqual(run(core, 1e6), ['33000: timed-out']);
  quiet(core);
});

test('RFC 3261 §17.1.4: a failed flow ends its client transactions, and only those', () => {
  const core = layer();
  core.send(request(), FLOW, 0);
  core.send(request({ method: 'BYE', branch: 'z9hG4bKtwo' }), { ...FLOW, port: 5070 }, 0);
  const out = core.failed(FLOW, 'unreachable', 1);
  assert.ok(out.length === 1 && out[0]?.type === 'failed' && out[0].why === 'unreachable');
  assert.equal(core.size, 1);
  core.send(request(), STREAM, 2);
  assert.equal(types(core.failed({ ...STREAM, connection: 4 }, 'reset', 3)), '');
  assert.equal(types(core.failed(STREAM, 'reset', 3)), 'failed');
});

test('RFC 3261 §17.2.1: 100 Trying after 200 ms, once, unless the user was faster', () => {
  const core = layer();
  const out = core.receive(request(), FLOW, 0);
  assert.equal(types(out), 'request');
  assert.equal(types(core.receive(request(), FLOW, 100)), '');
  assert.deepEqual(run(core, 1000), ['200: send 100']);
  assert.equal(types(core.receive(request(), FLOW, 1100)), 'send 100');
  const faster = layer();
  const [first] = faster.receive(request(), FLOW, 0);
  assert.ok(first?.type === 'request');
  faster.respond(first.transaction, responseTo(first.request, 180, undefined, 't'), 150);
  assert.deepEqual(run(faster, 1000), []);
});

test('RFC 3261 §17.2.1: a refused INVITE is repeated until its ACK, which stays below', () => {
  const core = layer();
  const [up] = core.receive(request(), FLOW, 0);
  assert.ok(up?.type === 'request' && core.awaits(up.transaction));
  assert.equal(types(core.respond(up.transaction, responseTo(up.request, 486, undefined, 't'), 10)), 'send 486');
  assert.equal(core.awaits(up.transaction), false);
  assert.deepEqual(run(core, 1600), ['510: send 486', '1510: send 486']);
  assert.equal(types(core.receive(request({ method: 'ACK', toTag: 't' }), FLOW, 1700)), '');
  assert.deepEqual(run(core, 1e6), []);
  quiet(core);
});

test('RFC 3261 §17.2.1: without an ACK the user is told after 64*T1', () => {
  const core = layer();
  const [up] = core.receive(request(), FLOW, 0);
  assert.ok(up?.type === 'request');
  core.respond(up.transaction, responseTo(up.request, 486, undefined, 't'), 0);
  assert.equal(run(core, 1e6).at(-1), '32000: unacknowledged');
  quiet(core);
});

test('RFC 6026 §7.1: after a 2xx INVITEs are absorbed and the ACK, with its own branch, goes up', () => {
  const core = layer();
  const [up] = core.receive(request(), FLOW, 0);
  assert.ok(up?.type === 'request');
  const ok = responseTo(up.request, 200, undefined, 't');
  assert.equal(types(core.respond(up.transaction, ok, 10)), 'send 200');
  assert.equal(types(core.receive(request(), FLOW, 20)), '');
  assert.equal(types(core.respond(up.transaction, ok, 510)), 'send 200');
  assert.equal(types(core.receive(request({ method: 'ACK', toTag: 't', branch: 'z9hG4bKack' }), FLOW, 600)), 'ack');
  assert.deepEqual(run(core, 1e6), []);
  quiet(core);
});

test('RFC 3261 §9.2: a CANCEL names the INVITE that it means', () => {
  const core = layer();
  const [invite] = core.receive(request(), FLOW, 0);
  const [cancel] = core.receive(request({ method: 'CANCEL' }), FLOW, 5);
  assert.ok(invite?.type === 'request' && cancel?.type === 'request');
  assert.equal(cancel.cancels, invite.transaction);
  assert.notEqual(cancel.transaction, invite.transaction);
  const [lost] = core.receive(request({ method: 'CANCEL', branch: 'z9hG4bKno' }), FLOW, 6);
  assert.ok(lost?.type === 'request' && lost.cancels === undefined);
});

test('RFC 3261 §17.2.3: sent-by belongs to the name of a server transaction', () => {
  const core = layer();
  core.receive(request({ method: 'OPTIONS' }), FLOW, 0);
  const other = request({ method: 'OPTIONS', port: 5090, cseq: 2 });
  assert.equal(types(core.receive(other, FLOW, 1)), 'request');
  assert.equal(core.size, 2);
});

test('RFC 3261 §17.2.3: without a branch of RFC 3261 the values of RFC 2543 tell', () => {
  for (const branch of [undefined, 'plain', 'z9hG4bK']) {
    const core = layer();
    const [up] = core.receive(request({ branch }), FLOW, 0);
    assert.ok(up?.type === 'request');
    assert.equal(types(core.receive(request({ branch }), FLOW, 1)), '');
    core.respond(up.transaction, responseTo(up.request, 486, undefined, 't'), 10);
    assert.equal(types(core.receive(request({ branch, method: 'ACK', toTag: 'wrong' }), FLOW, 20)), 'ack');
    assert.equal(types(core.receive(request({ branch, method: 'ACK', toTag: 't' }), FLOW, 21)), '');
    assert.deepEqual(run(core, 1e6), []);
    quiet(core);
  }
});

test('RFC 3261 §8.2.2.2: the same request along another way gets 482', () => {
  const core = layer();
  core.receive(request(), FLOW, 0);
  const out = core.receive(request({ branch: 'z9hG4bKfork' }), FLOW, 5);
  assert.equal(types(out), 'send 482');
  assert.ok(toTagOf(back(out[0])) !== undefined);
  assert.equal(types(core.receive(request({ branch: 'z9hG4bKin', toTag: 'x' }), FLOW, 6)), 'request');
});

test('RFC 3261 §17.2.2: a repeated request gets the same octets again', () => {
  const core = layer();
  const [up] = core.receive(request({ method: 'OPTIONS' }), FLOW, 0);
  assert.ok(up?.type === 'request');
  const [first] = core.respond(up.transaction, responseTo(up.request, 200, undefined, 't'), 1);
  const [again] = core.receive(request({ method: 'OPTIONS' }), FLOW, 500);
  assert.deepEqual(again, first);
  assert.deepEqual(core.respond(up.transaction, responseTo(up.request, 500, undefined, 't'), 600), []);
  run(core, 1e6);
  quiet(core);
  assert.deepEqual(core.respond(up.transaction, responseTo(up.request, 200, undefined, 't'), 1e6), []);
});

test('RFC 4320 §4.1: a provisional response other than 100 to a non-INVITE is our own bug', () => {
  const core = layer();
  const [up] = core.receive(request({ method: 'REFER' }), FLOW, 0);
  assert.ok(up?.type === 'request');
  assert.throws(() => core.respond(up.transaction, responseTo(up.request, 180, undefined, 't'), 1));
});

test('RFC 3261 §18.2.2 and RFC 3581 §4: where responses go', () => {
  const from: Flow = { transport: 'udp', host: '203.0.113.9', port: 40_001 };
  for (const [wanted, port] of [
    [{ rport: true }, 40_001],
    [{ port: 5070 }, 5070],
    [{ port: 53 }, 40_001],
  ] as const) {
    const core = layer();
    const [up] = core.receive(request({ ...wanted, method: 'OPTIONS' }), from, 0);
    assert.ok(up?.type === 'request');
    assert.equal(viaOf(up.request).params.get('received'), '203.0.113.9');
    const [sent] = core.respond(up.transaction, responseTo(up.request, 200, undefined, 't'), 1);
    assert.ok(sent?.type === 'send');
    assert.deepEqual(sent.flow, { ...from, port });
  }
});

test('sip-core §10: above 500 server transactions new requests get 503 with Retry-After, ACKs still pass', () => {
  const core = layer();
  for (let i = 0; i < 500; i++) {
    assert.equal(
      types(core.receive(request({ method: 'OPTIONS', branch: `z9hG4bKn${i}`, cseq: i }), FLOW, 0)),
      'request',
    );
  }
  const out = core.receive(request({ method: 'OPTIONS', branch: 'z9hG4bKtoo', cseq: 501 }), FLOW, 0);
  assert.equal(types(out), 'send 503');
  assert.equal(back(out[0]).headers.get('Retry-After'), '10');
  assert.equal(types(core.receive(request({ method: 'ACK', branch: 'z9hG4bKa', toTag: 't' }), FLOW, 0)), 'ack');
  assert.equal(core.waiting().length, 500);
  run(core, 1e6);
  quiet(core);
});

test('TransactionLayer: a request without a branch of its own, an ACK, or a branch in use are our own bugs', () => {
  const core = layer();
  assert.throws(() => core.send(request({ branch: 'x' }), FLOW, 0));
  assert.throws(() => core.send(request({ method: 'ACK' }), FLOW, 0));
  core.send(request(), FLOW, 0);
  assert.throws(() => core.send(request(), FLOW, 0));
  assert.equal(newBranch(new SeededRandom(1)).length, 7 + 16);
  assert.equal(newTag(new SeededRandom(1)).length, 16);
});

test('DESIGN: a thousand transactions over a bad network all end', () => {
  const random = new SeededRandom(7);
  const core = layer();
  let now = 0;
  const open: SipRequest[] = [];
  for (let i = 0; i < 1000; i++) {
    now += random.below(50);
    core.wake(now);
    const method = random.pick(['INVITE', 'BYE', 'OPTIONS', 'REFER']);
    const flow = random.chance(0.7) ? FLOW : STREAM;
    const own = request({ method, branch: newBranch(random), cseq: i });
    if (random.chance(0.5)) {
      core.send(own, flow, now);
      open.push(own);
    } else {
      for (const out of core.receive(own, flow, now)) {
        if (out.type !== 'request') continue;
        const answer: SipResponse = responseTo(out.request, random.pick([200, 404, 486]), undefined, 't');
        core.respond(out.transaction, answer, now);
      }
      if (random.chance(0.5))
        core.receive(request({ method: 'ACK', branch: viaOf(own).branch, toTag: 't', cseq: i }), flow, now);
    }
    if (open.length > 0 && random.chance(0.6)) {
      const of = random.pick(open);
      core.receive(responseTo(of, random.pick([200, 302, 503]), undefined, 't'), FLOW, now);
    }
  }
  assert.ok(core.size > 0);
  run(core, now + 64 * 500 + 32_000);
  quiet(core);
});

test.run();
