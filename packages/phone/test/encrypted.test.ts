// Encrypted sound from key to ear: whole phones with their media engines, SIP and RTP in virtual time.
import assert from 'node:assert/strict';
import { DEFAULT_SRTP_SUITES, type SrtpWish } from '@switchhook/rtp-media';
import { test } from 'uvu';
import { hears, Sounding } from './sounding.ts';

type Policy = SrtpWish['policy'] | 'off';
const wish = (policy: Policy): SrtpWish | undefined =>
  policy === 'off' ? undefined : { policy, suites: DEFAULT_SRTP_SUITES };

/** Operator, caller and specialist; the caller rings the operator, who lifts. */
function cast(...policies: readonly Policy[]) {
  const office = new Sounding();
  const operator = office.speaker('1000', 400, ['PCMA'], wish(policies[0]!));
  const caller = office.speaker('2001', 700, ['PCMA'], wish(policies[1]!), { acceptRefer: 'same-dialog' });
  const specialist = office.speaker('9999', 1100, ['PCMA'], wish(policies[2]!));
  caller.phone.do({ verb: 'call.dial', to: '1000' });
  caller.phone.wait(100);
  operator.phone.do({ verb: 'hook.lift' });
  caller.phone.wait(1_000);
  return { office, operator, caller, specialist };
}

const secured = (phone: {
  runtime: { snapshot(): { lines: readonly { secure: string; callId: string | null }[] } };
}): string[] =>
  phone.runtime
    .snapshot()
    .lines.filter(({ callId }) => callId !== null)
    .map(({ secure }) => secure);

test('features.md 1: an encrypted call is heard on both sides, and the line says that it is encrypted', () => {
  const { operator, caller } = cast('require', 'require', 'off');
  assert.deepEqual([hears(operator.media), hears(caller.media)], [[700], [400]]);
  assert.deepEqual([secured(operator.phone), secured(caller.phone)], [['sdes'], ['sdes']]);
});

test('features.md 1: preferred is encrypted where the other side can, else in clear, and the line says which', () => {
  const both = cast('prefer', 'prefer', 'off');
  assert.deepEqual([secured(both.operator.phone), hears(both.caller.media)], [['sdes'], [400]]);
  const one = cast('off', 'prefer', 'off');
  assert.deepEqual([secured(one.caller.phone), hears(one.caller.media)], [['no'], [400]]);
});

test('features.md 1: required never falls back: the call is refused with 488 and rings nowhere', () => {
  for (const policies of [
    ['require', 'off', 'off'],
    ['off', 'require', 'off'],
  ] as const) {
    const { operator, caller } = cast(...policies);
    assert.deepEqual([secured(operator.phone), secured(caller.phone)], [[], []], policies.join());
    assert.deepEqual([hears(operator.media), hears(caller.media)], [[], []], policies.join());
  }
});

test('RFC 4568 §7.1.4: whom an attended transfer joins hear each other, encrypted under keys of their own', () => {
  const { operator, caller, specialist } = cast('require', 'require', 'require');
  operator.phone.do({ verb: 'transfer.start', to: '9999' });
  caller.phone.wait(200);
  specialist.phone.do({ verb: 'hook.lift' });
  caller.phone.wait(1_000);
  assert.deepEqual(secured(operator.phone), ['sdes', 'sdes']);
  operator.phone.do({ verb: 'key.transfer' });
  caller.phone.wait(3_000);
  assert.deepEqual([hears(operator.media), hears(caller.media), hears(specialist.media)], [[], [1100], [700]]);
  assert.deepEqual([secured(caller.phone), secured(specialist.phone)], [['sdes'], ['sdes']]);
});

test('transfer §10: a bridge joins an encrypted leg and one in clear, each as it was agreed on', () => {
  const { operator, caller, specialist } = cast('prefer', 'require', 'off');
  operator.phone.do({ verb: 'transfer.start', to: '9999' });
  caller.phone.wait(200);
  specialist.phone.do({ verb: 'hook.lift' });
  caller.phone.wait(1_000);
  assert.deepEqual(secured(operator.phone), ['sdes', 'no']);
  operator.phone.do({ verb: 'transfer.bridge' });
  caller.phone.wait(2_000);
  assert.deepEqual([hears(caller.media), hears(specialist.media)], [[1100], [700]]);
});

test.run();
