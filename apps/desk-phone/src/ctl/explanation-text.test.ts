import assert from 'node:assert/strict';
import type { TransferExplanation } from '@switchhook/phone/control';
import { test } from 'uvu';
import { describeExplanation } from './explanation-text.ts';

const explained: TransferExplanation = {
  transferId: 't-1',
  kind: 'attended',
  state: 'consulting',
  advice: ['Nothing is missing.'],
  refer: {
    leg: 'caller',
    callId: 'c-1',
    manner: 'out-of-dialog',
    requestUri: 'sip:1002@h;gr=1\u001b[2J',
    form: 'aor',
    why: 'the rules say so',
    headers: [['Refer-To', '<sip:9999@h?Replaces=x>']],
  },
  preconditions: [
    { name: 'caller-confirmed', holds: true, detail: 'answered' },
    { name: 'refer-allowed', holds: false, detail: 'lacks REFER' },
    { name: 'replaces-supported', holds: null, detail: 'never said' },
  ],
  tries: [
    { name: 'refer', after: '', detail: 'REFER' },
    { name: 'restore', after: 'any other refusal', detail: 'back' },
  ],
};

test('ctl: an explanation is the REFER as it would go out, every precondition and the tries; nothing steers a terminal', () => {
  assert.deepEqual(describeExplanation(explained), [
    'transfer t-1 (attended): consulting',
    'Nothing is missing.',
    '',
    'The REFER to the caller (call c-1), out of its dialog:',
    '  REFER sip:1002@h;gr=1 [2J SIP/2.0',
    '  Refer-To: <sip:9999@h?Replaces=x>',
    '  (address of record in Refer-To: the rules say so)',
    '',
    'Preconditions:',
    '  yes     caller-confirmed      answered',
    '  no      refer-allowed         lacks REFER',
    '  unsaid  replaces-supported    never said',
    '',
    'Tried in this order:',
    '  1. refer       REFER',
    '  2. restore     back (after any other refusal)',
  ]);
});

test('ctl: without a transfer only what to press is said', () => {
  const nothing = {
    ...explained,
    transferId: null,
    kind: null,
    state: null,
    refer: null,
    preconditions: [],
    tries: [],
  };
  assert.deepEqual(describeExplanation({ ...nothing, advice: ['No call.', 'Answer one.'] }), [
    'No call.',
    'Answer one.',
  ]);
});

test.run();
