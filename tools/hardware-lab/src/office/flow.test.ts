import assert from 'node:assert/strict';
import { ladderOf } from '@switchhook/ladder';
import { test } from 'uvu';
import { flowText } from './flow.ts';

const US = '127.0.0.1:5060';
const THEM = '127.0.0.2:5060';
const NAMES = { [US]: 'us', [THEM]: 'them' };

let at = 0;
function sip(from: string, first: string, callId: string, cseq: string, more = '') {
  const text = `${first}\r\nCall-ID: ${callId}\r\nFrom: <sip:a@x>;tag=${callId}f\r\nTo: <sip:b@x>;tag=${callId}t\r\nCSeq: ${cseq}\r\n${more}\r\n`;
  const via = text.replace('\r\n', `\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK${callId}${cseq}\r\n`);
  return { atMs: at++, from, to: from === US ? THEM : US, bytes: new TextEncoder().encode(via) };
}

/** The end of a transfer; `quick` = the target's BYE comes before the final NOTIFY and its answer. */
function ending(quick: boolean, number: number, call: string) {
  const notify = sip(THEM, 'NOTIFY sip:a@x SIP/2.0', `${call}1`, `${number} NOTIFY`, 'Event: refer\r\n');
  const notified = sip(US, 'SIP/2.0 200 OK', `${call}1`, `${number} NOTIFY`);
  const bye = sip(THEM, 'BYE sip:a@x SIP/2.0', `${call}2`, `${number + 5} BYE`);
  const gone = sip(US, 'SIP/2.0 200 OK', `${call}2`, `${number + 5} BYE`);
  const refer = sip(US, 'REFER sip:b@x SIP/2.0', `${call}1`, `${number} REFER`, 'Refer-To: <sip:9@x:5060>\r\n');
  const ours = sip(US, 'BYE sip:b@x SIP/2.0', `${call}1`, `${number + 1} BYE`);
  const middle = quick ? [bye, notify, gone, notified] : [notify, notified, bye, gone];
  return ladderOf([refer, ...middle, ours], NAMES);
}

test('hardware lab: two runs of one flow are equal whatever their identifiers, and when two calls end at once', () => {
  assert.equal(flowText(ending(true, 7, 'x'), 'us'), flowText(ending(false, 90, 'y'), 'us'));
  assert.match(
    flowText(ending(false, 7, 'x'), 'us'),
    /^C1 us -> them: REFER \| REFER \| Refer-To sip:9@x\n.*NOTIFY.*\n.*200 OK/,
  );
});

test('hardware lab: a request of ours at another place, or to another target, is another flow', () => {
  const good = ending(false, 7, 'x');
  const [refer, ...rest] = good.steps;
  assert.notEqual(flowText({ ...good, steps: [...rest, refer!] }, 'us'), flowText(good, 'us'));
  const other = { ...refer!, referTo: { user: '8', uri: 'sip:8@x' } };
  assert.notEqual(flowText({ ...good, steps: [other, ...rest] }, 'us'), flowText(good, 'us'));
});

test.run();
