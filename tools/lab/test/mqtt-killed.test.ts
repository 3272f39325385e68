import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'uvu';
import { findingsOf } from '../src/node/demo/findings.ts';
import { playTransfer } from '../src/node/demo/play.ts';
import { mqttHand } from '../src/node/hands/mqtt.ts';
import { RealOffice } from '../src/node/real-office.ts';
import { shortcomings } from '../src/people/verdict.ts';
import { folder } from './demos.ts';

test('mqtt: a bridge that is killed in the middle of a transfer changes nothing for the call; the next one completes it', async () => {
  const office = await RealOffice.open({ style: 'b2bua', loss: 0, seed: 1, fault: undefined, specialistSilent: false });
  try {
    const hand = await mqttHand(office.phones.receptionist.runtime, { killBefore: 'complete' });
    const played = await playTransfer(office, hand, () => {}, 1000);
    await hand.close();
    const findings = findingsOf(office, played, join(folder, 'killed'), false);
    assert.equal(findings.outcome.name, 'completed');
    assert.deepEqual(
      shortcomings(findings),
      [],
      'the caller hears receptionist, hold and specialist, and nobody is lost',
    );
  } finally {
    await office.close();
  }
});

test.run();
