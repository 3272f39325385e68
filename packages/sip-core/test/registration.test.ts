import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import { SeededRandom } from '@switchhook/sans-io/testing';
import {
  type Account,
  DigestServer,
  type DigestServerSettings,
  markReceived,
  parseMessage,
  printMessage,
  responseTo,
  type SipRequest,
  UserAgent,
  type UserAgentOut,
} from '@switchhook/sip-core';
import { test } from 'uvu';
import { Network, Phone, seededCrypto, Wire } from './office.ts';

interface RegistrarRules {
  readonly digest?: Partial<DigestServerSettings>;
  readonly minExpiresS?: number;
  readonly grantS?: number;
  /** The address under which it sees everybody. */
  readonly seen?: { readonly host: string; readonly port: number };
}

/** A registrar: digest, Min-Expires, what it grants, what it sees. */
class Registrar extends Wire {
  readonly accepted: SipRequest[] = [];
  rules: RegistrarRules;
  /** Answer everything with this status instead. */
  refusal: number | undefined;

  constructor(network: Network, rules: RegistrarRules = {}) {
    super(network, '192.0.2.9');
    this.rules = rules;
    const server = new DigestServer({
      crypto: seededCrypto(network.random),
      realm: 'example.com',
      side: 'server',
      passwordOf: (user) => (user === 'alice' ? 'secret' : undefined),
      ...rules.digest,
    });
    this.onMessage = (message) => {
      if (message.kind !== 'request' || message.method !== 'REGISTER') return;
      if (this.refusal !== undefined) return this.answer('192.0.2.1', message, this.refusal);
      const { minExpiresS = 0, grantS, seen = { host: '192.0.2.1', port: 5060 } } = this.rules;
      const now = network.clock.now();
      const verdict = server.verify(message, now);
      if (verdict.name !== 'accepted') {
        const headers = server.challenge(now, verdict.name === 'stale');
        return this.answer('192.0.2.1', message, 401, { headers });
      }
      const expires = Number(message.headers.get('Expires'));
      if (expires > 0 && expires < minExpiresS) {
        return this.answer('192.0.2.1', message, 423, { headers: [['Min-Expires', String(minExpiresS)]] });
      }
      this.accepted.push(message);
      const contact = message.headers.list('Contact')[0]!.replace(/expires=\d+/, `expires=${grantS ?? expires}`);
      const marked = markReceived(message, seen.host, seen.port);
      this.answer('192.0.2.1', marked, 200, { headers: expires === 0 ? [] : [['Contact', contact]] });
    };
  }
}

function office(
  rules: RegistrarRules = {},
  more: Partial<Account> = {},
): { network: Network; phone: Phone; registrar: Registrar } {
  const network = new Network(7);
  const registrar = new Registrar(network, rules);
  const account = { register: true, password: 'secret', ...more };
  return { network, registrar, phone: new Phone(network, 'alice', '192.0.2.1', '192.0.2.9', account) };
}

function register(phone: Phone): void {
  phone.submit({ type: 'register', account: phone.account });
}

test('RFC 3261 §10.2, RFC 8760 §2.4: register with MD5, SHA-256 and SHA-512-256, with and without qop', () => {
  for (const [algorithm, qop] of [
    ['MD5', ['auth']],
    ['MD5', []],
    ['SHA-256', ['auth']],
    ['SHA-256', ['auth-int']],
    ['SHA-512-256', ['auth']],
  ] as const) {
    const { network, phone, registrar } = office({ digest: { algorithms: [algorithm], qop } });
    register(phone);
    network.seconds(1);
    const state = phone.last('registration').state;
    assert.equal(state.name, 'registered', `${algorithm} ${qop}`);
    assert.equal(registrar.requests('REGISTER').length, 2);
  }
});

test('RFC 3261 §10.2: one Call-ID, rising CSeq, a Contact user of 64 random bits, refresh before 268 s', () => {
  const { network, phone, registrar } = office();
  register(phone);
  network.seconds(1000);
  const requests = registrar.requests('REGISTER');
  assert.equal(new Set(requests.map((one) => one.headers.get('Call-ID'))).size, 1);
  const cseqs = requests.map((one) => Number.parseInt(one.headers.get('CSeq')!, 10));
  assert.ok(cseqs.every((cseq, i) => i === 0 || cseq > cseqs[i - 1]!));
  // The nonce is used again: only the first REGISTER was challenged, until it grows stale.
  assert.ok(registrar.accepted.length >= 4 && registrar.accepted.length <= 5);
  assert.match(registrar.accepted[0]!.headers.get('Contact')!, /^<sip:[0-9a-f]{16}@192\.0\.2\.1:5060>/);
  assert.equal(phone.all('registration').filter(({ state }) => state.name === 'failed').length, 0);
});

