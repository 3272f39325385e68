// Long because every excuse of the oracle has its history here, and all are told in the same packets.
import assert from 'node:assert/strict';
import type { Datagram } from '@switchhook/ladder';
import { test } from 'uvu';
import type { Act } from './acts.ts';
import { type Judgement, judge } from './oracle.ts';

const HOSTS = {
  exchange: '10.0.0.1',
  receptionist: '10.0.0.10',
  caller: '10.0.0.11',
  specialist: '10.0.0.99',
} as const;
type Who = keyof typeof HOSTS;
const NAMES = Object.fromEntries(Object.entries(HOSTS).map(([name, host]) => [host, name]));

/** `who>` sends to the exchange, `who<` receives from it. */
function packet(
  atMs: number,
  way: `${Who}${'>' | '<'}`,
  first: string,
  cseq: string,
  call: string,
  more: readonly string[] = [],
  body = '',
): Datagram {
  const who = HOSTS[way.slice(0, -1) as Who];
  const [from, to] = way.endsWith('>') ? [who, HOSTS.exchange] : [HOSTS.exchange, who];
  const head = [
    first,
    `Via: SIP/2.0/UDP h;branch=z9hG4bK${call}${cseq}`.replaceAll(' ', ' '),
    'From: <sip:a@x>;tag=a',
    'To: <sip:b@x>;tag=b',
    `Call-ID: ${call}`,
    `CSeq: ${cseq}`,
    ...more,
  ];
  return {
    atMs,
    from: `${from}:5060`,
    to: `${to}:5060`,
    bytes: new TextEncoder().encode(`${head.join('\r\n')}\r\n\r\n${body}`),
    arrivalsMs: [atMs],
  };
}

const sdp = (host: string, direction: string, port = 4) =>
  [
    ['Content-Type: application/sdp'],
    `v=0\r\nc=IN IP4 ${host}\r\nm=audio ${port} RTP/AVP 0\r\na=${direction}\r\n`,
  ] as const;
const OK = 'SIP/2.0 200 OK';

/** The caller talks to the receptionist from second 1 on. */
function talking(): Datagram[] {
  return [
    packet(1000, 'caller<', OK, '1 INVITE', 'c', ...sdp(HOSTS.receptionist, 'sendrecv')),
    packet(1000, 'receptionist>', OK, '1 INVITE', 'r', ...sdp(HOSTS.receptionist, 'sendrecv')),
    packet(1001, 'receptionist<', 'ACK sip:r SIP/2.0', '1 ACK', 'r', ...sdp(HOSTS.caller, 'sendrecv')),
  ];
}

function held(at: number): Datagram[] {
  return [
    packet(at, 'receptionist>', 'INVITE sip:c SIP/2.0', '2 INVITE', 'r', ...sdp(HOSTS.receptionist, 'sendonly')),
    packet(at, 'caller<', 'INVITE sip:c SIP/2.0', '2 INVITE', 'c', ...sdp(HOSTS.receptionist, 'sendonly')),
    packet(at + 1, 'caller>', OK, '2 INVITE', 'c', ...sdp(HOSTS.caller, 'recvonly')),
    packet(at + 1, 'receptionist<', OK, '2 INVITE', 'r', ...sdp(HOSTS.caller, 'recvonly')),
  ];
}

function ended(at: number): Datagram[] {
  return [
    packet(at, 'receptionist>', 'BYE sip:c SIP/2.0', '9 BYE', 'r'),
    packet(at, 'caller<', 'BYE sip:c SIP/2.0', '9 BYE', 'c'),
    packet(at + 1, 'caller>', OK, '9 BYE', 'c'),
  ];
}

function of(datagrams: readonly Datagram[], acts: readonly Act[] = []): Judgement {
  return judge({ datagrams, names: NAMES, acts, epilogueAt: 100_000, judgedAt: 160_000 });
}

const act = (atMs: number, who: Act['who'], what: string): Act => ({ atMs, who, what });

