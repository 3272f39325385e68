import assert from 'node:assert/strict';
import type { Case } from '../case.ts';
import { asCase, complete, type Row } from './rows.ts';
import { Script } from './script.ts';

const NOTIFIED = { name: 'completed', evidence: 'notify' } as const;
const BY_BYE = { name: 'completed', evidence: 'target-bye' } as const;
const failed = (sip: number, calls = 2) => ({ name: 'failed', sip, calls }) as const;
const quick = (timers: Readonly<Record<string, number>>) => ({ transfer: { timers } });

/** The caller, up to the accepted REFER. */
const accepted = () => Script.caller().isHeld().isReferred();
const trying = () => accepted().notifiesTrying();
/** A specialist who is held and taken over, so says BYE. */
const taken = (afterMs = 300) => Script.called().isHeld().pauses(afterMs).hangsUp();
/** A specialist whose exchange never says BYE. */
const waits = () => Script.called().isHeld().isHungUp();
const back = () => Script.called().isHeld().isTakenBack().isHungUp();

/** Works, told by this NOTIFY. */
function success(title: string, caller: Script): Row {
  return { title, phone: quick({ targetByeMs: 500 }), caller: caller.isHungUp(), specialist: waits(), told: NOTIFIED };
}

const ROWS: readonly Row[] = [
  ...(
    [
      [486, 'Busy Here'],
      [503, 'Service Unavailable'],
      [603, 'Decline'],
    ] as const
  ).map(
    ([status, phrase]): Row => ({
      title: `transfer.md §9.2: NOTIFY ${status} is a failure; both calls stay, the specialist is spoken to`,
      caller: trying().notifiesFinally(`${status} ${phrase}`).isHungUp(),
      specialist: back(),
      told: failed(status),
    }),
  ),
  ...[403, 404, 480, 481].map(
    (status): Row => ({
      title: `transfer.md §2.4: NOTIFY ${status}: once more with the other form of the address, then it works`,
      phone: quick({ targetByeMs: 500 }),
      caller: trying()
        .notifiesFinally(`${status} No`)
        .isReferred('202 Accepted')
        .notifiesTrying({ id: '[$refer_number]' })
        .notifiesFinally('200 OK', { id: '[$refer_number]' })
        .isHungUp(),
      specialist: waits(),
      told: NOTIFIED,
    }),
  ),
  {
    title: 'transfer.md §9.3: no NOTIFY and no BYE: unknown in time, both calls as they were',
    phone: quick({ verdictAttendedMs: 4000 }),
    caller: accepted().isHungUp(),
    specialist: back(),
    told: { name: 'unknown', calls: 2 },
  },
  {
    title: 'transfer.md §5: terminated without a body is no verdict; the BYE of the specialist is',
    caller: trying().notifies(undefined, 'terminated;reason=noresource').isHungUp(),
    specialist: taken(1000),
    told: BY_BYE,
  },
  {
    title: 'transfer.md §5: terminated with 100 in it is no verdict; the BYE of the specialist is',
    caller: accepted().notifies('SIP/2.0 100 Trying', 'terminated').isHungUp(),
    specialist: taken(1000),
    told: BY_BYE,
  },
  {
    title: 'transfer.md §5: every NOTIFY says terminated, the 100, the 180 and the 200',
    phone: quick({ targetByeMs: 500 }),
    caller: accepted()
      .notifies('SIP/2.0 100 Trying', 'terminated')
      .notifies('SIP/2.0 180 Ringing', 'terminated')
      .notifies('SIP/2.0 200 OK', 'terminated')
      .isHungUp(),
    specialist: waits(),
    told: NOTIFIED,
  },
  success(
    'transfer.md §5: NOTIFY before the 202 proves acceptance',
    Script.caller()
      .isHeld()
      .expects('REFER', [], 'refer')
      .notifiesTrying()
      .pauses(200)
      .answers('202 Accepted', { name: 'refer' })
      .notifiesFinally(),
  ),
  success(
    'transfer.md §5: even the last NOTIFY may come before the 202',
    Script.caller()
      .isHeld()
      .expects('REFER', [], 'refer')
      .notifiesTrying()
      .notifiesFinally()
      .answers('202 Accepted', { name: 'refer' }),
  ),
  success(
    'transfer.md §5: 180 and 183 on the way',
    trying()
      .notifies('SIP/2.0 180 Ringing', 'active;expires=60')
      .notifies('SIP/2.0 183 Session Progress', 'active;expires=55')
      .notifiesFinally(),
  ),
  success(
    'transfer.md §5: pending, then the verdict',
    accepted().notifies('SIP/2.0 100 Trying', 'pending').notifiesFinally(),
  ),
  success(
    'transfer.md §5: 200 while the subscription stays active is success',
    trying().notifies('SIP/2.0 200 OK', 'active;expires=50'),
  ),
  success('transfer.md §5: without Subscription-State a 200 ends it', trying().notifies('SIP/2.0 200 OK', '')),
  success('transfer.md §1: a status line without line end', trying().notifiesFinally('200 OK', { bare: true })),
  success('transfer.md §1: a type without version', trying().notifiesFinally('200 OK', { type: 'message/sipfrag' })),
  success(
    'transfer.md §1: a line end before the status line',
    trying().notifies('\nSIP/2.0 200 OK', 'terminated;reason=noresource'),
  ),
  success(
    'transfer.md §5: a body of another type is answered 200 and says nothing',
    trying().notifies('hello', 'active;expires=50', { type: 'text/plain' }).notifiesFinally(),
  ),
  success(
    'transfer.md §5: a body that is no status line is answered 200 and says nothing',
    trying().notifies('SIP is fun', 'active;expires=50').notifiesFinally(),
  ),
  success(
    'transfer.md §5: an id that was never given is answered 481 and says nothing',
    trying().notifiesFinally('603 Decline', { id: 77777, status: 481 }).notifiesFinally(),
  ),
  success(
    'transfer.md §5: an event that nobody knows is answered 489',
    trying().notifies('SIP/2.0 603 Decline', 'active;expires=50', { event: 'weather', status: 489 }).notifiesFinally(),
  ),
  success(
    'transfer.md §5: the id of the REFER',
    accepted().notifiesTrying({ id: '[$refer_number]' }).notifiesFinally('200 OK', { id: '[$refer_number]' }),
  ),
  ...[202, 299].map((status) =>
    success(`transfer.md §9.23: NOTIFY ${status} is success`, trying().notifiesFinally(`${status} Fine`)),
  ),
  success(
    'transfer.md §9.22: an older CSeq is answered 500 and says nothing',
    trying()
      .notifies('SIP/2.0 183 Session Progress', 'active;expires=50', { cseq: 20 })
      .notifiesFinally('603 Decline', { cseq: 19, status: 500 })
      .notifiesFinally('200 OK', { cseq: 21 }),
  ),
  success(
    "transfer.md §9.21: the NOTIFY's Contact is the phone's own; the BYE goes to the caller all the same",
    accepted()
      .notifiesTrying({ headers: ['Contact: <[$dialog_target]>'] })
      .notifiesFinally('200 OK', { headers: ['Contact: <[$dialog_target]>'] }),
  ),
  {
    title: "transfer.md §9.8: the specialist's BYE, ours to the caller, and then the caller's last NOTIFY: 200",
    caller: trying().isHungUp().notifiesFinally(),
    specialist: taken(),
    told: BY_BYE,
  },
  {
    title: "transfer.md §9.8: the caller's BYE, then its last NOTIFY: 200, and a success",
    phone: quick({ targetByeMs: 500 }),
    caller: trying().hangsUp().notifiesFinally(),
    specialist: waits(),
    told: NOTIFIED,
  },
  {
    title: 'transfer.md §6: an exchange that ends both calls and says nothing',
    caller: accepted().pauses(200).hangsUp(),
    specialist: taken(800),
    told: { name: 'completed', evidence: 'both-byes' },
  },
  {
    title: 'transfer.md §9.25: told by NOTIFY, and the specialist says no BYE: the phone does',
    phone: quick({ targetByeMs: 1000 }),
    caller: trying().notifiesFinally().isHungUp(),
    specialist: waits(),
    told: NOTIFIED,
  },
  {
    title: 'transfer.md §9.17: transferred again after a failure; a late NOTIFY of the first says nothing',
    phone: quick({ targetByeMs: 500 }),
    caller: Script.caller()
      .isHeld()
      .isReferred('202 Accepted', { name: 'first' })
      .notifiesTrying()
      .notifiesFinally('486 Busy Here')
      .isReferred('202 Accepted', { name: 'second' })
      .notifiesTrying({ id: '[$second_number]' })
      // whatever the phone says to it: the first subscription has ended
      .notifiesFinally('603 Decline', { id: '[$first_number]', status: 0 })
      .raw('<recv response="481" optional="true" next="told"/>', '<recv response="200"/>', '<label id="told"/>')
      .notifiesFinally('200 OK', { id: '[$second_number]' })
      .isHungUp(),
    specialist: Script.called().isHeld().isTakenBack().isHeld().isHungUp(),
    told: NOTIFIED,
    async act(phone, transferId) {
      await complete(phone, transferId, failed(486));
      const state = await phone.until('talking to the specialist again', ({ lines }) =>
        lines.some(({ state: name }) => name === 'talking'),
      );
      const again = state.transfer?.transferId ?? transferId;
      await complete(phone, again, NOTIFIED);
    },
  },
  {
    title: 'transfer.md §9.16: Transfer pressed twice is one REFER',
    phone: quick({ targetByeMs: 500 }),
    caller: trying().pauses(600).notifiesFinally().isHungUp(),
    specialist: waits(),
    told: NOTIFIED,
    async act(phone, transferId) {
      const first = complete(phone, transferId, NOTIFIED);
      const second = await phone.ask('transfer.complete', { transferId });
      assert.notEqual(second.phase, 'accepted');
      await first;
    },
  },
];

/** transfer.md §5, §6 and §9: how a transfer can be told of, row by row. */
export const VERDICTS: readonly Case[] = ROWS.map(asCase);