test('RFC 3261 §10.3: 423 is obeyed with Min-Expires', () => {
  const { network, phone, registrar } = office({ minExpiresS: 900 });
  register(phone);
  network.seconds(1);
  assert.equal(registrar.accepted[0]?.headers.get('Expires'), '900');
  const { state } = phone.last('registration');
  assert.ok(state.name === 'registered' && state.expiresAt > network.clock.now() + 890_000);
});

test('RFC 3261 §10.2.4: the time granted to our own Contact counts', () => {
  const { network, phone, registrar } = office({ grantS: 60 });
  register(phone);
  network.seconds(1);
  const { state } = phone.last('registration');
  assert.ok(state.name === 'registered' && state.expiresAt < network.clock.now() + 60_000);
  network.seconds(31);
  assert.equal(registrar.accepted.length, 2);
});

test('RFC 3261 §22.2: a wrong password is told as such and tried again, patiently and for ever', () => {
  const { network, phone, registrar } = office({}, { password: 'wrong' });
  register(phone);
  network.seconds(1);
  const { state } = phone.last('registration');
  assert.ok(state.name === 'failed' && state.why === 'wrong-password');
  assert.ok(state.nextTryAt >= network.clock.now() + 10_000);
  network.seconds(24 * 3600);
  assert.ok(registrar.requests('REGISTER').length > 60);
  assert.ok(registrar.requests('REGISTER').length < 400);
  assert.ok(phone.last('registration').state.name !== 'registered');
});

test('RFC 5626 §4.5: a registrar that is away is tried again, quickly at first, and found when it is back', () => {
  const { network, phone } = office();
  network.weather = () => false;
  register(phone);
  network.seconds(33);
  const { state } = phone.last('registration');
  assert.ok(state.name === 'failed' && state.why === 'timeout' && state.nextTryAt < network.clock.now() + 3000);
  network.seconds(4 * 3600);
  network.weather = () => true;
  network.seconds(1900);
  assert.equal(phone.last('registration').state.name, 'registered');
});

test('RFC 3261 §10.3: 403 and 500 are told with their status', () => {
  for (const [status, why] of [
    [403, 'forbidden'],
    [500, 'refused'],
  ] as const) {
    const { network, phone, registrar } = office();
    registrar.refusal = status;
    register(phone);
    network.seconds(1);
    const { state } = phone.last('registration');
    assert.ok(state.name === 'failed');
    assert.deepEqual([state.status, state.why], [status, why]);
    registrar.refusal = undefined;
    network.seconds(40);
    assert.equal(phone.last('registration').state.name, 'registered');
  }
});

test('RFC 3261 §10.2.2: unregister takes the binding away and leaves nothing, also in mid-registration', () => {
  const { network, phone, registrar } = office();
  register(phone);
  network.seconds(1);
  phone.submit({ type: 'unregister', account: phone.account });
  network.seconds(1);
  assert.equal(registrar.accepted.at(-1)?.headers.get('Expires'), '0');
  assert.equal(phone.last('registration').state.name, 'unregistered');
  register(phone);
  phone.submit({ type: 'unregister', account: phone.account });
  network.seconds(60);
  assert.equal(phone.last('registration').state.name, 'unregistered');
  assert.equal(registrar.accepted.at(-1)?.headers.get('Expires'), '0');
  network.seconds(60);
  assert.deepEqual(phone.agent.census(), {
    transactions: 0,
    dialogs: 0,
    subscriptions: 0,
    timers: 0,
    calls: 0,
    registrations: 0,
  });
});

test('RFC 3581 §4: the address that the server sees goes into Contact, with one more REGISTER and the old one taken away', () => {
  const { network, phone, registrar } = office({ seen: { host: '198.51.100.4', port: 40_000 } });
  register(phone);
  network.seconds(5);
  assert.equal(registrar.accepted.length, 2);
  const contacts = registrar.accepted[1]!.headers.list('Contact');
  assert.match(contacts[0]!, /@198\.51\.100\.4:40000>/);
  assert.match(contacts[1]!, /@192\.0\.2\.1:5060>;expires=0/);
  const { state } = phone.last('registration');
  assert.ok(state.name === 'registered' && state.contact.includes('198.51.100.4:40000'));
});

