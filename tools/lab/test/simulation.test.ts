import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { UserAgent } from '@switchhook/sip-core';
import { test } from 'uvu';
import { quickCrypto } from '../src/virtual/quick-crypto.ts';
import { SABOTAGES, type Sabotage } from '../src/virtual/sabotage.ts';
import { isGood, type OfficeReport, playOffice } from '../src/virtual/simulation.ts';
import { PLANTED, plant } from '../src/virtual/weathers.ts';

function play(seed: number, sabotage?: Sabotage, loss = 0): OfficeReport {
  return playOffice(seed, { make: (settings) => new UserAgent(settings), crypto: quickCrypto, loss, sabotage });
}

function complaint(report: OfficeReport): string {
  return JSON.stringify([report.seed, report.lostCallers, report.brokenPromises, report.leaks, report.uncaught]);
}

test('DESIGN, deterministic simulation: no caller is lost, nothing leaks, nothing is thrown, with every planted fault', () => {
  for (let seed = 0; seed < 24; seed++) {
    const report = play(seed);
    assert.ok(isGood(report), complaint(report));
  }
});

test('DESIGN, deterministic simulation: the same with one datagram in ten lost everywhere', () => {
  for (let seed = 500; seed < 512; seed++) {
    const report = play(seed, undefined, 0.1);
    assert.ok(isGood(report), complaint(report));
  }
});

test('DESIGN, deterministic simulation: one seed is one history, packet by packet', () => {
  const hash = (seed: number) => createHash('sha256').update(play(seed).packets()).digest('hex');
  for (const seed of [3, 5, 8]) assert.equal(hash(seed), hash(seed));
  assert.notEqual(hash(3), hash(4));
});

test('DESIGN, deterministic simulation: each kind of fault is planted in at least 5 % of offices, several at once in some', () => {
  const share = new Map<string, number>();
  let several = 0;
  for (let seed = 1; seed <= 4000; seed++) {
    const planted = plant(new SeededRandom(seed));
    if (planted.size > 1) several++;
    for (const kind of planted) share.set(kind, (share.get(kind) ?? 0) + 1);
  }
  for (const kind of PLANTED) assert.ok((share.get(kind) ?? 0) >= 200, `${kind} in ${share.get(kind)} of 4000`);
  assert.ok(several > 2000, `several kinds in ${several} of 4000`);
});

for (const sabotage of SABOTAGES) {
  test(`DESIGN, transfer: a phone with ${sabotage} is found out within 2,000 offices`, () => {
    let seed = 1;
    while (seed <= 2000 && isGood(play(seed, sabotage))) seed++;
    assert.ok(seed <= 2000, `${sabotage} was not found`);
    const report = play(seed, sabotage);
    assert.ok(report.lostCallers.length + report.brokenPromises.length > 0, complaint(report));
    assert.ok(isGood(play(seed)), 'the phone itself is not to blame');
  });
}

test.run();
