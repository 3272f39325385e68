import assert from 'node:assert/strict';
import type { Case } from '../case.ts';
import { asCase, complete, type Row } from './rows.ts';
import { Script } from './script.ts';

const NOTIFIED = { name: 'completed', evidence: 'notify' } as const;
const quick = (timers: Readonly<Record<string, number>>) => ({ transfer: { timers } });
const waits = () => Script.called().isHeld().isHungUp();
const back = () => Script.called().isHeld().isTakenBack().isHungUp();
const succeeds = (caller: Script) => caller.notifiesTrying().notifiesFinally().isHungUp();

const ROWS: readonly Row[] = [
  {
    title: 'transfer.md §9.4: the specialist hangs up before Transfer is pressed; the caller is taken back',
    caller: Script.caller().isHeld().isTakenBack().isHungUp(),
    specialist: Script.called().pauses(300).hangsUp(),
    told: { name: 'failed', sip: null, calls: 1 },
    async act(phone) {
      const state = await phone.until(
        'left with the caller',
        ({ lines }) => lines.filter(({ callId }) => callId !== null).length === 1,
      );
      const { callId, state: name } = state.lines.find(({ callId }) => callId !== null)!;
      if (name !== 'talking') await phone.ask('call.resume', { callId });
    },
  },
  {
    title: 'transfer.md §9.5: the specialist hangs up with a reason, then NOTIFY 603: the caller stays',
    caller: Script.caller()
      .isHeld()
      .isReferred()
      .notifiesTrying()
      .pauses(500)
      .notifiesFinally('603 Decline')
      .isHungUp(),
    specialist: Script.called().isHeld().pauses(200).hangsUp('Reason: SIP;cause=486;text="Busy"'),
    told: { name: 'failed', sip: 603, calls: 1, held: true },
  },
  {
    title: 'transfer.md §9.6: the caller hangs up before Transfer is pressed; the specialist stays',
    caller: Script.caller().isHeld().pauses(600).hangsUp(),
    specialist: Script.called().isHungUp(),
    told: { name: 'failed', sip: null, calls: 1 },
    async act(phone) {
      await phone.until(
        'left with the specialist',
        ({ lines }) => lines.filter(({ callId }) => callId !== null).length === 1,
      );
    },
  },
  {
    title: "transfer.md §9.6: the caller's BYE crosses the REFER, which gets 481; the specialist is spoken to",
    caller: Script.caller()
      .isHeld()
      .expects('REFER', [], 'refer')
      .hangsUp()
      .answers('481 Call/Transaction Does Not Exist', { name: 'refer' }),
    specialist: back(),
    told: { name: 'failed', sip: 481, calls: 1 },
  },
  {
    title:
      'transfer.md §9.7: the caller hangs up after the 202, the specialist does not: unknown, the specialist stays',
    phone: quick({ callerByeMs: 1000 }),
    caller: Script.caller().isHeld().isReferred().notifiesTrying().hangsUp(),
    specialist: back(),
    told: { name: 'unknown', calls: 1 },
  },
  {
    title: 'transfer.md §9.9: 491 to our hold: again after its wait',
    phone: quick({ targetByeMs: 500 }),
    caller: succeeds(Script.caller().refusesOffer('491 Request Pending').isHeld().isReferred()),
    specialist: waits(),
    told: NOTIFIED,
  },
  {
    title: 'transfer.md §9.9: a re-INVITE that crosses our hold is answered 491',
    phone: quick({ targetByeMs: 500 }),
    caller: succeeds(
      Script.caller()
        .expects('INVITE', [{ in: 'body', matches: 'a=(sendonly|inactive)' }], 'hold')
        .reinvites('sendrecv', [], 491)
        .answers('200 OK', { name: 'hold', sound: 'recvonly' })
        .raw('<recv request="ACK"/>')
        .isReferred(),
    ),
    specialist: waits(),
    told: NOTIFIED,
  },
  ...[488, 606].map(
    (status): Row => ({
      title: `transfer.md §3: hold of the caller refused with ${status}: silence from here, and on it goes`,
      phone: quick({ targetByeMs: 500 }),
      caller: succeeds(Script.caller().refusesOffer(`${status} No`).isReferred()),
      specialist: waits(),
      told: NOTIFIED,
    }),
  ),
  {
    title: 'transfer.md §9.28: hold of the specialist refused: on it goes',
    phone: quick({ targetByeMs: 500 }),
    caller: succeeds(Script.caller().isHeld().isReferred()),
    specialist: Script.called().refusesOffer('488 Not Acceptable Here').isHungUp(),
    told: NOTIFIED,
  },
  {
    title: "transfer.md §9.11: the caller's re-INVITE while the REFER is unanswered is answered, and the call kept",
    phone: quick({ targetByeMs: 500 }),
    caller: succeeds(
      Script.caller()
        .isHeld()
        .expects('REFER', [], 'refer')
        .reinvites('sendrecv', [{ in: 'body', matches: 'a=(sendonly|inactive|sendrecv)' }])
        .answers('202 Accepted', { name: 'refer' }),
    ),
    specialist: waits(),
    told: NOTIFIED,
  },
  {
    title: "transfer.md §9.11: the caller's re-INVITE after the 202 is answered, and the call kept",
    phone: quick({ targetByeMs: 500 }),
    caller: succeeds(Script.caller().isHeld().isReferred().reinvites('sendrecv')),
    specialist: waits(),
    told: NOTIFIED,
  },
  {
    title: 'transfer.md §3: the specialist is dialled and held, each only after the answer to the hold before it',
    phone: quick({ targetByeMs: 500 }),
    caller: succeeds(
      Script.caller()
        .expects('INVITE', [{ in: 'body', matches: 'a=(sendonly|inactive)' }], 'hold')
        .pauses(700)
        .answers('200 OK', { name: 'hold', sound: 'recvonly' })
        .raw('<recv request="ACK"/>')
        .isReferred(),
    ),
    specialist: Script.called()
      .expects('INVITE', [{ in: 'body', matches: 'a=(sendonly|inactive)' }], 'hold')
      .pauses(700)
      .answers('200 OK', { name: 'hold', sound: 'recvonly' })
      .raw('<recv request="ACK"/>')
      .isHungUp(),
    told: NOTIFIED,
  },
  {
    title: 'transfer.md §9.1: after a refusal Transfer may be pressed again',
    phone: quick({ targetByeMs: 500 }),
    caller: Script.caller()
      .isHeld()
      .isReferred('403 Forbidden')
      .isReferred('202 Accepted')
      .notifiesTrying({ id: '[$refer_number]' })
      .notifiesFinally('200 OK', { id: '[$refer_number]' })
      .isHungUp(),
    specialist: Script.called().isHeld().isTakenBack().isHeld().isHungUp(),
    told: NOTIFIED,
    async act(phone, transferId) {
      await complete(phone, transferId, { name: 'failed', sip: 403, calls: 2 });
      const state = await phone.until('talking to the specialist again', ({ lines }) =>
        lines.some(({ state: name }) => name === 'talking'),
      );
      assert.ok(state.lines.filter(({ callId }) => callId !== null).length === 2);
      await complete(phone, state.transfer?.transferId ?? transferId, NOTIFIED);
    },
  },
];

/** transfer.md §9: failures and races, row by row. */
export const RACES: readonly Case[] = ROWS.map(asCase);