test('oracle: a caller whose call ends although nobody hung up is lost', () => {
  const lost = of([...talking(), ...ended(20_000)]).lostCallers;
  assert.ok(
    lost.some((line) => /last call of caller/.test(line)),
    lost.join(),
  );
});

test('oracle: a caller who hung up, or was hung up on, is not lost', () => {
  const history = [...talking(), ...ended(20_000)];
  assert.deepEqual(of(history, [act(19_990, 'caller', 'call.hangup')]).lostCallers, []);
  assert.deepEqual(of(history, [act(19_990, 'receptionist', 'hook.put-down')]).lostCallers, []);
});

test('oracle: whoever cancels or puts the handset down while the caller is held did not mean the caller', () => {
  const history = [...talking(), ...held(10_000), ...ended(20_000)];
  assert.match(of(history, [act(19_990, 'receptionist', 'hook.put-down')]).lostCallers[0]!, /last call of caller/);
  assert.match(of(history, [act(19_990, 'receptionist', 'key.cancel')]).lostCallers[0]!, /last call of caller/);
});

test('oracle: a caller who was joined to the specialist is not lost when the receptionist leaves', () => {
  const joined = [
    packet(18_000, 'receptionist>', 'REFER sip:c SIP/2.0', '3 REFER', 'r'),
    packet(18_100, 'receptionist<', 'SIP/2.0 202 Accepted', '3 REFER', 'r'),
    packet(19_000, 'caller<', OK, '1 INVITE', 'cs', ...sdp(HOSTS.specialist, 'sendrecv')),
    packet(19_000, 'specialist>', OK, '1 INVITE', 's', ...sdp(HOSTS.specialist, 'sendrecv')),
  ];
  assert.deepEqual(of([...talking(), ...held(10_000), ...joined, ...ended(20_000)]).lostCallers, []);
});

test('oracle: on hold at the end, after the receptionist took back whom it could, is lost', () => {
  assert.match(of([...talking(), ...held(10_000)]).lostCallers[0]!, /still held by receptionist/);
  assert.deepEqual(of(talking()).lostCallers, []);
});

test('oracle: a caller in a call that nobody else is in is lost, unless the other phone lost power', () => {
  const alone = talking().slice(0, 1);
  assert.match(of(alone).lostCallers[0]!, /who has no call/);
  assert.deepEqual(of(alone, [act(5000, 'receptionist', 'crash')]).lostCallers, []);
});

test('oracle: BYE to the caller after 202 and before any evidence breaks a promise; after NOTIFY 200 it does not', () => {
  const refer = packet(15_000, 'receptionist>', 'REFER sip:c SIP/2.0', '3 REFER', 'r');
  const accepted = packet(15_100, 'receptionist<', 'SIP/2.0 202 Accepted', '3 REFER', 'r');
  const notify = packet(
    15_200,
    'receptionist<',
    'NOTIFY sip:r SIP/2.0',
    '1 NOTIFY',
    'r',
    ['Content-Type: message/sipfrag'],
    'SIP/2.0 200 OK',
  );
  const answer = packet(15_210, 'receptionist>', OK, '1 NOTIFY', 'r');
  const base = [...talking(), ...held(10_000), refer, accepted];
  assert.match(of([...base, ...ended(16_000)]).brokenPromises[0]!, /without evidence/);
  assert.deepEqual(of([...base, notify, answer, ...ended(16_000)]).brokenPromises, []);
});

test('oracle: two legs at the handset at once break a promise, unless the person joined them', () => {
  const consult = [
    packet(11_000, 'receptionist>', 'INVITE sip:s SIP/2.0', '1 INVITE', 's', ...sdp(HOSTS.receptionist, 'sendrecv', 6)),
    packet(11_000, 'specialist<', 'INVITE sip:s SIP/2.0', '1 INVITE', 's2', ...sdp(HOSTS.receptionist, 'sendrecv', 6)),
    packet(12_000, 'specialist>', OK, '1 INVITE', 's2', ...sdp(HOSTS.specialist, 'sendrecv')),
    packet(12_000, 'receptionist<', OK, '1 INVITE', 's', ...sdp(HOSTS.specialist, 'sendrecv')),
  ];
  const sounds = [{ who: 'receptionist', atMs: 13_000, connected: [4, 6], bridged: [] }] as const;
  const datagrams = [...talking(), ...consult];
  const judged = (acts: readonly Act[]) =>
    judge({ datagrams, names: NAMES, acts, sounds, epilogueAt: 100_000, judgedAt: 160_000 }).brokenPromises;
  assert.match(judged([])[0]!, /receptionist talks on 2 legs/);
  assert.deepEqual(judged([act(12_500, 'receptionist', 'transfer.merge')]), []);
});

