import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  type DigestAlgorithm,
  digestResponse,
  escapeUriHeader,
  parseReplaces,
  parseSipfrag,
  parseSubscriptionState,
  parseUri,
  printReplaces,
  secretHash,
} from '@switchhook/sip-core';
import { test } from 'uvu';
import { nodeCrypto } from '../src/node/crypto.ts';
import { corpus } from './fixtures.ts';

const vectors = corpus('transfer-vectors', 'transfer vectors');
if (vectors !== undefined) {
  const read = (file: string) => JSON.parse(readFileSync(`${vectors}/${file}`, 'utf8'));

  test('RFC 3420: sipfrag bodies as peers write them', () => {
    for (const { body, status } of read('sipfrag.json') as { body: string; status: number | null }[]) {
      const fragment = parseSipfrag(body);
      assert.equal(fragment.ok ? fragment.value.status : null, status, body);
    }
  });

  test('RFC 6665 §8.2.3: Subscription-State values', () => {
    interface Case {
      readonly value: string;
      readonly state: string;
      readonly expires: number | null;
      readonly reason: string | null;
    }
    for (const { value, state, expires, reason } of read('subscription-state.json') as Case[]) {
      const got = parseSubscriptionState(value);
      assert.ok(got.ok, value);
      // Sentences in the vectors are advice for the reader of an unknown word.
      if (!state.includes(' ')) assert.equal(got.value.state, state, value);
      assert.equal(got.value.expiresS ?? null, expires, value);
      assert.equal(got.value.reason ?? null, reason?.split(' ')[0] ?? null, value);
    }
  });

  test('RFC 3891 §6.1 and RFC 3261 §19.1.2: Replaces inside a Refer-To URI comes back after one unescaping', () => {
    interface Case {
      readonly name: string;
      readonly targetUri: string;
      readonly consult: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
      readonly earlyOnly: boolean;
      readonly replacesValue: string;
      readonly referTo: string;
    }
    let checked = 0;
    for (const { name, consult, earlyOnly, replacesValue, referTo } of read('refer-to-escape.json') as Case[]) {
      const value = printReplaces({
        callId: consult.callId,
        toTag: consult.remoteTag,
        fromTag: consult.localTag,
        earlyOnly,
      });
      assert.equal(value, replacesValue, name);
      const theirs = parseUri(referTo.slice(referTo.indexOf('<') + 1, referTo.lastIndexOf('>')));
      assert.ok(theirs.ok, name);
      assert.equal(theirs.value.headers.get('Replaces'), value, name);
      const ours = parseUri(`sip:x@h?Replaces=${escapeUriHeader(value)}`);
      assert.ok(ours.ok, name);
      const replaces = parseReplaces(ours.value.headers.get('Replaces') ?? '');
      assert.ok(replaces.ok, name);
      assert.deepEqual(replaces.value, {
        callId: consult.callId,
        toTag: consult.remoteTag,
        fromTag: consult.localTag,
        earlyOnly,
      });
      checked++;
    }
    assert.ok(checked >= 10);
  });
}

const digest = corpus('digest', 'digest vectors');
if (digest !== undefined) {
  test('RFC 7616 §3.4.1: every digest vector', () => {
    interface Case {
      readonly name: string;
      readonly algorithm: string;
      readonly user: string;
      readonly realm: string;
      readonly password: string;
      readonly method: string;
      readonly uri: string;
      readonly nonce: string;
      readonly nc?: string;
      readonly cnonce?: string;
      readonly qop?: 'auth' | 'auth-int';
      readonly body?: string;
      readonly response: string;
    }
    const { vectors: cases } = JSON.parse(readFileSync(`${digest}/vectors.json`, 'utf8')) as { vectors: Case[] };
    assert.ok(cases.length >= 8);
    for (const vector of cases) {
      const session = vector.algorithm.endsWith('-sess');
      const algorithm = vector.algorithm.replace('-sess', '') as DigestAlgorithm;
      const response = digestResponse(nodeCrypto, {
        algorithm,
        session,
        secret: secretHash(nodeCrypto, algorithm, vector.user, vector.realm, vector.password),
        nonce: vector.nonce,
        method: vector.method,
        uri: vector.uri,
        qop: vector.qop,
        nc: vector.nc ?? '',
        cnonce: vector.cnonce ?? '',
        body: new TextEncoder().encode(vector.body ?? ''),
      });
      assert.equal(response, vector.response, vector.name);
    }
  });

  test('RFC 7616 §3.4.4: the hashed user name, with the true SHA-512/256', () => {
    const { userhash_sha512_256_Jason: expected } = JSON.parse(readFileSync(`${digest}/vectors.json`, 'utf8'));
    assert.equal(nodeCrypto.hash('SHA-512-256', 'Jäsøn Doe:api@example.org'), expected);
  });
}

test.run();
