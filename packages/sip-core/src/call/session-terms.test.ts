import assert from 'node:assert/strict';
import { test } from 'uvu';
import { requestOf, responseTo } from '../message/build.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import type { Account } from '../user-agent/settings.ts';
import { parseSessionExpires, SessionTerms } from './session-terms.ts';

function terms(sessionExpiresS?: number): SessionTerms {
  const account: Account = {
    id: 'a' as Account['id'],
    user: 'a',
    domain: 'example.com',
    transport: 'udp',
    server: { host: '192.0.2.9', port: 5060 },
    register: false,
    ...(sessionExpiresS === undefined ? {} : { sessionExpiresS }),
  };
  return new SessionTerms(account);
}

function invite(...headers: [string, string][]): SipRequest {
  return requestOf({ method: 'INVITE', uri: 'sip:a@b', from: 'sip:c@d', to: 'sip:a@b', callId: 'x', cseq: 1, headers });
}

function ok(...headers: [string, string][]): SipResponse {
  return responseTo(invite(), 200, undefined, { headers });
}

test('RFC 4028 §4: Session-Expires is read with and without refresher, and what is none is not', () => {
  assert.deepEqual(parseSessionExpires('1800;refresher=UAS'), {
    ok: true,
    value: { expiresS: 1800, refresher: 'uas' },
  });
  assert.deepEqual(parseSessionExpires(' 90 '), { ok: true, value: { expiresS: 90, refresher: undefined } });
  assert.deepEqual(parseSessionExpires('90;refresher=b2bua;x'), {
    ok: true,
    value: { expiresS: 90, refresher: undefined },
  });
  for (const text of ['', 'soon', '-1', '90 s', '90;;', '1e3']) assert.equal(parseSessionExpires(text).ok, false, text);
});

test('RFC 4028 §7.1: the caller asks for 1800 s unless the account says otherwise, never for less than 90; 0 asks for nothing', () => {
  assert.deepEqual(terms().fields(undefined), [['Session-Expires', '1800']]);
  assert.deepEqual(terms(600).fields(undefined), [['Session-Expires', '600']]);
  assert.deepEqual(terms(5).fields(undefined), [['Session-Expires', '90']]);
  assert.deepEqual(terms(0).fields(undefined), []);
});

test('RFC 4028 §7.2: the 2xx says how long and who; without Session-Expires there is no timer', () => {
  assert.equal(terms().agreed(ok()), undefined);
  assert.equal(terms(0).agreed(ok(['Session-Expires', '1800;refresher=uac'])), undefined);
  assert.equal(terms().agreed(ok(['Session-Expires', 'never'])), undefined);
  assert.deepEqual(terms().agreed(ok(['Session-Expires', '300;refresher=uas'])), { expiresS: 300, weRefresh: false });
  assert.deepEqual(terms().agreed(ok(['Session-Expires', '300;refresher=uac'])), { expiresS: 300, weRefresh: true });
  assert.deepEqual(terms().agreed(ok(['Session-Expires', '300'])), { expiresS: 300, weRefresh: true });
  assert.deepEqual(terms().agreed(ok(['Session-Expires', '1'])), { expiresS: 90, weRefresh: true });
});

test('RFC 4028 §7.4: who refreshes stays so, whoever sends the request', () => {
  const held = { expiresS: 300, weRefresh: true };
  assert.deepEqual(terms().fields(held), [['Session-Expires', '300;refresher=uac']]);
  assert.deepEqual(terms().fields({ ...held, weRefresh: false }), [['Session-Expires', '300;refresher=uas']]);
  const mute = invite(['Supported', 'timer']);
  assert.equal(terms().accept(mute, held).interval?.weRefresh, true);
  assert.equal(terms().accept(mute, { ...held, weRefresh: false }).interval?.weRefresh, false);
});

test('RFC 4028 §7.3: 422 is obeyed with Min-SE, a few times and up to a day', () => {
  const asking = terms(300);
  const brief = (seconds: string): SipResponse =>
    responseTo(invite(), 422, undefined, { headers: [['Min-SE', seconds]] });
  assert.equal(asking.raise(brief('200')), true);
  assert.deepEqual(asking.fields(undefined), [
    ['Session-Expires', '300'],
    ['Min-SE', '200'],
  ]);
  assert.equal(asking.raise(brief('3600')), true);
  assert.deepEqual(asking.fields(undefined)[0], ['Session-Expires', '3600']);
  assert.equal(asking.raise(brief('3600')), false);
  assert.equal(asking.raise(brief('4000000000')), false);
  assert.equal(asking.raise(responseTo(invite(), 422)), false);
  assert.deepEqual([asking.raise(brief('3601')), asking.raise(brief('3602'))], [true, true]);
  assert.equal(asking.raise(brief('3603')), false, 'not for ever');
  assert.equal(terms(0).raise(brief('200')), false);
});

test('RFC 4028 §9, table 2: who refreshes is what the caller says, else the caller if it knows how, else we', () => {
  const roles = (...headers: [string, string][]): unknown[] => {
    const { fields, interval } = terms().accept(invite(...headers), undefined);
    return [...fields.map(([name, value]) => `${name}: ${value}`), interval?.weRefresh];
  };
  const knows: [string, string] = ['Supported', 'replaces, timer'];
  assert.deepEqual(roles(), [undefined]);
  assert.deepEqual(roles(knows), ['Session-Expires: 1800;refresher=uas', true]);
  assert.deepEqual(roles(knows, ['Session-Expires', '600']), [
    'Session-Expires: 600;refresher=uac',
    'Require: timer',
    false,
  ]);
  assert.deepEqual(roles(knows, ['Session-Expires', '600;refresher=uas']), [
    'Session-Expires: 600;refresher=uas',
    true,
  ]);
  assert.deepEqual(roles(['Session-Expires', '600;refresher=uac']), ['Session-Expires: 600;refresher=uas', true]);
  assert.deepEqual(roles(knows, ['Session-Expires', '7200']).slice(0, 1), ['Session-Expires: 1800;refresher=uac']);
  assert.deepEqual(roles(knows, ['Session-Expires', '7200'], ['Min-SE', '3600']).slice(0, 1), [
    'Session-Expires: 3600;refresher=uac',
  ]);
  assert.deepEqual(terms(0).accept(invite(knows, ['Session-Expires', '600']), undefined), {
    fields: [],
    interval: undefined,
  });
});

test('RFC 4028 §9: 422 only to who asks for less than 90 s and understands it', () => {
  assert.equal(terms().isTooShort(invite(['Supported', 'timer'], ['Session-Expires', '89'])), true);
  assert.equal(terms().isTooShort(invite(['Supported', 'timer'], ['Session-Expires', '90'])), false);
  assert.equal(terms().isTooShort(invite(['Session-Expires', '89'])), false);
  assert.equal(terms(0).isTooShort(invite(['Supported', 'timer'], ['Session-Expires', '89'])), false);
});

test.run();
