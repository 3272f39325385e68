import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { parseAuthParams } from '../message/auth-params.ts';
import { requestOf, responseTo } from '../message/build.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { nodeCrypto } from '../node/crypto.ts';
import type { Crypto } from '../user-agent/settings.ts';
import { challengesOf, parseChallenge } from './challenge.ts';
import { Credentials } from './credentials.ts';
import { DigestServer } from './digest-server.ts';
import { digestResponse, secretHash } from './response.ts';

function seeded(seed = 1): Crypto {
  const random = new SeededRandom(seed);
  return { bytes: (count) => random.bytes(count), hash: nodeCrypto.hash };
}

function request(headers: readonly (readonly [string, string])[] = [], method = 'REGISTER'): SipRequest {
  const via = { transport: 'UDP', host: 'h', branch: 'z9hG4bKa', params: new Map() };
  return requestOf({
    method,
    uri: 'sip:ex.example',
    via,
    from: 'sip:a@h',
    to: 'sip:a@h',
    callId: 'c',
    cseq: 1,
    headers,
  });
}

function refusal(challenges: readonly (readonly [string, string])[], status = 401): SipResponse {
  return responseTo(request(), status, undefined, { headers: challenges });
}

function paramsOf(fields: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  const read = parseAuthParams(fields[0]![1]);
  assert.ok(read.ok);
  return read.value.params;
}

function credentials(more: Partial<ConstructorParameters<typeof Credentials>[0]> = {}): Credentials {
  return new Credentials({ crypto: seeded(), user: '2001', password: 'se"cret', ...more });
}

const MD5 = ['WWW-Authenticate', 'Digest realm="ex", nonce="n1", algorithm=MD5, qop="auth,auth-int"'] as const;
const SHA = ['WWW-Authenticate', 'Digest realm="ex", nonce="n2", algorithm=SHA-256, qop="auth"'] as const;

test('RFC 2617 §3.5: the published example', () => {
  const response = digestResponse(nodeCrypto, {
    algorithm: 'MD5',
    session: false,
    secret: secretHash(nodeCrypto, 'MD5', 'Mufasa', 'testrealm@host.com', 'Circle Of Life'),
    nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
    method: 'GET',
    uri: '/dir/index.html',
    qop: 'auth',
    nc: '00000001',
    cnonce: '0a4f113b',
    body: new Uint8Array(0),
  });
  assert.equal(response, '6629fae49393a05397450978507c4ef1');
});

test('RFC 8760 §2.1: the three algorithms are those of OpenSSL, SHA-512-256 not a truncated SHA-512', () => {
  for (const [ours, theirs] of [
    ['MD5', 'md5'],
    ['SHA-256', 'sha256'],
    ['SHA-512-256', 'sha512-256'],
  ] as const) {
    assert.equal(nodeCrypto.hash(ours, 'é'), createHash(theirs).update('é').digest('hex'));
  }
  assert.notEqual(nodeCrypto.hash('SHA-512-256', ''), createHash('sha512').update('').digest('hex').slice(0, 64));
  assert.equal(nodeCrypto.bytes(8).length, 8);
});

test('RFC 7616 §3.4: credentials that a server of the other kind accepts, for every algorithm', () => {
  for (const algorithm of ['MD5', 'SHA-256', 'SHA-512-256'] as const) {
    for (const qop of [['auth'], ['auth-int'], ['auth', 'auth-int']] as const) {
      for (const side of ['server', 'proxy'] as const) {
        const server = new DigestServer({
          crypto: seeded(2),
          realm: 'r "x", y',
          side,
          algorithms: [algorithm],
          qop,
          passwordOf: (user) => (user === '2001' ? 'se"cret' : undefined),
        });
        const own = credentials();
        assert.equal(own.challenged(refusal(server.challenge(0)), request()), 'retry');
        const sent = request(own.authorize(request()));
        assert.deepEqual(server.verify(sent, 10), { name: 'accepted', user: '2001' });
        assert.deepEqual(server.verify(sent, 10), { name: 'stale' }, 'a count is good once');
        assert.deepEqual(server.verify(request(own.authorize(request())), 20), { name: 'accepted', user: '2001' });
        assert.deepEqual(server.verify(request(own.authorize(request())), 400_000), { name: 'stale' });
        assert.deepEqual(server.verify(request(), 10), { name: 'missing' });
        assert.deepEqual(server.verify({ ...sent, method: 'INVITE' }, 10), { name: 'wrong' });
        assert.deepEqual(server.verify({ ...sent, uri: 'sip:other' }, 10), { name: 'wrong' });
      }
    }
  }
});