test('RFC 3581 §4: an address that changes with every answer does not make an endless dance', () => {
  const { network, phone, registrar } = office();
  let port = 30_000;
  registrar.rules = {
    get seen() {
      return { host: '198.51.100.4', port: port++ };
    },
  };
  register(phone);
  network.seconds(60);
  assert.equal(registrar.accepted.length, 2);
});

test('RFC 3261 §22.2, §22.3: INVITE and BYE are sent again with credentials, CSeq rising', () => {
  const { network, phone, registrar: pbx } = office();
  const server = new DigestServer({
    crypto: seededCrypto(network.random),
    realm: 'example.com',
    side: 'proxy',
    passwordOf: () => 'secret',
  });
  const registering = pbx.onMessage;
  pbx.onMessage = (message) => {
    if (message.kind !== 'request' || message.method === 'ACK') return;
    if (message.method === 'REGISTER') return registering(message);
    const verdict = server.verify(message, network.clock.now());
    if (verdict.name !== 'accepted') {
      return pbx.answer(phone.host, message, 407, { toTag: 'proxy', headers: server.challenge(network.clock.now()) });
    }
    pbx.answer(phone.host, message, 200, {
      toTag: 'pbx',
      contact: 'sip:pbx@192.0.2.9',
      ...(message.method === 'INVITE' ? { contentType: 'application/sdp', body: 'answer' } : {}),
    });
  };
  register(phone);
  network.seconds(1);
  const call = phone.dial('sip:bob@example.com');
  network.seconds(1);
  assert.equal(phone.all('answered').length, 1);
  const invites = pbx.requests('INVITE');
  assert.equal(invites.length, 2);
  const numbers = invites.map((one) => Number.parseInt(one.headers.get('CSeq')!, 10));
  assert.equal(numbers[1], numbers[0]! + 1);
  const [refused, accepted] = pbx.requests('ACK');
  assert.equal(refused?.headers.get('Proxy-Authorization'), undefined);
  // The ACK of the 2xx carries the INVITE's credentials (RFC 3261 §22.1).
  assert.ok(accepted?.headers.has('Proxy-Authorization'));
  const refer = phone.refer(call, 'sip:carol@example.com');
  network.seconds(1);
  assert.deepEqual([phone.last('refer-answered').refer, phone.last('refer-answered').status], [refer, 200]);
  phone.submit({ type: 'hangup', call });
  network.seconds(1);
  assert.ok(pbx.request('BYE').headers.has('Proxy-Authorization'));
});

test('RFC 3261 §9.1: after a digest round CANCEL waits for a 1xx to the INVITE that is open now', () => {
  const { network, phone, registrar: pbx } = office();
  const call = phone.dial('sip:bob@example.com');
  network.seconds(0.1);
  const first = pbx.request('INVITE');
  pbx.answer(phone.host, first, 100);
  pbx.answer(phone.host, first, 407, {
    toTag: 'proxy',
    headers: [['Proxy-Authenticate', 'Digest realm="example.com", nonce="abc", algorithm=SHA-256, qop="auth"']],
  });
  network.seconds(0.1);
  assert.equal(pbx.requests('INVITE').length, 2);
  phone.submit({ type: 'hangup', call });
  network.seconds(0.1);
  assert.equal(pbx.requests('CANCEL').length, 0);
  pbx.answer(phone.host, pbx.request('INVITE'), 180, 'bob');
  network.seconds(0.1);
  assert.equal(pbx.requests('CANCEL').length, 1);
});

