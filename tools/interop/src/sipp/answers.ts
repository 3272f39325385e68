import type { Case } from '../case.ts';
import { asCase, type Row } from './rows.ts';
import { type Check, Script } from './script.ts';

const NOTIFIED = { name: 'completed', evidence: 'notify' } as const;
const WITHOUT_REQUIRE: Check = { in: 'Refer-To', lacks: 'Require' };

/** A specialist who is held and then taken over. */
const taken = () => Script.called().isHeld().pauses(300).hangsUp();
/** A specialist who is held, comes back to the receptionist after a failure, and is hung up. */
const back = () => Script.called().isHeld().isTakenBack().isHungUp();
const held = () => Script.caller().isHeld();
/** A specialist who waits to be hung up, however late the REFER is accepted. */
const waits = () => Script.called().isHeld().isHungUp();
const patient = { transfer: { timers: { targetByeMs: 500 } } };
/** The rest of a transfer that works. */
const succeeds = (caller: Script, id?: number) => {
  const options = id === undefined ? {} : { id };
  return caller.notifiesTrying(options).pauses(300).notifiesFinally('200 OK', options).isHungUp();
};

/** Refused once and for all: both calls stay, the specialist is spoken to. */
function refused(status: number, phrase: string, headers: readonly string[] = []): Row {
  return {
    title: `transfer.md §4: ${status} refuses the REFER; both calls stay`,
    caller: held().isReferred(`${status} ${phrase}`, { headers }).isHungUp(),
    specialist: back(),
    told: { name: 'failed', sip: status, calls: 2 },
  };
}

/** Accepted at the second try. */
function secondTry(
  title: string,
  line: string,
  headers: readonly string[] = [],
  more: Partial<Row> = {},
  second: readonly Check[] = [],
): Row {
  return {
    title: `transfer.md §4: ${title}`,
    phone: patient,
    caller: succeeds(
      (/^40[17] /.test(line) ? heldByServer() : held())
        .isReferred(line, { headers })
        .isReferred('202 Accepted', { checks: second }),
    ),
    specialist: waits(),
    told: NOTIFIED,
    ...more,
  };
}

const withPassword = { account: { password: 'golden-pheasant' }, ...patient };
/** In-dialog requests go by the phone's server, which alone may ask for its password. */
const heldByServer = () =>
  Script.caller('1001', { headers: ['Record-Route: <sip:127.0.0.1:[remote_port];lr>'] }).isHeld();
const digest = (nonce: string, more = '') =>
  `WWW-Authenticate: Digest realm="office", nonce="${nonce}", algorithm=MD5, qop="auth"${more}`;
const proxyDigest = (nonce: string, more = '') =>
  `Proxy-Authenticate: Digest realm="office", nonce="${nonce}", algorithm=MD5, qop="auth"${more}`;

