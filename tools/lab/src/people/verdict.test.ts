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

test.run();