test('RFC 2069 §2.1.2: without qop there is no nc and no cnonce, and only MD5', () => {
  const server = new DigestServer({
    crypto: seeded(2),
    realm: 'ex',
    side: 'server',
    algorithms: ['MD5'],
    qop: [],
    passwordOf: () => 'se"cret',
  });
  const own = credentials();
  assert.equal(own.challenged(refusal(server.challenge(0)), request()), 'retry');
  const fields = own.authorize(request());
  const params = paramsOf(fields);
  assert.deepEqual([params.has('qop'), params.has('nc'), params.has('cnonce')], [false, false, false]);
  assert.equal(server.verify(request(fields), 1).name, 'accepted');
  assert.equal(parseChallenge('Digest realm="r", nonce="n", algorithm=SHA-256', 'server').ok, false);
  assert.equal(credentials({ withoutQop: false }).challenged(refusal(server.challenge(0)), request()), 'unsupported');
});

test('RFC 7616 §3.4.2: -sess mixes the nonces into A1', () => {
  const own = credentials();
  own.challenged(
    refusal([['WWW-Authenticate', 'Digest realm="ex", nonce="n", algorithm=SHA-256-sess, qop="auth"']]),
    request(),
  );
  const params = paramsOf(own.authorize(request()));
  assert.equal(params.get('algorithm'), 'SHA-256-sess');
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');
  const a1 = sha(`${sha('2001:ex:se"cret')}:n:${params.get('cnonce')}`);
  const a2 = sha('REGISTER:sip:ex.example');
  assert.equal(params.get('response'), sha(`${a1}:n:00000001:${params.get('cnonce')}:auth:${a2}`));
});

test('RFC 7616 §3.4: the count of a nonce goes up, in eight hexadecimal digits, with a new cnonce each time', () => {
  const own = credentials();
  own.challenged(refusal([MD5]), request());
  const counts: (string | undefined)[] = [];
  const cnonces = new Set<string | undefined>();
  for (let i = 0; i < 17; i++) {
    const params = paramsOf(own.authorize(request()));
    counts.push(params.get('nc'));
    cnonces.add(params.get('cnonce'));
  }
  assert.deepEqual([counts[0], counts[9], counts[16]], ['00000001', '0000000a', '00000011']);
  assert.equal(cnonces.size, 17);
});

test('RFC 8760 §2.4: of several challenges for a realm the topmost that we speak is answered', () => {
  const strange = ['WWW-Authenticate', 'Digest realm="ex", nonce="n0", algorithm=SHA-3, qop="auth"'] as const;
  for (const [challenges, algorithm] of [
    [[strange, SHA, MD5], 'SHA-256'],
    [[MD5, SHA], 'MD5'],
  ] as const) {
    const own = credentials();
    assert.equal(own.challenged(refusal(challenges), request()), 'retry');
    const fields = own.authorize(request());
    assert.equal(fields.length, 1);
    assert.equal(paramsOf(fields).get('algorithm'), algorithm);
  }
  assert.equal(challengesOf(refusal([strange, SHA, MD5])).length, 2);
});