const ROWS: readonly Row[] = [
  {
    title: 'transfer.md §4: 202 accepts',
    caller: succeeds(held().isReferred('202 Accepted')),
    specialist: taken(),
    told: NOTIFIED,
  },
  {
    title: 'transfer.md §4: any 2xx accepts, 299 too',
    caller: succeeds(held().isReferred('299 Fine')),
    specialist: taken(),
    told: NOTIFIED,
  },
  {
    title: 'transfer.md §4: 100 is no answer, the 202 after it is',
    caller: succeeds(
      held()
        .expects('REFER', [], 'refer')
        .answers('100 Trying', { name: 'refer' })
        .pauses(300)
        .answers('202 Accepted', { name: 'refer' }),
    ),
    specialist: taken(),
    told: NOTIFIED,
  },
  refused(302, 'Moved Temporarily', ['Contact: <sip:1001@127.0.0.1:9>']),
  refused(400, 'Bad Request'),
  ...[400, 420, 488, 606].map((status) =>
    secondTry(
      `${status} while the profile writes Require=replaces: once more without it`,
      `${status} No`,
      status === 420 ? ['Unsupported: replaces'] : [],
      { phone: { transfer: { ...patient.transfer, requireReplaces: true } } },
      [WITHOUT_REQUIRE],
    ),
  ),
  secondTry(
    '401: the same REFER with credentials, CSeq one higher',
    '401 Unauthorized',
    [digest('n1')],
    { phone: withPassword },
    [{ in: 'Authorization', matches: 'nonce="n1".*response="[0-9a-f]+"' }],
  ),
  secondTry(
    '407: the same REFER with credentials',
    '407 Proxy Authentication Required',
    [proxyDigest('n1')],
    { phone: withPassword },
    [{ in: 'Proxy-Authorization', matches: 'nonce="n1"' }],
  ),
  {
    title: 'transfer.md §4: 407, then 407 stale=true: credentials for the new nonce; NOTIFY quotes the last CSeq',
    phone: withPassword,
    caller: succeeds(
      heldByServer()
        .isReferred('407 Proxy Authentication Required', { headers: [proxyDigest('n1')] })
        .isReferred('407 Proxy Authentication Required', { headers: [proxyDigest('n2', ', stale=true')] })
        .isReferred('202 Accepted', { checks: [{ in: 'Proxy-Authorization', matches: 'nonce="n2"' }] }),
    ),
    specialist: waits(),
    told: NOTIFIED,
  },
  {
    title: 'transfer.md §4: a second 401 that is not stale refuses',
    phone: withPassword,
    caller: heldByServer()
      .isReferred('401 Unauthorized', { headers: [digest('n1')] })
      .isReferred('401 Unauthorized', { headers: [digest('n2')] })
      .isHungUp(),
    specialist: back(),
    told: { name: 'failed', sip: 401, calls: 2 },
  },
  refused(403, 'Forbidden'),
  refused(404, 'Not Found'),
  refused(429, 'Provide Referrer Identity'),
  refused(480, 'Temporarily Unavailable'),
  refused(486, 'Busy Here'),
  refused(500, 'Server Internal Error'),
  refused(603, 'Decline'),
  ...[405, 489, 501].map(
    (status): Row => ({
      title: `transfer.md §4: ${status}: the other leg gets the REFER, with the first call in Replaces`,
      caller: held()
        .isReferred(`${status} No`, { headers: status === 405 ? ['Allow: INVITE, ACK, CANCEL, BYE'] : [] })
        .pauses(500)
        .hangsUp(),
      specialist: succeeds(
        Script.called()
          .isHeld()
          .isReferred('202 Accepted', {
            checks: [{ in: 'Refer-To', matches: 'sip:1001@.*Replaces=.*to-tag%3Dpeer1001' }],
          }),
      ),
      told: NOTIFIED,
    }),
  ),
  {
    title: 'transfer.md §2.2: the first call allows no REFER, the specialist does: it gets the REFER at once',
    caller: Script.caller('1001', { allow: 'Allow: INVITE, ACK, CANCEL, BYE' }).isHeld().pauses(700).hangsUp(),
    specialist: succeeds(
      Script.called()
        .isHeld()
        .isReferred('202 Accepted', { checks: [{ in: 'Refer-To', matches: 'sip:1001@.*Replaces=' }] }),
    ),
    told: NOTIFIED,
  },
  {
    title: 'transfer.md §4: 481: the specialist stays',
    caller: held().isReferred('481 Call/Transaction Does Not Exist').raw(
      // whether the phone ends the dialog that is gone is its own business
      '<recv request="BYE" optional="true" timeout="1500" ontimeout="over"/>',
      '<label id="over"/>',
    ),
    specialist: back(),
    told: { name: 'failed', sip: 481, calls: 1 },
  },
  {
    title: 'transfer.md §4: 408: nobody knows whether it arrived; both calls stay as they are',
    caller: held().isReferred('408 Request Timeout').isHungUp(),
    specialist: back(),
    told: { name: 'unknown', calls: 2 },
  },
  secondTry('491: again after 2.1 to 4.0 s', '491 Request Pending'),
  {
    title: 'transfer.md §4: 491 four times is a refusal',
    caller: ['1', '2', '3', '4'].reduce((script) => script.isReferred('491 Request Pending'), held()).isHungUp(),
    specialist: back(),
    told: { name: 'failed', sip: 491, calls: 2 },
  },
  secondTry('503 with Retry-After 1: once more', '503 Service Unavailable', ['Retry-After: 1']),
  {
    title: 'transfer.md §4: 503 twice is a refusal',
    caller: held()
      .isReferred('503 Service Unavailable', { headers: ['Retry-After: 1'] })
      .isReferred('503 Service Unavailable', { headers: ['Retry-After: 1'] })
      .isHungUp(),
    specialist: back(),
    told: { name: 'failed', sip: 503, calls: 2 },
  },
  refused(503, 'Service Unavailable', ['Retry-After: 60']),
];

/** transfer.md §4: what a peer may answer to REFER, row by row. */
export const ANSWERS: readonly Case[] = ROWS.map(asCase);
