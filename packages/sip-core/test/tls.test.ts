import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { createServer as createPlain, type Server, type Socket } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { token } from '@switchhook/sans-io';
import { parseMessage, type Shell, UserAgent, type UserAgentEvent } from '@switchhook/sip-core';
import { drive, nodeCrypto, Sockets, type TlsSettings } from '@switchhook/sip-core/node';
import { test } from 'uvu';
import { Authority } from './certificates.ts';

const ANY = { host: '127.0.0.1', port: 0 };
const NAME = 'pbx.test';

/** A phone with a TLS account, and a promise for each event that is waited for. */
class TlsPhone {
  readonly shell: Shell;
  readonly events: UserAgentEvent[] = [];
  #notify: () => void = () => undefined;

  constructor(sockets: Sockets, name: string, port: number, register: boolean) {
    const id = token<'account'>(name);
    const server = { host: '127.0.0.1', port };
    const account = { id, user: name, domain: NAME, transport: 'tls', server, register } as const;
    this.shell = drive(new UserAgent({ accounts: [account], local: sockets.local, crypto: nodeCrypto }), {
      transport: sockets,
      onEvent: (event) => {
        this.events.push(event);
        this.#notify();
      },
    });
  }

  async until<T>(find: (events: readonly UserAgentEvent[]) => T | undefined): Promise<T> {
    const limit = Date.now() + 10_000;
    for (;;) {
      const found = find(this.events);
      if (found !== undefined) return found;
      const left = limit - Date.now();
      if (left <= 0) throw new Error(`not among ${this.events.map(({ type }) => type).join(', ')}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#notify = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  heard<Type extends UserAgentEvent['type']>(type: Type): Promise<Extract<UserAgentEvent, { type: Type }>> {
    return this.until((all) => all.find((one): one is Extract<UserAgentEvent, { type: Type }> => one.type === type));
  }
}

function port(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A server that keeps what it is told. */
async function listen(options: TlsOptions | undefined, heard: (text: string, socket: Socket) => void): Promise<Server> {
  const open = new Set<Socket>();
  const take = (socket: Socket | TLSSocket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => heard(bytes.toString('latin1'), socket));
  };
  const server: Server = options === undefined ? createPlain(take) : createServer(options, take);
  server.on('tlsClientError', () => undefined);
  server.on('close', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { close } = server;
  server.close = (done) => {
    for (const socket of open) socket.destroy();
    return close.call(server, done);
  };
  return server;
}

/** What a phone that registers there is told, and how many octets reached the SIP of the server. */
async function attempt(
  options: TlsOptions | undefined,
  settings: TlsSettings,
): Promise<{ readonly phrase: string; readonly octets: number; readonly names: readonly string[] }> {
  let octets = 0;
  const names: string[] = [];
  const server = await listen(options, (text, socket) => {
    octets += options === undefined ? 0 : text.length;
    if (options === undefined) socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    if ('servername' in socket && typeof socket.servername === 'string') names.push(socket.servername);
    const read = parseMessage(new TextEncoder().encode(text), 'stream');
    if (read.ok && read.value.kind === 'request') socket.write(answer(text));
  });
  const sockets = await Sockets.open({ tls: { ...ANY, nameOf: () => NAME, ...settings } });
  const phone = new TlsPhone(sockets, 'alice', port(server), true);
  phone.shell.submit({ type: 'register', account: token('alice') });
  const state = await phone.until((all) => {
    const told = all.findLast((one) => one.type === 'registration' && one.state.name !== 'registering');
    return told?.type === 'registration' ? told.state : undefined;
  });
  phone.shell.close();
  server.close();
  return { phrase: state.name === 'failed' ? (state.phrase ?? '') : state.name, octets, names };
}

/** 200 to a request, written by hand. */
function answer(text: string): string {
  const field = (name: string) => new RegExp(`^${name}:.*$`, 'im').exec(text)![0].trimEnd();
  const fields = ['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Contact'].map(field);
  return `SIP/2.0 200 OK\r\n${fields.join('\r\n')};tag=s\r\nContent-Length: 0\r\n\r\n`.replace(
    /(Contact:.*);tag=s/,
    '$1',
  );
}

if (!Authority.isPossible) {
  console.log('SKIP TLS over real sockets: the openssl command is not there');
  test('SKIP without openssl', () => undefined);
} else {
  const authority = new Authority();
  const good = authority.issue(`URI:sip:${NAME},DNS:${NAME}`);
  const ca = authority.cert;

  test('RFC 3261 §26.3.1: two user agents call each other over TLS, each with a certificate', async () => {
    const local = { ...good, ca, nameOf: () => NAME };
    const [one, two] = [
      await Sockets.open({ tls: { ...ANY, ...local } }),
      await Sockets.open({ tls: { ...ANY, ...local } }),
    ];
    const alice = new TlsPhone(one, 'alice', two.local.tls!.port, false);
    const bob = new TlsPhone(two, 'bob', one.local.tls!.port, false);
    const call = token<'call'>('c1');
    alice.shell.submit({ type: 'invite', call, account: token('alice'), to: `sip:bob@${NAME}`, body: 'offer' });
    const incoming = await bob.heard('incoming');
    assert.match(incoming.peer.target, /;transport=tls$/);
    bob.shell.submit({ type: 'answer', call: incoming.call, body: 'answer' });
    assert.equal((await alice.heard('answered')).body, 'answer');
    alice.shell.submit({ type: 'hangup', call });
    assert.equal((await bob.heard('ended')).cause.how, 'bye');
    alice.shell.close();
    bob.shell.close();
  });

  test('RFC 5630 §5.1.1: a call to a sips URI has sips Contacts at both ends', async () => {
    const local = { ...good, ca, nameOf: () => NAME };
    const one = await Sockets.open({ tls: { ...ANY, ...local } });
    const two = await Sockets.open({ tls: { ...ANY, ...local } });
    const alice = new TlsPhone(one, 'alice', two.local.tls!.port, false);
    const bob = new TlsPhone(two, 'bob', one.local.tls!.port, false);
    const call = token<'call'>('c1');
    alice.shell.submit({ type: 'invite', call, account: token('alice'), to: `sips:bob@${NAME}`, body: 'offer' });
    const incoming = await bob.heard('incoming');
    assert.match(incoming.peer.target, /^sips:[0-9a-f]+@127\.0\.0\.1:\d+$/);
    bob.shell.submit({ type: 'answer', call: incoming.call, body: 'answer' });
    assert.match((await alice.heard('answered')).peer.target, /^sips:/);
    alice.shell.submit({ type: 'hangup', call });
    assert.equal((await bob.heard('ended')).cause.how, 'bye');
    alice.shell.close();
    bob.shell.close();
  });

  test('RFC 5922 §7: the right certificate registers, and the server is asked for by the domain (SNI)', async () => {
    const { phrase, names } = await attempt(good, { ca });
    assert.deepEqual([phrase, names], ['registered', [NAME]]);
  });

  const strange = new Authority('Nobody Knows');
  const refused: readonly (readonly [string, TlsOptions | undefined, TlsSettings, RegExp])[] = [
    [
      'an expired one',
      authority.issue(`DNS:${NAME}`, -1),
      { ca },
      /^the certificate of pbx\.test has expired: renew it/,
    ],
    [
      'one for another name',
      authority.issue('DNS:other.test'),
      { ca },
      /is for other\.test, not for pbx\.test: set accounts/,
    ],
    ['one for the address alone', authority.issue('IP:127.0.0.1'), { ca }, /is for 127\.0\.0\.1, not for pbx\.test/],
    ['a wildcard', authority.issue('DNS:*.test'), { ca }, /is for \*\.test/],
    [
      'one of an unknown authority',
      strange.issue(`DNS:${NAME}`),
      { ca },
      /authority that is not known here: name .* tls\.ca/,
    ],
    ['an authority that only the system would know', good, {}, /authority that is not known here/],
    [
      'another one than the fingerprint',
      good,
      { fingerprint: 'ab'.repeat(32) },
      /has the fingerprint [0-9A-F:]+, not the one/,
    ],
    ['no TLS at all', undefined, { ca }, /does not speak TLS on that port: set the port/],
    [
      'a server that wants ours',
      { ...good, ca, requestCert: true },
      { ca },
      /wants a certificate of ours: set tls\.cert/,
    ],
    [
      'a server that takes no certificate of ours',
      { ...good, ca, requestCert: true },
      { ca, ...strange.issue('DNS:phone.test') },
      /^(?!registered)/,
    ],
  ];
  for (const [what, server, settings, why] of refused) {
    test(`RFC 5922 §7.3, sip-core §10: ${what} is refused with cause and remedy, before a word of SIP`, async () => {
      const { phrase, octets } = await attempt(server, settings);
      assert.match(phrase, why);
      assert.equal(octets, 0);
    });
  }

  test('sip-core §10: a certificate that is named by its fingerprint needs no authority and no name', async () => {
    const own = strange.issue('DNS:whatever.test');
    const { fingerprint256 } = new X509Certificate(own.cert);
    assert.equal((await attempt(own, { fingerprint: fingerprint256 })).phrase, 'registered');
    assert.equal(
      (await attempt(own, { fingerprint: fingerprint256.replaceAll(':', '').toLowerCase() })).phrase,
      'registered',
    );
  });

  test('sip-core §10: a wildcard by setting, any certificate by setting, our own for a server that asks', async () => {
    const wild = authority.issue('DNS:*.office.test');
    const name = { nameOf: () => 'pbx.office.test' };
    assert.equal((await attempt(wild, { ca, wildcards: true, ...name })).phrase, 'registered');
    assert.equal((await attempt(strange.issue('DNS:x.test'), { verify: false })).phrase, 'registered');
    const asks = { ...good, ca, requestCert: true };
    assert.equal((await attempt(asks, { ca, ...authority.issue('DNS:phone.test') })).phrase, 'registered');
  });

  test('RFC 5626 §4: without a certificate of ours requests come over the connection that we opened', async () => {
    let asked = false;
    let answered = '';
    const server = await listen(good, (text, socket) => {
      if (text.startsWith('SIP/2.0')) answered = text;
      else if (text.startsWith('REGISTER')) {
        socket.write(answer(text));
        const contact = /Contact: <([^>]+)>/.exec(text)![1]!;
        if (!asked)
          socket.write(
            `OPTIONS ${contact} SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bKo\r\nMax-Forwards: 70\r\nFrom: <sip:x@${NAME}>;tag=a\r\nTo: <sip:alice@${NAME}>\r\nCall-ID: o\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`,
          );
        asked = true;
      }
    });
    const sockets = await Sockets.open({ tls: { ...ANY, ca, nameOf: () => NAME } });
    const phone = new TlsPhone(sockets, 'alice', port(server), true);
    phone.shell.submit({ type: 'register', account: token('alice') });
    await phone.until((all) => all.find((one) => one.type === 'registration' && one.state.name === 'registered'));
    for (let i = 0; i < 100 && answered === ''; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.match(answered, /^SIP\/2\.0 200 OK/);
    phone.shell.close();
    server.close();
  });

  test('RFC 5626 §4.4: a connection that breaks is told at once, and the registration is made anew over another one', async () => {
    let registers = 0;
    const server = await listen(good, (text, socket) => {
      if (!text.startsWith('REGISTER')) return;
      socket.write(answer(text));
      if (++registers === 1) setTimeout(() => socket.destroy(), 50);
    });
    const sockets = await Sockets.open({ tls: { ...ANY, ca, nameOf: () => NAME } });
    const phone = new TlsPhone(sockets, 'alice', port(server), true);
    phone.shell.submit({ type: 'register', account: token('alice') });
    const states = await phone.until((all) => {
      const names = all.flatMap((one) => (one.type === 'registration' ? [one.state.name] : []));
      return names.filter((name) => name === 'registered').length === 2 ? names : undefined;
    });
    assert.ok(states.includes('failed'));
    phone.shell.close();
    server.close();
  });

  test('a certificate and a key that are none, or not of one another, reject before anything is opened', async () => {
    await assert.rejects(Sockets.open({ tls: { ...ANY, cert: 'no', key: 'no' } }));
    await assert.rejects(
      Sockets.open({ tls: { ...ANY, cert: good.cert, key: strange.issue('DNS:x').key } }),
      (error: NodeJS.ErrnoException) => error.code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH',
    );
    await assert.rejects(
      Sockets.open({ tls: { ...ANY, ca: '-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----' } }),
    );
  });

  test.after(() => {
    authority.close();
    strange.close();
  });
}

test.run();