test('RFC 3261 §22.1: Basic is refused, and so is anything else that is no digest', () => {
  for (const value of [
    'Basic realm="ex"',
    'Digest realm="ex"',
    'Digest',
    'NTLM',
    'Digest realm="ex", nonce="n", qop="x"',
  ]) {
    const own = credentials();
    assert.equal(own.challenged(refusal([['WWW-Authenticate', value]]), request()), 'unsupported', value);
    assert.deepEqual(own.authorize(request()), []);
  }
});

test('sip-core §6: a realm that has used SHA may not sink back to MD5; minDigest forbids it from the start', () => {
  const own = credentials();
  assert.equal(own.challenged(refusal([SHA]), request()), 'retry');
  assert.equal(own.challenged(refusal([MD5]), request()), 'unsupported');
  assert.equal(credentials({ minDigest: 'SHA-256' }).challenged(refusal([MD5]), request()), 'unsupported');
});

test('RFC 3261 §22.3: realms and sides have credentials of their own', () => {
  const own = credentials();
  own.challenged(refusal([MD5]), request());
  own.challenged(
    refusal(
      [
        ['Proxy-Authenticate', 'Digest realm="p1", nonce="a", qop="auth"'],
        ['Proxy-Authenticate', 'Digest realm="p2", nonce="b", qop="auth"'],
      ],
      407,
    ),
    request(),
  );
  assert.deepEqual(
    own.authorize(request()).map(([name]) => name),
    ['Authorization', 'Proxy-Authorization', 'Proxy-Authorization'],
  );
});

test('RFC 7616 §3.3: a stale nonce is replaced without asking, the same answer refused means a wrong password', () => {
  const own = credentials();
  own.challenged(refusal([MD5]), request());
  const first = request(own.authorize(request()));
  assert.equal(
    own.challenged(refusal([['WWW-Authenticate', 'Digest realm="ex", nonce="n9", qop="auth", stale=TRUE']]), first),
    'retry',
  );
  const second = request(own.authorize(request()));
  assert.equal(
    own.challenged(refusal([['WWW-Authenticate', 'Digest realm="ex", nonce="n10", qop="auth"']]), second),
    'wrong-password',
  );
  assert.deepEqual(own.authorize(request()), []);
});

test('sip-core §6: a nonce that was good before and is refused later has only grown old', () => {
  const own = credentials();
  own.challenged(refusal([MD5]), request());
  own.authorize(request());
  const later = request(own.authorize(request()));
  const next = refusal([['WWW-Authenticate', 'Digest realm="ex", nonce="n3", qop="auth"']]);
  assert.equal(own.challenged(next, later), 'retry');
  assert.equal(own.challenged(next, request(own.authorize(request()))), 'wrong-password');
});

test('RFC 3261 §22.2: what only REGISTER was asked for is not shown to whoever is called', () => {
  const own = credentials();
  own.challenged(refusal([MD5]), request());
  assert.equal(own.authorize(request([], 'INVITE')).length, 0);
  assert.equal(own.authorize(request()).length, 1);
  own.challenged(refusal([SHA]), request([], 'INVITE'));
  assert.equal(own.authorize(request([], 'INVITE')).length, 1, 'the server asked for it');
  assert.equal(own.authorize(request()).length, 1, 'REGISTER shares the realm');
});

test('sip-core §10: after pin() a foreign realm gets nothing', () => {
  const own = credentials();
  own.challenged(refusal([MD5]), request());
  own.pin();
  assert.equal(
    own.challenged(refusal([['WWW-Authenticate', 'Digest realm="evil", nonce="n", qop="auth"']]), request()),
    'foreign-realm',
  );
  assert.equal(own.authorize(request()).length, 1);
  assert.equal(own.challenged(refusal([MD5]), request()), 'retry');
});