test('oracle: the specialist is judged as the caller is', () => {
  const up = [
    packet(19_000, 'receptionist>', 'INVITE sip:s SIP/2.0', '1 INVITE', 's', ...sdp(HOSTS.receptionist, 'sendrecv')),
    packet(19_000, 'specialist>', OK, '1 INVITE', 's2', ...sdp(HOSTS.specialist, 'sendrecv')),
    packet(19_001, 'specialist<', 'ACK sip:s SIP/2.0', '1 ACK', 's2', ...sdp(HOSTS.receptionist, 'sendrecv')),
    packet(30_000, 'specialist<', 'BYE sip:s SIP/2.0', '2 BYE', 's2'),
    packet(30_001, 'specialist>', OK, '2 BYE', 's2'),
  ];
  assert.match(of([...talking(), ...up]).lostCallers[0]!, /last call of specialist/);
});

test('oracle: a NOTIFY that reached the phone and got no answer breaks a promise', () => {
  const notify = packet(15_200, 'receptionist<', 'NOTIFY sip:r SIP/2.0', '1 NOTIFY', 'r');
  assert.match(of([...talking(), notify]).brokenPromises[0]!, /no answer/);
});

/** The far end says no to what the party offered. */
function refused(at: number, who: Who, cseq: string, call: string): Datagram {
  return packet(at, `${who}<`, 'SIP/2.0 488 Not Acceptable Here', cseq, call);
}

/** The caller joined with the specialist by re-INVITEs of a B2BUA: the receptionist is out of it. */
function joinedByReInvite(at: number): Datagram[] {
  return [
    packet(at, 'caller<', 'INVITE sip:c SIP/2.0', '3 INVITE', 'c', ...sdp(HOSTS.specialist, 'sendrecv')),
    packet(at + 1, 'caller>', OK, '3 INVITE', 'c', ...sdp(HOSTS.caller, 'sendrecv')),
    packet(at + 2, 'specialist>', OK, '1 INVITE', 's2', ...sdp(HOSTS.specialist, 'sendrecv')),
    packet(at + 3, 'specialist<', 'ACK sip:s SIP/2.0', '1 ACK', 's2', ...sdp(HOSTS.caller, 'sendrecv')),
    packet(at + 4, 'receptionist>', 'BYE sip:c SIP/2.0', '9 BYE', 'r'),
  ];
}

test('oracle: RFC 3261 §14.2: a copy of an older offer that was overtaken brings back neither its hold nor its party', () => {
  const copy = held(20_500).slice(1, 2);
  const history = [...talking(), ...held(10_000), ...joinedByReInvite(20_000), ...copy];
  const acts = [act(19_990, 'receptionist', 'hook.put-down')];
  assert.deepEqual(of(history, acts).lostCallers, []);
});

