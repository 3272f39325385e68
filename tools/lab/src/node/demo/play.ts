import type { Snapshot } from '@switchhook/phone/control';
import type { Hand } from '../../people/hand.ts';
import { pause } from '../pause.ts';
import { type RealOffice, until } from '../real-office.ts';

/** What the person says while it plays. */
export type Say = (line: string) => void;

/** What was measured while the transfer was played. */
export interface Played {
  readonly outcome: { readonly name: string; readonly evidence: string | undefined };
  readonly receptionistIdle: boolean;
  /** The numbers that caller and specialist read on their displays at the end. */
  readonly shows: { readonly caller: readonly string[]; readonly specialist: readonly string[] };
}

const PATIENCE_MS = 15_000;
/** Repeated BYEs and their answers, where datagrams get lost. */
const FREE_MS = 8_000;
/** The longest that a verdict may take: transfer.md §6. */
const VERDICT_MS = 40_000;

const OUTCOMES: Readonly<Record<string, string>> = {
  transferCompleted: 'completed',
  transferFailed: 'failed',
  transferUnknown: 'unknown',
};

/** The outcomes of the receptionist's transfers as they are told; `stop` ends the listening. */
export function outcomesOf(office: RealOffice): {
  readonly all: readonly Played['outcome'][];
  readonly stop: () => void;
} {
  const all: Played['outcome'][] = [];
  const stop = office.phones.receptionist.runtime.subscribe({
    notice: (notice) => {
      const name = OUTCOMES[notice.event_type];
      if (name !== undefined) all.push({ name, evidence: notice.evidence });
    },
  });
  return { all, stop };
}

/** The specialist takes every call that rings. Returns the function that ends it. */
export function specialistAnswers(office: RealOffice): () => void {
  const { runtime } = office.phones.specialist;
  return runtime.subscribe({
    snapshot: (snapshot) => {
      if (!snapshot.lines.some((line) => line.state === 'ringing')) return;
      runtime.submit({ verb: 'call.answer' }, { door: 'control', client: 'specialist', role: 'local' });
    },
  });
}

/** Whom caller and specialist see on their displays. */
export function shownIn({ phones }: RealOffice): Played['shows'] {
  const numbers = (runtime: RealOffice['phones']['caller']['runtime']) =>
    runtime.snapshot().lines.flatMap(({ party }) => (party === null ? [] : [party.number]));
  return { caller: numbers(phones.caller.runtime), specialist: numbers(phones.specialist.runtime) };
}

/** Play the attended transfer with `hand`: the caller rings, is answered, and ends up with the specialist. */
export async function playTransfer(office: RealOffice, hand: Hand, say: Say, talkMs: number): Promise<Played> {
  const { receptionist, caller, specialist } = office.phones;
  const desk = receptionist.runtime;
  const line = (states: readonly string[]) => (snapshot: Snapshot) =>
    snapshot.lines.some((one) => states.includes(one.state));
  const answering = specialistAnswers(office);
  const outcomes = outcomesOf(office);
  try {
    say('1001 calls');
    caller.runtime.submit({ verb: 'call.dial', to: '1000' }, { door: 'control', client: 'caller', role: 'local' });
    await until(desk, line(['ringing']), 'the phone rings', PATIENCE_MS);
    await pause(300);
    say(`${hand.name}: answer`);
    await hand.press({ name: 'answer' });
    await until(desk, line(['talking']), 'the caller is answered', PATIENCE_MS);
    await until(caller.runtime, line(['talking']), 'the caller hears the answer', PATIENCE_MS);
    await pause(talkMs);
    say(`${hand.name}: transfer`);
    await hand.press({ name: 'transfer' });
    await until(
      desk,
      (snapshot) => (snapshot.transfer?.state ?? 'holding') !== 'holding',
      'the caller is held',
      PATIENCE_MS,
    );
    say(`${hand.name}: 9999#`);
    await hand.press({ name: 'dial', digits: '9999' });
    await until(desk, (snapshot) => snapshot.transfer?.state === 'consulting', 'the specialist answers', PATIENCE_MS);
    await until(specialist.runtime, line(['talking']), 'the specialist is heard', PATIENCE_MS);
    await pause(talkMs);
    say(`${hand.name}: complete`);
    await hand.press({ name: 'complete' });
    const limit = office.elapsed() + VERDICT_MS;
    while (outcomes.all.length === 0 && office.elapsed() < limit) await pause(20);
    const outcome = outcomes.all[0] ?? { name: 'none', evidence: undefined };
    say(`outcome ${outcome.name}${outcome.evidence === undefined ? '' : `, evidence ${outcome.evidence}`}`);
    // Both legs end by themselves now; who is left with one is found out afterwards.
    if (outcome.name === 'completed')
      await until(desk, () => desk.idle, 'the receptionist is free', FREE_MS).catch(() => {});
    await pause(talkMs + 500);
    return { outcome, receptionistIdle: desk.idle, shows: shownIn(office) };
  } finally {
    answering();
    outcomes.stop();
  }
}
