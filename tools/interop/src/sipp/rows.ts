import assert from 'node:assert/strict';
import type { Case } from '../case.ts';
import type { DeskPhone, PhoneOptions } from '../desk-phone.ts';
import { consult, office, passed } from './office.ts';
import { type Peer, playScenario } from './peer.ts';
import type { Script } from './script.ts';

/** What the receptionist is told of the transfer. */
export type Told =
  | { readonly name: 'completed'; readonly evidence: string }
  /** `calls` stay, one of them in conversation unless `held`, and are hung up by the receptionist. */
  | { readonly name: 'failed'; readonly sip: number | null; readonly calls: number; readonly held?: boolean }
  | { readonly name: 'unknown'; readonly calls: number };

/** One row of a table: 1001 calls, is answered and held, 9999 is consulted, and Transfer is pressed. */
export interface Row {
  readonly title: string;
  readonly phone?: PhoneOptions;
  readonly caller: Script;
  readonly specialist: Script;
  readonly told: Told;
  /** What the receptionist does instead of pressing Transfer and waiting. */
  readonly act?: (phone: DeskPhone, transferId: string) => Promise<void>;
}

/** A row as a case. */
export function asCase({ title, phone: options = {}, caller, specialist, told, act }: Row): Case {
  return {
    title,
    run: (folder) =>
      office(folder, options, async (phone, targetPort, callerPort) => {
        const peers: Peer[] = [];
        try {
          peers.push(playScenario('specialist', specialist.text(), folder, targetPort));
          peers.push(playScenario('caller', caller.text(), folder, callerPort, phone.port));
          const story = async () => {
            const transferId = await consult(phone, peers[1]!);
            if (act === undefined) await complete(phone, transferId, told);
            else await act(phone, transferId);
            await clear(phone, told);
          };
          const told1 = story();
          // a peer that gives up says why sooner than the phone's picture does
          await Promise.race([
            told1,
            ...peers.map(async (peer) => void ((await peer.ended) && (await passed(peer)))).map(forever),
          ]);
          await told1;
          for (const peer of peers) await passed(peer);
          await phone.until('idle', ({ phone: name }) => name === 'idle');
        } finally {
          for (const peer of peers) peer.kill();
        }
      }),
  };
}

/** Rejects with `ending`, and never resolves. */
function forever(ending: Promise<void>): Promise<never> {
  return new Promise((_, reject) => ending.catch(reject));
}

/** Press Transfer and hear what became of it. */
export async function complete(phone: DeskPhone, transferId: string, told: Told): Promise<void> {
  const answer = await phone.ask('transfer.complete', { transferId });
  const said = JSON.stringify(answer);
  switch (told.name) {
    case 'completed':
      assert.ok(answer.phase === 'done', said);
      assert.equal(answer.result['evidence'], told.evidence, said);
      return;
    case 'failed':
      assert.ok(answer.phase === 'failed' && answer.error.code !== 'transfer_unknown', said);
      assert.equal(answer.error.sip, told.sip, said);
      return;
    case 'unknown':
      assert.ok(answer.phase === 'failed' && answer.error.code === 'transfer_unknown', said);
      return;
    default:
      told satisfies never;
  }
}

/** Hang up what a transfer that did not succeed left, one call after the other, each after things have come to rest. */
async function clear(phone: DeskPhone, told: Told): Promise<void> {
  if (told.name === 'completed') return;
  for (let left = told.calls; left > 0; left--) {
    const untouched =
      left === told.calls && ((told.name === 'unknown' && left > 1) || (told.name === 'failed' && told.held === true));
    const state = await phone.until(`left with ${left} calls at rest`, ({ lines }) => {
      const calls = lines.filter(({ callId }) => callId !== null);
      const resting = calls.every(({ state: name }) => ['talking', 'holding', 'held'].includes(name));
      return calls.length === left && resting && (untouched || calls.some(({ state: name }) => name === 'talking'));
    });
    const [first] = state.lines.filter(({ callId }) => callId !== null);
    await phone.ask('call.hangup', { callId: first!.callId });
  }
}