test('oracle: RFC 3261 §14.1: a hold that was refused holds nobody, however often it was sent, whatever is answered after it', () => {
  const asked = packet(
    10_000,
    'receptionist>',
    'INVITE sip:c SIP/2.0',
    '2 INVITE',
    'r',
    ...sdp(HOSTS.receptionist, 'sendonly'),
  );
  const arrived = packet(
    10_500,
    'caller<',
    'INVITE sip:c SIP/2.0',
    '2 INVITE',
    'c',
    ...sdp(HOSTS.receptionist, 'sendonly'),
  );
  const no = packet(10_501, 'caller>', 'SIP/2.0 488 Not Acceptable Here', '2 INVITE', 'c');
  const hold = [asked, { ...asked, atMs: 10_500, arrivalsMs: [10_500] }, arrived, no];
  const history = [...talking(), ...hold, refused(10_510, 'receptionist', '2 INVITE', 'r')];
  assert.deepEqual(of(history).lostCallers, []);
  // the caller holds the receptionist, who answers: that is no hold of the receptionist's own
  const theirs = [
    packet(12_000, 'caller>', 'INVITE sip:r SIP/2.0', '4 INVITE', 'c', ...sdp(HOSTS.caller, 'sendonly')),
    packet(12_001, 'receptionist<', 'INVITE sip:r SIP/2.0', '4 INVITE', 'r', ...sdp(HOSTS.caller, 'sendonly')),
    packet(12_002, 'receptionist>', OK, '4 INVITE', 'r', ...sdp(HOSTS.receptionist, 'recvonly')),
    packet(12_003, 'caller<', OK, '4 INVITE', 'c', ...sdp(HOSTS.receptionist, 'recvonly')),
  ];
  const specialist = [
    packet(9_000, 'specialist<', 'INVITE sip:s SIP/2.0', '1 INVITE', 's', ...sdp(HOSTS.receptionist, 'sendonly', 6)),
    packet(9_001, 'specialist>', OK, '1 INVITE', 's', ...sdp(HOSTS.specialist, 'recvonly')),
  ];
  assert.doesNotMatch(of([...specialist, ...history, ...theirs]).lostCallers.join(), /specialist is still held/);
});

test('oracle: whom a phone rang and had given up before it could send CANCEL (RFC 3261 §9.1) is not lost', () => {
  const tried = (more: readonly Datagram[] = []) => [
    ...talking(),
    packet(11_000, 'receptionist>', 'INVITE sip:s SIP/2.0', '1 INVITE', 's', ...sdp(HOSTS.receptionist, 'sendrecv', 6)),
    ...more,
    packet(14_000, 'specialist>', OK, '1 INVITE', 's2', ...sdp(HOSTS.specialist, 'sendrecv')),
    packet(14_001, 'specialist<', 'ACK sip:s SIP/2.0', '1 ACK', 's2', ...sdp(HOSTS.receptionist, 'sendrecv', 6)),
    packet(14_002, 'receptionist<', OK, '1 INVITE', 's', ...sdp(HOSTS.specialist, 'sendrecv')),
    packet(14_003, 'receptionist>', 'BYE sip:s SIP/2.0', '2 BYE', 's'),
    packet(14_005, 'specialist<', 'BYE sip:s SIP/2.0', '1 BYE', 's2'),
    packet(14_006, 'specialist>', OK, '1 BYE', 's2'),
  ];
  const pressed = [act(12_000, 'receptionist', 'key.transfer')];
  const ringing = packet(11_005, 'receptionist<', 'SIP/2.0 180 Ringing', '1 INVITE', 's');
  assert.deepEqual(of(tried(), pressed).lostCallers, []);
  assert.match(of(tried(), []).lostCallers[0]!, /last call of specialist/);
  assert.match(of(tried([ringing]), pressed).lostCallers[0]!, /last call of specialist/);
});

test('oracle: whoever puts the handset down while the hold is still unanswered ends a call in which both talk', () => {
  const asked = packet(
    19_000,
    'receptionist>',
    'INVITE sip:c SIP/2.0',
    '2 INVITE',
    'r',
    ...sdp(HOSTS.receptionist, 'sendonly'),
  );
  const pressed = [act(19_990, 'receptionist', 'headset.short')];
  assert.deepEqual(of([...talking(), asked, ...ended(20_000)], pressed).lostCallers, []);
  assert.match(of([...talking(), ...held(19_000), ...ended(20_000)], pressed).lostCallers[0]!, /last call of caller/);
});