test('spec §10: credentials go only to our server and only for the realm fixed at registration', () => {
  const { network, phone, registrar: pbx } = office();
  register(phone);
  network.seconds(1);
  const stranger = new Wire(network, '203.0.113.66');
  const challenge: [string, string][] = [
    ['WWW-Authenticate', 'Digest realm="phish", nonce="abc", algorithm=MD5, qop="auth"'],
  ];
  phone.dial('sip:bob@example.com');
  network.seconds(0.1);
  pbx.answer(phone.host, pbx.request('INVITE'), 401, { toTag: 'x', headers: challenge });
  network.seconds(0.1);
  assert.equal(pbx.requests('INVITE').length, 1);
  assert.equal(phone.last('ended').cause.status, 401);
  // A callee behind the server whose Contact is his own host asks for digest in the dialog.
  const call = phone.dial('sip:bob@example.com');
  network.seconds(0.1);
  pbx.answer(phone.host, pbx.request('INVITE'), 200, {
    toTag: 'y',
    contact: 'sip:bob@203.0.113.66',
    contentType: 'application/sdp',
    body: 'answer',
  });
  network.seconds(0.1);
  phone.submit({ type: 'hangup', call });
  network.seconds(0.1);
  stranger.answer(phone.host, stranger.request('BYE'), 401, {
    headers: [['WWW-Authenticate', 'Digest realm="example.com", nonce="abc", algorithm=SHA-256, qop="auth"']],
  });
  network.seconds(1);
  assert.equal(stranger.requests('BYE').length, 1);
  assert.ok(stranger.heard.every((one) => !one.headers.has('Authorization')));
});

test('RFC 7616 §3.5: the nextnonce in the 200 to INVITE is used by the BYE', () => {
  const network = new Network(3);
  const pbx = new Wire(network, '192.0.2.9');
  const phone = new Phone(network, 'alice', '192.0.2.1', pbx.host, { password: 'secret' });
  const call = phone.dial('sip:bob@example.com');
  network.seconds(0.1);
  pbx.answer(phone.host, pbx.request('INVITE'), 407, {
    toTag: 'x',
    headers: [['Proxy-Authenticate', 'Digest realm="pbx", nonce="one", algorithm=MD5, qop="auth"']],
  });
  network.seconds(0.1);
  pbx.answer(phone.host, pbx.request('INVITE'), 200, {
    toTag: 'y',
    contact: 'sip:bob@192.0.2.9',
    headers: [['Proxy-Authentication-Info', 'nextnonce="two"']],
  });
  network.seconds(0.1);
  phone.submit({ type: 'hangup', call });
  network.seconds(0.1);
  assert.match(pbx.request('BYE').headers.get('Proxy-Authorization') ?? '', /nonce="two".*nc=00000001/);
});

test('RFC 5626 §4.4: through a NAT a CRLF goes out every 24 to 29 s, without one nothing does', () => {
  for (const [seen, least, most] of [
    [{ host: '198.51.100.4', port: 40_000 }, 7, 9],
    [undefined, 0, 0],
  ] as const) {
    const { network, phone } = office(seen === undefined ? {} : { seen });
    register(phone);
    network.seconds(2);
    network.log.length = 0;
    network.seconds(220);
    const count = network.log.filter((line) => line === '192.0.2.1>192.0.2.9 ?').length;
    assert.ok(count >= least && count <= most, `${count}`);
    phone.submit({ type: 'unregister', account: phone.account });
    network.seconds(60);
    assert.equal(phone.agent.census().registrations, 0);
  }
});

test('RFC 5626 §4.4: a registration whose connection breaks is made anew within seconds', () => {
  const random = new SeededRandom(9);
  const account: Account = {
    id: token<'account'>('tcp'),
    user: 'alice',
    domain: 'example.com',
    transport: 'tcp',
    server: { host: '192.0.2.9', port: 5060 },
    register: true,
  };
  const agent = new UserAgent({
    accounts: [account],
    local: { tcp: { host: '192.0.2.1', port: 5060 } },
    crypto: seededCrypto(random),
  });
  const flow = { transport: 'tcp', host: '192.0.2.9', port: 5060, connection: 1 } as const;
  const requestIn = (outs: readonly UserAgentOut[]): SipRequest => {
    const sent = outs.find((out) => out.type === 'send');
    assert.ok(sent?.type === 'send');
    const read = parseMessage(sent.bytes, 'stream');
    assert.ok(read.ok && read.value.kind === 'request' && read.value.method === 'REGISTER');
    return read.value;
  };
  const first = requestIn(agent.receive({ type: 'register', account: account.id }, 0));
  assert.match(first.headers.get('Contact')!, /;transport=tcp>/);
  agent.receive({ type: 'received', flow, bytes: printMessage(responseTo(first, 200)) }, 10);
  const [, event] = agent.receive({ type: 'closed', flow }, 1000);
  assert.ok(event?.type === 'registration' && event.state.name === 'failed' && event.state.why === 'transport');
  assert.ok(event.state.nextTryAt <= 3000);
  requestIn(agent.wake(event.state.nextTryAt));
});

test.run();
