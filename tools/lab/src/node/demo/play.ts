import type { Snapshot } from '@switchhook/phone/control';
import type { Hand } from '../../people/hand.ts';
import { pause } from '../pause.ts';
import { type RealOffice, until } from '../real-office.ts';

/** What the person says while it plays. */
export type Say = (line: string) => void;

/** What was measured while the transfer was played. */
export interface Played {
  readonly outcome: { readonly name: string; readonly evidence: string | undefined };
  /** From completing to the outcome, ms. */
  readonly transferMs: number | undefined;
  readonly receptionistIdle: boolean;
}

const TALK_MS = 2_000;
const PATIENCE_MS = 15_000;
/** The longest that a verdict may take: transfer.md §6. */
const VERDICT_MS = 40_000;

/** Play the attended transfer with `hand`: the caller rings, is answered, and ends up with the specialist. */
export async function playTransfer(office: RealOffice, hand: Hand, say: Say): Promise<Played> {
  const { receptionist, caller, specialist } = office.phones;
  const desk = receptionist.runtime;
  const line = (states: readonly string[]) => (snapshot: Snapshot) =>
    snapshot.lines.some((one) => states.includes(one.state));
  const answering = specialist.runtime.subscribe({
    snapshot: (snapshot) => {
      const ringing = snapshot.lines.find((one) => one.state === 'ringing');
      if (ringing !== undefined)
        specialist.runtime.submit({ verb: 'call.answer' }, { door: 'control', client: 'specialist', role: 'local' });
    },
  });
  let verdict: { readonly name: string; readonly evidence: string | undefined; readonly atMs: number } | undefined;
  const watching = desk.subscribe({
    notice: (notice) => {
      const name = OUTCOMES[notice.event_type];
      if (name === undefined) return;
      verdict = { name, evidence: notice.evidence, atMs: office.elapsed() };
    },
  });
  try {
    say('1001 calls');
    caller.runtime.submit({ verb: 'call.dial', to: '1000' }, { door: 'control', client: 'caller', role: 'local' });
    await until(desk, line(['ringing']), 'the phone rings', PATIENCE_MS);
    await pause(300);
    say(`${hand.name}: answer`);
    await hand.press({ name: 'answer' });
    await until(desk, line(['talking']), 'the caller is answered', PATIENCE_MS);
    await pause(TALK_MS);
    say(`${hand.name}: transfer`);
    await hand.press({ name: 'transfer' });
    await until(desk, line(['dial-tone', 'dialing']), 'the phone asks for a number', PATIENCE_MS);
    say(`${hand.name}: 9999#`);
    await hand.press({ name: 'dial', digits: '9999' });
    await until(desk, (snapshot) => snapshot.transfer?.state === 'consulting', 'the specialist answers', PATIENCE_MS);
    await pause(TALK_MS);
    say(`${hand.name}: complete`);
    const completedAt = office.elapsed();
    await hand.press({ name: 'complete' });
    const limit = office.elapsed() + VERDICT_MS;
    while (verdict === undefined && office.elapsed() < limit) await pause(20);
    say(`outcome ${verdict?.name ?? 'none'}${verdict?.evidence === undefined ? '' : `, evidence ${verdict.evidence}`}`);
    await pause(TALK_MS + 500);
    return {
      outcome: { name: verdict?.name ?? 'none', evidence: verdict?.evidence },
      transferMs: verdict === undefined ? undefined : verdict.atMs - completedAt,
      receptionistIdle: desk.idle,
    };
  } finally {
    answering();
    watching();
  }
}

const OUTCOMES: Readonly<Record<string, string>> = {
  transferCompleted: 'completed',
  transferFailed: 'failed',
  transferUnknown: 'unknown',
};