test('oracle: whoever is replaced by an INVITE with Replaces (RFC 3891 §3) ends the old leg with evidence', () => {
  const refer = packet(15_000, 'receptionist>', 'REFER sip:c SIP/2.0', '3 REFER', 'r');
  const accepted = packet(15_100, 'receptionist<', 'SIP/2.0 202 Accepted', '3 REFER', 'r');
  const replacing = (more: readonly string[]) => [
    packet(15_300, 'receptionist<', 'INVITE sip:r SIP/2.0', '1 INVITE', 'n', more),
    packet(15_301, 'receptionist>', OK, '1 INVITE', 'n', ...sdp(HOSTS.receptionist, 'sendrecv', 8)),
  ];
  const base = [...talking(), ...held(10_000), refer, accepted];
  const broken = (more: readonly string[]) => of([...base, ...replacing(more), ...ended(15_400)]).brokenPromises;
  assert.deepEqual(broken(['Replaces: r;to-tag=a;from-tag=b']), []);
  assert.match(broken([])[0]!, /without evidence/);
});

test('oracle: transfer.md §10: whoever hangs up while the phone joins him ends it for all, and whoever does not loses them', () => {
  const consult = [
    packet(11_000, 'specialist<', 'INVITE sip:s SIP/2.0', '1 INVITE', 's2', ...sdp(HOSTS.receptionist, 'sendrecv', 6)),
    packet(11_000, 'receptionist>', 'INVITE sip:s SIP/2.0', '1 INVITE', 's', ...sdp(HOSTS.receptionist, 'sendrecv', 6)),
    packet(12_000, 'specialist>', OK, '1 INVITE', 's2', ...sdp(HOSTS.specialist, 'sendrecv')),
    packet(12_000, 'receptionist<', OK, '1 INVITE', 's', ...sdp(HOSTS.specialist, 'sendrecv')),
  ];
  const leaves = [
    packet(13_000, 'caller>', 'BYE sip:r SIP/2.0', '8 BYE', 'c'),
    packet(13_500, 'receptionist<', 'BYE sip:r SIP/2.0', '8 BYE', 'r'),
    packet(13_501, 'receptionist>', OK, '8 BYE', 'r'),
    packet(13_501, 'receptionist>', 'BYE sip:s SIP/2.0', '2 BYE', 's'),
    packet(13_600, 'specialist<', 'BYE sip:s SIP/2.0', '2 BYE', 's2'),
    packet(13_601, 'specialist>', OK, '2 BYE', 's2'),
  ];
  const sounds = [
    { who: 'receptionist', atMs: 13_300, connected: [], bridged: [4, 6] },
    { who: 'receptionist', atMs: 13_501, connected: [], bridged: [] },
  ] as const;
  const judged = (acts: readonly Act[]) => {
    const datagrams = [...talking(), ...consult, ...leaves];
    return judge({ datagrams, names: NAMES, acts, sounds, epilogueAt: 100_000, judgedAt: 160_000 }).lostCallers.join();
  };
  assert.doesNotMatch(judged([act(13_000, 'caller', 'call.hangup')]), /last call of specialist/);
  assert.match(judged([]), /last call of specialist/);
});

test('oracle: a caller whom the receptionist referred and then dropped by hand depends on the target alone', () => {
  const refer = packet(15_000, 'receptionist>', 'REFER sip:c SIP/2.0', '3 REFER', 'r');
  const accepted = packet(15_100, 'receptionist<', 'SIP/2.0 202 Accepted', '3 REFER', 'r');
  const dropped = [
    packet(20_000, 'receptionist>', 'BYE sip:c SIP/2.0', '4 BYE', 'r'),
    packet(20_002, 'receptionist<', OK, '4 BYE', 'r'),
  ];
  const failed = [
    packet(80_000, 'caller<', 'BYE sip:c SIP/2.0', '1 BYE', 'c'),
    packet(80_001, 'caller>', OK, '1 BYE', 'c'),
  ];
  const pressed = [act(20_000, 'receptionist', 'call.hangup')];
  const joined = packet(
    30_000,
    'caller<',
    'INVITE sip:c SIP/2.0',
    '7 INVITE',
    'c',
    ...sdp(HOSTS.specialist, 'sendrecv'),
  );
  const answer = packet(30_001, 'caller>', OK, '7 INVITE', 'c', ...sdp(HOSTS.caller, 'sendrecv'));
  const agreed = packet(30_002, 'caller<', 'ACK sip:c SIP/2.0', '7 ACK', 'c');
  const whole = [...talking(), ...held(10_000), refer, accepted, ...dropped];
  assert.deepEqual(of([...whole, ...failed], pressed).lostCallers, []);
  assert.match(of([...whole, ...failed]).lostCallers[0]!, /last call of caller/);
  assert.match(
    of([...talking(), ...held(10_000), ...dropped, ...failed], pressed).lostCallers[0]!,
    /last call of caller/,
  );
  assert.match(of([...whole, joined, answer, agreed, ...failed], pressed).lostCallers[0]!, /last call of caller/);
});

