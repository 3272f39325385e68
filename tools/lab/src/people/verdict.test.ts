import assert from 'node:assert/strict';
import { ladderOf } from '@switchhook/ladder';
import { test } from 'uvu';
import { type Findings, shortcomings } from './verdict.ts';

const FINDINGS: Findings = {
  ladder: ladderOf([], {}, ['caller', 'receptionist']),
  lossy: false,
  outcome: { name: 'completed', evidence: 'notify' },
  heard: { caller: [], specialist: [], receptionist: [] },
  receptionistIdle: true,
  shows: { caller: ['9999'], specialist: ['1001'] },
  packetsAfterEnd: 0,
};
const displays = (findings: Findings) => shortcomings(findings).filter((line) => line.includes('display'));

test('verdict: after a completed transfer the displays name the two who talk now', () => {
  assert.deepEqual(displays(FINDINGS), []);
  assert.deepEqual(displays({ ...FINDINGS, shows: { caller: ['bcc350a3d9e1f204'], specialist: [] } }), [
    "the caller's display shows bcc350a3d9e1f204, not 9999",
    "the specialist's display shows nothing, not 1001",
  ]);
  assert.deepEqual(
    displays({
      ...FINDINGS,
      outcome: { name: 'failed', evidence: undefined },
      shows: { caller: ['1000'], specialist: [] },
    }),
    [],
  );
});

test('verdict: a wrong number is a call that was refused, not a hold', () => {
  const sip = (first: string, toTag: string) =>
    new TextEncoder().encode(
      `${first}\r\nCall-ID: one\r\nFrom: <sip:1000@x>;tag=a\r\nTo: <sip:9998@x>${toTag}\r\nCSeq: 7 INVITE\r\n\r\n`,
    );
  const refused = (requestTag: string, status: string) => {
    const ladder = ladderOf(
      [
        { atMs: 0, from: '10.0.0.2:5060', to: '10.0.0.1:5060', bytes: sip('INVITE sip:9998@x SIP/2.0', requestTag) },
        { atMs: 5, from: '10.0.0.1:5060', to: '10.0.0.2:5060', bytes: sip(`SIP/2.0 ${status}`, ';tag=b') },
      ],
      { '10.0.0.1': 'exchange', '10.0.0.2': 'receptionist' },
    );
    return shortcomings({ ...FINDINGS, ladder }).filter((line) => line.includes('refused'));
  };
  assert.deepEqual(refused('', '404 Not Found'), ['the call (INVITE) was refused: 404 Not Found']);
  assert.deepEqual(refused(';tag=b', '488 Not Acceptable Here'), [
    'hold (INVITE) was refused: 488 Not Acceptable Here',
  ]);
});

test.run();