test('sip-core §10: a realm that was fixed stays so, although it refused us once', () => {
  const own = credentials();
  const proxy = (nonce: string) =>
    refusal([['Proxy-Authenticate', `Digest realm="proxy", nonce="${nonce}", qop="auth"`]]);
  own.challenged(refusal([MD5]), request());
  own.challenged(proxy('p1'), request());
  own.pin();
  assert.equal(own.challenged(proxy('p2'), request(own.authorize(request()))), 'wrong-password');
  own.pin(); // the next REGISTER was accepted by the other realm
  assert.equal(own.challenged(proxy('p3'), request()), 'retry');
});

test('RFC 7616 §3.5: nextnonce is used next, and a wrong rspauth is told', () => {
  const own = credentials();
  own.challenged(refusal([SHA]), request());
  const sent = request(own.authorize(request()));
  const params = paramsOf([...sent.headers.entries()].filter(([name]) => name === 'Authorization'));
  const proof = digestResponse(nodeCrypto, {
    algorithm: 'SHA-256',
    session: false,
    secret: secretHash(nodeCrypto, 'SHA-256', '2001', 'ex', 'se"cret'),
    nonce: 'n2',
    method: '',
    uri: 'sip:ex.example',
    qop: 'auth',
    nc: '00000001',
    cnonce: params.get('cnonce')!,
    body: new Uint8Array(0),
  });
  const answer = (text: string) => responseTo(request(), 200, undefined, { headers: [['Authentication-Info', text]] });
  assert.equal(own.learn(answer('qop=auth, rspauth="00", nextnonce="evil"'), sent), false);
  assert.equal(own.learn(answer(`qop=auth, rspauth="${proof}", nextnonce="n7"`), sent), true);
  const next = paramsOf(own.authorize(request()));
  assert.deepEqual([next.get('nonce'), next.get('nc')], ['n7', '00000001']);
  assert.equal(own.learn(responseTo(request(), 200), sent), true);
});

test('RFC 7616 §3.4.4: userhash sends the hash of user and realm', () => {
  const own = credentials();
  own.challenged(
    refusal([['WWW-Authenticate', 'Digest realm="ex", nonce="n", algorithm=SHA-256, qop="auth", userhash=true']]),
    request(),
  );
  const params = paramsOf(own.authorize(request()));
  assert.equal(params.get('username'), createHash('sha256').update('2001:ex').digest('hex'));
  assert.equal(params.get('userhash'), 'true');
});

test('DigestServer: a stranger, a forged nonce and a wrong password are refused', () => {
  const settings = {
    crypto: seeded(3),
    realm: 'ex',
    side: 'server',
    passwordOf: (user: string) => (user === '2001' ? 'other' : undefined),
  } as const;
  const server = new DigestServer(settings);
  const own = credentials();
  own.challenged(refusal(server.challenge(0)), request());
  assert.deepEqual(server.verify(request(own.authorize(request())), 1), { name: 'wrong' });
  const stranger = credentials({ user: '9999' });
  stranger.challenged(refusal(server.challenge(0)), request());
  assert.deepEqual(server.verify(request(stranger.authorize(request())), 1), { name: 'wrong' });
  const forged = credentials({ password: 'other' });
  forged.challenged(
    refusal([['WWW-Authenticate', 'Digest realm="ex", nonce="0-0-0", algorithm=SHA-256, qop="auth"']]),
    request(),
  );
  assert.deepEqual(server.verify(request(forged.authorize(request())), 1), { name: 'stale' });
});

test('DigestServer: a changed password holds from the next request on', () => {
  let password = 'se"cret';
  const server = new DigestServer({ crypto: seeded(5), realm: 'ex', side: 'server', passwordOf: () => password });
  const own = credentials();
  own.challenged(refusal(server.challenge(0)), request());
  const judged = () => server.verify(request(own.authorize(request())), 1).name;
  assert.deepEqual([judged(), judged()], ['accepted', 'accepted']);
  password = 'other';
  assert.equal(judged(), 'wrong');
  password = 'se"cret';
  assert.equal(judged(), 'accepted');
});

test.run();
