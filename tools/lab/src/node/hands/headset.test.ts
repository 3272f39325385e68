import assert from 'node:assert/strict';
import type { Intent } from '@switchhook/phone';
import { UserAgent } from '@switchhook/sip-core';
import { test } from 'uvu';
import { VirtualOffice } from '../../virtual/office.ts';
import { seededCrypto } from '../seeded-crypto.ts';
import { headsetHand } from './headset.ts';

/** The receptionist's phone in a call, as the hand sees it, and what the hand wanted. */
function talking() {
  const office = new VirtualOffice({
    seed: 3,
    style: 'proxy',
    make: (settings) => new UserAgent(settings),
    crypto: seededCrypto,
  });
  office.pass(1000);
  office.desks.caller.press({ verb: 'call.dial', to: '1000' });
  office.pass(500);
  office.desks.receptionist.press({ verb: 'call.answer' });
  office.pass(500);
  const { state } = office.desks.receptionist.runtime;
  office.close();
  const wanted: string[] = [];
  const submit = (intent: Intent, { door }: { readonly door: string }) => {
    wanted.push(`${door} ${intent.verb}${'digit' in intent ? ` ${intent.digit}` : ''}`);
    return 'k' as never;
  };
  return { runtime: { state, submit }, wanted };
}

test('lab hands: a machine that stalls for half a second amid a triple press pulls nothing apart', async () => {
  const { runtime, wanted } = talking();
  const hand = headsetHand(runtime);
  setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600), 90);
  await hand.press({ name: 'complete' });
  await new Promise((later) => setTimeout(later, 50));
  await hand.close();
  assert.deepEqual(wanted, ['headset headset.triple']);
});

test("lab hands: the headset's digits come from the keypad", async () => {
  const { runtime, wanted } = talking();
  const hand = headsetHand(runtime);
  await hand.press({ name: 'dial', digits: '99' });
  await hand.close();
  assert.deepEqual(wanted, ['keys key.digit 9', 'keys key.digit 9', 'keys key.digit #']);
});

test.run();
