import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { UserAgent } from '@switchhook/sip-core';
import { test } from 'uvu';
import { seededCrypto } from '../src/node/seeded-crypto.ts';
import { SABOTAGES, type Sabotage } from '../src/virtual/sabotage.ts';
import { isGood, type OfficeReport, playOffice } from '../src/virtual/simulation.ts';
import { PLANTED } from '../src/virtual/weathers.ts';

function play(seed: number, sabotage?: Sabotage, loss = 0): OfficeReport {
  return playOffice(seed, { make: (settings) => new UserAgent(settings), crypto: seededCrypto, loss, sabotage });
}

function complaint(report: OfficeReport): string {
  return JSON.stringify([report.seed, report.lostCallers, report.brokenPromises, report.leaks, report.uncaught]);
}

test('DESIGN, deterministic simulation: no caller is lost, nothing leaks, nothing is thrown, with every planted fault', () => {
  for (let seed = 0; seed < 2 * PLANTED.length; seed++) {
    const report = play(seed);
    assert.ok(isGood(report), complaint(report));
  }
});

test('DESIGN, deterministic simulation: the same with one datagram in ten lost everywhere', () => {
  for (let seed = 500; seed < 500 + PLANTED.length; seed++) {
    const report = play(seed, undefined, 0.1);
    assert.ok(isGood(report), complaint(report));
  }
});

test('DESIGN, deterministic simulation: one seed is one history, packet by packet', () => {
  const hash = (seed: number) => createHash('sha256').update(play(seed).packets()).digest('hex');
  for (const seed of [3, 5, 8]) assert.equal(hash(seed), hash(seed));
  assert.notEqual(hash(3), hash(4));
});

test('DESIGN, deterministic simulation: each kind of fault is planted in at least 5 % of offices', () => {
  const share = new Map<string, number>();
  for (let seed = 1; seed <= 1000; seed++) {
    const planted = PLANTED[seed % PLANTED.length]!;
    share.set(planted, (share.get(planted) ?? 0) + 1);
  }
  for (const [planted, offices] of share) assert.ok(offices >= 50, `${planted} in ${offices} of 1000`);
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