test('oracle: transfer.md §6, S2: whoever handed his parties over is not lost, although their BYEs overtook the 202', () => {
  const consult = [
    packet(11_000, 'receptionist>', 'INVITE sip:s SIP/2.0', '1 INVITE', 's', ...sdp(HOSTS.receptionist, 'sendrecv', 6)),
    packet(12_000, 'receptionist<', OK, '1 INVITE', 's', ...sdp(HOSTS.specialist, 'sendrecv')),
  ];
  const refer = packet(15_000, 'receptionist>', 'REFER sip:c SIP/2.0', '3 REFER', 'r', [
    'Refer-To: <sip:s@x?Replaces=s%3Bto-tag%3Db%3Bfrom-tag%3Da>',
  ]);
  const accepted = packet(15_100, 'receptionist<', 'SIP/2.0 202 Accepted', '3 REFER', 'r');
  const byes = ['r', 's'].flatMap((call) => [
    packet(15_200, 'receptionist<', 'BYE sip:r SIP/2.0', '8 BYE', call),
    packet(15_201, 'receptionist>', OK, '8 BYE', call),
  ]);
  const history = [...talking(), ...consult, refer, ...byes];
  assert.deepEqual(
    of([...history, { ...accepted, arrivalsMs: [15_700] }])
      .lostCallers.join()
      .match(/call of receptionist/),
    null,
  );
  assert.match(of(history).lostCallers.join(), /last call of receptionist/);
});

test('oracle: transfer.md §6: whom the exchange still rings a target for waits there, if the other hung up by hand', () => {
  const history = [
    ...talking(),
    ...held(10_000),
    packet(15_000, 'receptionist>', 'REFER sip:c SIP/2.0', '3 REFER', 'r'),
    packet(15_001, 'receptionist<', 'SIP/2.0 202 Accepted', '3 REFER', 'r'),
    packet(20_000, 'receptionist>', 'BYE sip:c SIP/2.0', '4 BYE', 'r'),
  ];
  assert.deepEqual(of(history, [act(20_000, 'receptionist', 'call.hangup')]).lostCallers, []);
  assert.match(of(history).lostCallers.join(), /caller talks to receptionist, who has no call/);
});

test('oracle: an act of half a minute ago is no excuse for a call that the far end ends now', () => {
  const history = [...talking(), ...ended(20_000)];
  assert.match(of(history, [act(8_000, 'caller', 'key.cancel')]).lostCallers.join(), /last call of caller/);
  assert.match(of(history, [act(8_000, 'receptionist', 'key.cancel')]).lostCallers.join(), /last call of receptionist/);
});

test('oracle: an exchange that was started anew has forgotten the calls of before, and no others', () => {
  const restarted = (at: number) => of([...talking(), ...ended(20_000)], [act(at, 'exchange', 'restart')]).lostCallers;
  assert.deepEqual(restarted(15_000), []);
  assert.match(restarted(500).join(), /last call of caller/);
});

