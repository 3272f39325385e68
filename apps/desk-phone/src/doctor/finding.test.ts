import assert from 'node:assert/strict';
import { test } from 'uvu';
import { brokerFinding, findingLine, findingsExit } from './finding.ts';

test('doctor: a broker that can be overheard is a warning with its remedy; encrypted or on this machine it is none', () => {
  const verdict = (url: unknown) => brokerFinding(url).verdict;
  assert.deepEqual(['mqtts://b.example.com', 'wss://b/mqtt', 'mqtt://127.0.0.1:1883', 'ws://[::1]'].map(verdict), [
    'ok',
    'ok',
    'ok',
    'ok',
  ]);
  assert.deepEqual(['mqtt://b.example.com', 'ws://192.0.2.1'].map(verdict), ['warning', 'warning']);
  assert.match(brokerFinding('mqtt://b.example.com').text, /not encrypted.*use mqtts/);
  assert.deepEqual([undefined, 'b.example.com', 'http://b', 7].map(verdict), ['fault', 'fault', 'fault', 'fault']);
});

test('doctor: a password in a broker URL is not shown', () => {
  assert.doesNotMatch(brokerFinding('mqtt://me:secret@b.example.com').text, /secret|me:/);
});

test('doctor: one line each, and the exit code says whether something does not work', () => {
  const warning = { part: 'sound', verdict: 'warning', text: 'no card' } as const;
  assert.equal(findingLine(warning), 'warning sound            no card');
  assert.equal(findingsExit([warning]), 0);
  assert.equal(findingsExit([warning, { part: 'hook', verdict: 'fault', text: 'x' }]), 1);
});

test.run();
