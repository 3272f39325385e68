import assert from 'node:assert/strict';
import {
  HeaderFields,
  type NetworkOut,
  parseAuthParams,
  parseMessage,
  printMessage,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '@switchhook/sip-core';
import { test } from 'uvu';
import { ProxyExchange } from '../src/exchange/proxy.ts';
import type { ExchangeSettings } from '../src/exchange/settings.ts';
import { seededCrypto } from '../src/node/seeded-crypto.ts';

const crypto = seededCrypto(5);
const SETTINGS: ExchangeSettings = {
  host: '10.0.0.1',
  port: 5060,
  domain: 'office.example',
  extensions: [
    { user: '1000', password: 'reception' },
    { user: '1001', password: 'caller' },
  ],
  algorithms: ['SHA-256', 'MD5'],
  crypto,
};

function request(
  method: string,
  uri: string,
  branch: string,
  extra: readonly (readonly [string, string])[] = [],
): SipRequest {
  const headers = HeaderFields.of([
    ['Via', `SIP/2.0/UDP 10.0.0.10:5060;branch=z9hG4bK${branch};rport`],
    ['Max-Forwards', '70'],
    ['From', '<sip:1000@office.example>;tag=a'],
    ['To', method === 'REGISTER' ? '<sip:1000@office.example>' : '<sip:1001@office.example>'],
    ['Call-ID', 'one'],
    ['CSeq', `1 ${method}`],
    ...extra,
  ]);
  return { kind: 'request', method, uri, headers, body: new Uint8Array() };
}

function put(
  exchange: ProxyExchange,
  message: SipMessage,
  host = '10.0.0.10',
  now = 0,
): { readonly message: SipMessage; readonly to: string }[] {
  const outs = exchange.receive(
    { type: 'received', flow: { transport: 'udp', host, port: 5060 }, bytes: printMessage(message) },
    now,
  );
  return outs.map((out: NetworkOut) => {
    assert.equal(out.type, 'send');
    if (out.type !== 'send') throw new Error('unreachable');
    const read = parseMessage(out.bytes, 'datagram');
    assert.ok(read.ok, JSON.stringify(read));
    return { message: read.value, to: `${out.flow.host}:${out.flow.port}` };
  });
}

function one(outs: { readonly message: SipMessage; readonly to: string }[]): {
  readonly message: SipMessage;
  readonly to: string;
} {
  assert.equal(outs.length, 1);
  return outs[0]!;
}

function credentials(challenge: string, method: string, uri: string, user: string, password: string): string {
  const params = parseAuthParams(challenge);
  assert.ok(params.ok);
  const field = (name: string) => params.value.params.get(name)!;
  const algorithm = field('algorithm') as 'MD5' | 'SHA-256';
  const h = (text: string) => crypto.hash(algorithm, text);
  const a1 = h(`${user}:${field('realm')}:${password}`);
  const response = h(`${a1}:${field('nonce')}:00000001:c:auth:${h(`${method}:${uri}`)}`);
  return `Digest username="${user}", realm="${field('realm')}", nonce="${field('nonce')}", uri="${uri}", response="${response}", algorithm=${algorithm}, qop=auth, cnonce="c", nc=00000001`;
}

function register(
  exchange: ProxyExchange,
  user: string,
  password: string,
  host: string,
  algorithm: 0 | 1,
  now = 0,
): SipResponse {
  const extra = [
    ['To', `<sip:${user}@office.example>`],
    ['Contact', `<sip:${user}@${host}:5060>;expires=60`],
  ] as const;
  const ask = (more: readonly (readonly [string, string])[]) => {
    const message = request('REGISTER', 'sip:office.example', `r${user}${more.length}`, [extra[1], ...more]);
    message.headers.set('To', extra[0][1]);
    return one(put(exchange, message, host, now)).message as SipResponse;
  };
  const refused = ask([]);
  assert.equal(refused.status, 401);
  const challenges = refused.headers.all('WWW-Authenticate');
  assert.equal(challenges.length, 2);
  return ask([
    ['Authorization', credentials(challenges[algorithm]!, 'REGISTER', 'sip:office.example', user, password)],
  ]);
}

function open(): ProxyExchange {
  const exchange = new ProxyExchange(SETTINGS);
  assert.equal(register(exchange, '1001', 'caller', '10.0.0.11', 0).status, 200);
  return exchange;
}

function invite(exchange: ProxyExchange, branch = 'i'): { readonly message: SipMessage; readonly to: string } {
  const refused = one(put(exchange, request('INVITE', 'sip:1001@office.example', branch))).message as SipResponse;
  assert.equal(refused.status, 407);
  const challenge = refused.headers.all('Proxy-Authenticate')[1]!;
  const authorization = credentials(challenge, 'INVITE', 'sip:1001@office.example', '1000', 'reception');
  return one(
    put(exchange, request('INVITE', 'sip:1001@office.example', `${branch}2`, [['Proxy-Authorization', authorization]])),
  );
}

test('RFC 8760 §2.3: a phone registers by SHA-256 or by MD5, whichever of the challenges it takes', () => {
  const exchange = new ProxyExchange(SETTINGS);
  assert.equal(register(exchange, '1001', 'caller', '10.0.0.11', 0).status, 200);
  assert.equal(register(exchange, '1000', 'reception', '10.0.0.10', 1).status, 200);
  assert.deepEqual(
    exchange.registrar
      .all(0)
      .map((b) => b.contact)
      .sort(),
    ['sip:1000@10.0.0.10:5060', 'sip:1001@10.0.0.11:5060'],
  );
});

test('RFC 3261 §10.3: a wrong password, a wrong name and an old nonce do not register', () => {
  const exchange = new ProxyExchange(SETTINGS);
  assert.equal(register(exchange, '1001', 'wrong', '10.0.0.11', 0).status, 403);
  assert.equal(register(exchange, '4711', 'caller', '10.0.0.11', 0).status, 403);
  const made = credentials(
    'Digest realm="office.example", nonce="made-up", algorithm=MD5',
    'REGISTER',
    'sip:office.example',
    '1001',
    'caller',
  );
  const answer = one(put(exchange, request('REGISTER', 'sip:office.example', 'z', [['Authorization', made]])))
    .message as SipResponse;
  assert.equal(answer.status, 401);
  assert.match(answer.headers.get('WWW-Authenticate')!, /stale=true/);
});

test('RFC 3261 §10.3: a binding ends with its time', () => {
  const exchange = open();
  assert.ok(exchange.registrar.find('1001', 59_000));
  assert.equal(exchange.registrar.find('1001', 61_000), undefined);
});

test('RFC 3261 §16.6: an INVITE goes to the binding with our Via and Record-Route and without the credentials', () => {
  const passed = invite(open());
  assert.equal(passed.to, '10.0.0.11:5060');
  const invited = passed.message as SipRequest;
  assert.equal(invited.uri, 'sip:1001@10.0.0.11:5060');
  assert.equal(invited.headers.get('Record-Route'), '<sip:10.0.0.1:5060;lr>');
  assert.equal(invited.headers.get('Max-Forwards'), '69');
  assert.equal(invited.headers.get('Proxy-Authorization'), undefined);
  assert.match(invited.headers.list('Via')[0]!, /^SIP\/2\.0\/UDP 10\.0\.0\.1:5060;branch=z9hG4bK/);
  assert.match(invited.headers.list('Via')[1]!, /received=10\.0\.0\.10/);
});

test('RFC 3261 §16.11: a retransmission, a CANCEL and the ACK of a failure get the branch of their INVITE', () => {
  const exchange = open();
  const first = invite(exchange).message;
  const cancel = one(put(exchange, request('CANCEL', 'sip:1001@office.example', 'i2'))).message;
  assert.equal(cancel.headers.list('Via')[0], first.headers.list('Via')[0]);
});

test('RFC 3261 §16.7: a response goes back by the next Via', () => {
  const exchange = open();
  const invited = invite(exchange).message;
  const headers = new HeaderFields();
  for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq']) headers.copy(invited.headers, name);
  const ringing: SipResponse = { kind: 'response', status: 180, reason: 'Ringing', headers, body: new Uint8Array() };
  const back = one(put(exchange, ringing, '10.0.0.11'));
  assert.equal(back.to, '10.0.0.10:5060');
  assert.equal(back.message.headers.list('Via').length, 1);
  assert.deepEqual(put(exchange, { ...ringing, headers: back.message.headers }, '10.0.0.11'), []);
});

test('RFC 3261 §16.12: inside a dialog our Route is taken off and the Contact is where it goes, without a challenge', () => {
  const refer = request('REFER', 'sip:1001@10.0.0.11:5062', 'q', [['Route', '<sip:10.0.0.1:5060;lr>']]);
  refer.headers.set('To', '<sip:1001@office.example>;tag=b');
  const passed = one(put(open(), refer));
  assert.equal(passed.to, '10.0.0.11:5062');
  assert.equal(passed.message.headers.get('Route'), undefined);
});

test('RFC 3325 §5: who called and who answered is said by the registrar, not by the phones', () => {
  const exchange = open();
  assert.equal(register(exchange, '1000', 'reception', '10.0.0.10', 0).status, 200);
  const refused = one(put(exchange, request('INVITE', 'sip:1001@office.example', 'p'))).message as SipResponse;
  const challenge = refused.headers.all('Proxy-Authenticate')[1]!;
  const invited = one(
    put(
      exchange,
      request('INVITE', 'sip:1001@office.example', 'p2', [
        ['P-Asserted-Identity', '<sip:911@office.example>'],
        ['Proxy-Authorization', credentials(challenge, 'INVITE', 'sip:1001@office.example', '1000', 'reception')],
      ]),
    ),
  ).message;
  assert.deepEqual(invited.headers.all('P-Asserted-Identity'), ['<sip:1000@office.example>']);
  const answer = (status: number, from: string) => {
    const headers = new HeaderFields();
    for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq']) headers.copy(invited.headers, name);
    headers.add('P-Asserted-Identity', '<sip:911@office.example>');
    const response: SipResponse = { kind: 'response', status, reason: 'X', headers, body: new Uint8Array() };
    return one(put(exchange, response, from)).message.headers.all('P-Asserted-Identity');
  };
  assert.deepEqual(answer(180, '10.0.0.11'), ['<sip:1001@office.example>']);
  assert.deepEqual(answer(200, '10.0.0.11'), ['<sip:1001@office.example>']);
  assert.deepEqual(answer(486, '10.0.0.11'), []);
  assert.deepEqual(answer(200, '10.0.0.66'), [], 'nobody is registered there');
});

test('RFC 3261 §16.4: a domain that is an address is ours at our port only; an ACK to a phone beside us goes there', () => {
  const exchange = new ProxyExchange({ ...SETTINGS, domain: '10.0.0.1' });
  const ack = request('ACK', 'sip:c0ffee@10.0.0.1:5070', 'k', [['Route', '<sip:10.0.0.1:5060;lr>']]);
  ack.headers.set('To', '<sip:1001@10.0.0.1>;tag=b');
  assert.equal(one(put(exchange, ack)).to, '10.0.0.1:5070');
  for (const uri of ['sip:4711@10.0.0.1', 'sip:4711@10.0.0.1:5060']) {
    const bye = request('BYE', uri, 'y');
    bye.headers.set('To', '<sip:1001@10.0.0.1>;tag=b');
    assert.equal((one(put(exchange, bye)).message as SipResponse).status, 404, 'ours, and nobody there');
  }
});

test('RFC 3261 §16.3: nobody there is 404, no hops left is 483, rubbish is dropped', () => {
  const exchange = open();
  const refused = request('INVITE', 'sip:1001@office.example', 'n');
  refused.headers.set('Max-Forwards', '0');
  assert.equal((one(put(exchange, refused)).message as SipResponse).status, 483);
  const gone = request('BYE', 'sip:4711@office.example', 'g');
  gone.headers.set('To', '<sip:x@office.example>;tag=b');
  assert.equal((one(put(exchange, gone)).message as SipResponse).status, 404);
  const flow = { transport: 'udp', host: '10.0.0.9', port: 9 } as const;
  assert.deepEqual(exchange.receive({ type: 'received', flow, bytes: Uint8Array.of(1, 2, 3) }, 0), []);
});

test.run();
