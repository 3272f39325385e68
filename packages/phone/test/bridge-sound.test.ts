// What is heard when the phone joins two calls: whole phones with their media engines, SIP and RTP in virtual time.
import assert from 'node:assert/strict';
import { test } from 'uvu';
import { hears, Sounding } from './sounding.ts';

/** The operator speaks both codecs, the caller A-law and the specialist µ-law only. */
function cast() {
  const office = new Sounding();
  const operator = office.speaker('1000', 400, ['PCMU', 'PCMA']);
  const caller = office.speaker('2001', 700, ['PCMA']);
  const specialist = office.speaker('9999', 1100, ['PCMU']);
  caller.phone.do({ verb: 'call.dial', to: '1000' });
  caller.phone.wait(100);
  operator.phone.do({ verb: 'hook.lift' });
  caller.phone.wait(1_000);
  operator.phone.do({ verb: 'transfer.start', to: '9999' });
  caller.phone.wait(200);
  specialist.phone.do({ verb: 'hook.lift' });
  caller.phone.wait(1_000);
  return {
    office,
    operator,
    caller,
    specialist,
    ears: () => [operator, caller, specialist].map(({ media }) => hears(media)),
  };
}

test('transfer §10: consultation, conference, bridge and back in, as the three hear it', () => {
  const { operator, caller, ears } = cast();
  assert.deepEqual(ears(), [[1100], [], [400]], 'the caller hears music and neither of the two');
  const codecs = operator.phone.runtime.snapshot().lines.map(({ codec }) => codec);
  assert.deepEqual(codecs, ['PCMA', 'PCMU']);
  operator.phone.do({ verb: 'key.conference' });
  caller.phone.wait(1_000);
  assert.deepEqual(ears(), [
    [700, 1100],
    [400, 1100],
    [400, 700],
  ]);
  operator.phone.do({ verb: 'transfer.bridge' });
  caller.phone.wait(1_000);
  assert.deepEqual(ears(), [[], [1100], [700]]);
  operator.phone.do({ verb: 'hook.put-down' });
  caller.phone.wait(60_000);
  assert.deepEqual(ears(), [[], [1100], [700]], 'the handset down ends nothing');
  operator.phone.do({ verb: 'key.line', line: 1 });
  caller.phone.wait(1_000);
  assert.deepEqual(ears(), [
    [700, 1100],
    [400, 1100],
    [400, 700],
  ]);
});

test('transfer §10: a key of one reaches the other once through the bridge', () => {
  const { operator, caller, specialist } = cast();
  operator.phone.do({ verb: 'transfer.bridge' });
  caller.phone.wait(500);
  caller.phone.do({ verb: 'call.dtmf', digits: '42#' });
  caller.phone.wait(2_000);
  assert.deepEqual([specialist.media.keys.join(''), operator.media.keys.join('')], ['42#', '42#']);
});

test('transfer §10: one hang-up ends both, and nobody hears anything more', () => {
  const { operator, caller, specialist, ears } = cast();
  operator.phone.do({ verb: 'transfer.bridge' });
  caller.phone.wait(500);
  specialist.phone.do({ verb: 'hook.put-down' });
  caller.phone.wait(3_000);
  assert.deepEqual(
    [operator, caller, specialist].map(({ phone }) => phone.runtime.state.calls.length),
    [0, 0, 0],
  );
  assert.deepEqual([ears()[0], ears()[2]], [[], []]);
});

test.run();