test('oracle: power that was cut before a call began is no excuse for its end', () => {
  const cut = (at: number) => of([...talking(), ...ended(20_000)], [act(at, 'caller', 'crash')]).lostCallers.join();
  assert.doesNotMatch(cut(15_000), /last call of caller/);
  assert.match(cut(500), /last call of caller/);
});

test('oracle: RFC 3261 §12.2.1.2: 481 ends the call in which it was said, and excuses no other', () => {
  const unknown = (call: string) => [
    packet(19_900, 'receptionist>', 'INVITE sip:c SIP/2.0', '5 INVITE', call, ...sdp(HOSTS.receptionist, 'sendonly')),
    packet(19_950, 'receptionist<', 'SIP/2.0 481 Unknown', '5 INVITE', call),
  ];
  assert.doesNotMatch(of([...talking(), ...unknown('r'), ...ended(20_000)]).lostCallers.join(), /call of caller/);
  assert.match(of([...talking(), ...unknown('x'), ...ended(20_000)]).lostCallers.join(), /last call of caller/);
});

test('oracle: transfer.md §6, S2: a BYE by hand is believed after 2 s, or after 40 s where NOTIFYs come, and not before', () => {
  const consult = [
    packet(11_000, 'receptionist>', 'INVITE sip:s SIP/2.0', '1 INVITE', 's', ...sdp(HOSTS.receptionist, 'sendrecv', 6)),
    packet(12_000, 'receptionist<', OK, '1 INVITE', 's', ...sdp(HOSTS.specialist, 'sendrecv')),
  ];
  const to = 'Refer-To: <sip:s@x?Replaces=s%3Bto-tag%3Db%3Bfrom-tag%3Da>';
  const refer = [
    packet(15_000, 'receptionist>', 'REFER sip:c SIP/2.0', '3 REFER', 'r', [to]),
    packet(15_100, 'receptionist<', 'SIP/2.0 202 Accepted', '3 REFER', 'r'),
  ];
  const notify = packet(15_200, 'receptionist<', 'NOTIFY sip:r SIP/2.0', '1 NOTIFY', 'r', [
    'Subscription-State: active;expires=180',
  ]);
  const gone = packet(15_500, 'receptionist<', 'BYE sip:r SIP/2.0', '8 BYE', 's');
  const judged = (end: number, more: readonly Datagram[] = []) => {
    const datagrams = [...talking(), ...held(10_000), ...consult, ...refer, ...more, gone, ...ended(end)];
    return of(datagrams, [act(15_499, 'specialist', 'call.hangup')]).lostCallers.join();
  };
  assert.doesNotMatch(judged(17_600), /call of caller/);
  assert.match(judged(16_000), /last call of caller/);
  assert.match(judged(17_600, [notify]), /last call of caller/);
  assert.doesNotMatch(judged(55_600, [notify]), /call of caller/);
});

test('oracle: the BYE of a call that Refer-To does not name is no evidence, unless the phone had joined the two', () => {
  const to = 'Refer-To: <sip:s@x?Replaces=s%3Bto-tag%3Db%3Bfrom-tag%3Da>';
  const other = (call: string) => [
    packet(15_000, 'receptionist>', 'REFER sip:c SIP/2.0', '3 REFER', 'r', [to]),
    packet(15_100, 'receptionist<', 'SIP/2.0 202 Accepted', '3 REFER', 'r'),
    packet(15_500, 'receptionist<', 'BYE sip:r SIP/2.0', '8 BYE', call),
    packet(15_501, 'receptionist>', OK, '8 BYE', call),
  ];
  const judged = (call: string, bridged: readonly number[] = []) =>
    judge({
      datagrams: [...talking(), ...held(10_000), ...other(call), ...ended(18_000)],
      names: NAMES,
      acts: [],
      sounds: [{ who: 'receptionist', atMs: 15_200, connected: [], bridged }],
      epilogueAt: 100_000,
      judgedAt: 160_000,
    }).brokenPromises.join();
  assert.equal(judged('s'), '');
  assert.match(judged('x'), /without evidence/);
  assert.equal(judged('x', [4, 6]), '');
});

test.run();
