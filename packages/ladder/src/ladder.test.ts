import assert from 'node:assert/strict';
import { test } from 'uvu';
import { canonicalText } from './canonical.ts';
import { callsOnly, type Datagram, ladderOf, seenBy } from './ladder.ts';
import { ATTENDED_TRANSFER_STEPS, ATTENDED_TRANSFER_STEPS_WITH_LOSS, assertSteps, matchSteps } from './steps.ts';
import { ladderSvg } from './svg.ts';
import { ladderText } from './text.ts';

const names = { '192.0.2.10:5060': 'receptionist', '192.0.2.1:5060': 'exchange', '192.0.2.20': 'caller' };

interface Sent {
  readonly out: boolean;
  readonly line: string;
  readonly cseq: string;
  readonly call: string;
  readonly toTag?: boolean;
  readonly extra?: readonly string[];
  readonly body?: string;
  readonly lost?: boolean;
}

function wire(list: readonly Sent[], salt = ''): Datagram[] {
  return list.map((sent, i) => {
    const head = [
      sent.line,
      `Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK${salt}${sent.call}${sent.cseq.replace(' ', '')}`,
      `f: <sip:1000@example.com>;tag=a${salt}${sent.call}`,
      `To: <sip:x@example.com>${sent.toTag === false ? '' : `;tag=b${salt}${sent.call}`}`,
      `Call-ID: ${salt}${sent.call}@host`,
      `CSeq: ${sent.cseq}`,
      ...(sent.extra ?? []).map((line) => line.replace('=two', `=${salt}two`).replace(/tag%3D(.)/g, `tag%3D$1${salt}`)),
    ].join('\r\n');
    const bytes = new TextEncoder().encode(`${head}\r\n\r\n${sent.body ?? ''}`);
    const [from, to] = sent.out ? ['192.0.2.10:5060', '192.0.2.1:5060'] : ['192.0.2.1:5060', '192.0.2.10:5060'];
    return { atMs: 1000 + i * 10, from: from!, to: to!, bytes, ...(sent.lost === true ? { arrivalsMs: [] } : {}) };
  });
}

const sdp = (direction: string) => ({
  extra: ['Content-Type: application/sdp'],
  body: `v=0\r\nc=IN IP4 192.0.2.10\r\nm=audio 4000 RTP/AVP 0\r\na=${direction}\r\n`,
});
const notify = (status: number, state: string) => ({
  extra: ['Event: refer', `Subscription-State: ${state}`, 'Content-Type: message/sipfrag'],
  body: `SIP/2.0 ${status} X`,
});

const FLOW: Sent[] = [
  { out: true, line: 'INVITE sip:1001@192.0.2.1 SIP/2.0', cseq: '2 INVITE', call: 'one', ...sdp('sendonly') },
  { out: false, line: 'SIP/2.0 200 OK', cseq: '2 INVITE', call: 'one', ...sdp('recvonly') },
  { out: true, line: 'INVITE sip:9999@x SIP/2.0', cseq: '1 INVITE', call: 'two', toTag: false, ...sdp('sendrecv') },
  { out: false, line: 'SIP/2.0 200 OK', cseq: '1 INVITE', call: 'two', ...sdp('sendrecv') },
  { out: true, line: 'INVITE sip:9999@x SIP/2.0', cseq: '2 INVITE', call: 'two', ...sdp('sendonly') },
  {
    out: true,
    line: 'REFER sip:1001@x SIP/2.0',
    cseq: '3 REFER',
    call: 'one',
    extra: ['r: <sip:9999@192.0.2.1:5060?Replaces=two%40host%3Bto-tag%3Dbtwo%3Bfrom-tag%3Datwo>'],
  },
  { out: false, line: 'SIP/2.0 202 Accepted', cseq: '3 REFER', call: 'one' },
  { out: false, line: 'NOTIFY sip:1000@x SIP/2.0', cseq: '1 NOTIFY', call: 'one', ...notify(100, 'active;expires=60') },
  { out: true, line: 'SIP/2.0 200 OK', cseq: '1 NOTIFY', call: 'one' },
  { out: false, line: 'NOTIFY sip:1000@x SIP/2.0', cseq: '2 NOTIFY', call: 'one', ...notify(200, 'terminated') },
  { out: true, line: 'SIP/2.0 200 OK', cseq: '2 NOTIFY', call: 'one' },
  { out: false, line: 'BYE sip:1000@x SIP/2.0', cseq: '1 BYE', call: 'two' },
  { out: true, line: 'BYE sip:1001@x SIP/2.0', cseq: '4 BYE', call: 'one' },
];

test('ladder: an attended transfer has its steps', () => {
  assertSteps(ladderOf(wire(FLOW), names), 'receptionist', ATTENDED_TRANSFER_STEPS);
});

test('ladder: the final NOTIFY and the BYE of the target may come in either order, the BYE to the caller only after both', () => {
  const swapped = [...FLOW.slice(0, 9), FLOW[11]!, FLOW[9]!, FLOW[10]!, FLOW[12]!];
  assert.equal(matchSteps(ladderOf(wire(swapped), names), 'receptionist', ATTENDED_TRANSFER_STEPS), undefined);
  const early = [...FLOW.slice(0, 9), FLOW[12]!, FLOW[9]!, FLOW[10]!, FLOW[11]!];
  assert.equal(matchSteps(ladderOf(wire(early), names), 'receptionist', ATTENDED_TRANSFER_STEPS)?.word, '>BYE');
});

test('ladder: with loss the repeated 2xx of REFER may even follow our BYE, but the final NOTIFY may not', () => {
  const missing = (flow: typeof FLOW) =>
    ATTENDED_TRANSFER_STEPS_WITH_LOSS.map((pattern) => matchSteps(ladderOf(wire(flow), names), 'receptionist', pattern))
      .filter((one) => one !== undefined)
      .map(({ word }) => word);
  const without = (index: number) => FLOW.filter((_, i) => i !== index);
  assert.deepEqual(missing([...without(6), FLOW[6]!]), []);
  assert.deepEqual(missing(without(6)), ['<2xx(REFER)']);
  assert.notDeepEqual(missing([...without(9), FLOW[9]!]), []);
});

test('ladder: each missing step is named', () => {
  const drops: [number, string][] = [
    [0, '>INVITE'],
    [2, '>INVITE'],
    [5, '>REFER'],
    [6, '<2xx(REFER)'],
    [9, '<NOTIFY(2xx)'],
    [12, '>BYE'],
  ];
  for (const [index, word] of drops) {
    const rest = FLOW.filter((_, i) => i !== index);
    assert.ok(
      matchSteps(ladderOf(wire(rest), names), 'receptionist', ATTENDED_TRANSFER_STEPS)?.word.includes(word),
      `without message ${index} the missing word is ${word}`,
    );
  }
});

test('ladder: the canonical form forgets ids and repeats, and keeps who, what and which call', () => {
  const plain = canonicalText(ladderOf(wire(FLOW), names));
  assert.equal(canonicalText(ladderOf(wire([...FLOW.slice(0, 1), ...FLOW], 'zz'), names)), plain);
  assert.notEqual(canonicalText(ladderOf(wire(FLOW.slice(1)), names)), plain);
  assert.match(plain, /REFER \| C1 \| 3 REFER .* Refer-To sip:9999@192\.0\.2\.1 \| Replaces C2;to-tag=T4;from-tag=T3/);
});

test('ladder: text has a column a party, the time, and what each message says', () => {
  const text = ladderText(ladderOf(wire(FLOW), names, ['receptionist', 'exchange']));
  const lines = text.split('\n');
  assert.match(lines[0]!, /receptionist +exchange/);
  assert.match(lines[1]!, /^ +0\.000 +\|-+ re-INVITE -+>\| +C1 2 INVITE · sdp sendonly$/);
  assert.match(lines[6]!, /REFER .*Refer-To 9999 · Replaces C2/);
  assert.match(lines[8]!, /\|< *-+ NOTIFY -+\|.*active;expires=60 · sipfrag 100/);
});

test('ladder: marks stand between the messages, on one line each, with their time', () => {
  const ladder = ladderOf(wire(FLOW.slice(0, 3)), names, ['receptionist', 'exchange']);
  const marks = [
    { atMs: 1005, before: 1, text: 'holding' },
    { atMs: 1015, before: 2, text: 'dialled\u001b[2J\r\n9999' },
    { atMs: 9000, before: 3, text: 'over' },
  ];
  const lines = ladderText(ladder, marks).trimEnd().split('\n');
  assert.equal(lines.length, 7);
  assert.match(lines[2]!, /^ +0\.005 += holding$/);
  assert.match(lines[4]!, /^ +0\.015 += dialled \[2J {2}9999$/);
  assert.match(lines[6]!, /^ +8\.000 += over$/);
});

test('ladder: SVG is well-formed, escapes what the network wrote and shows each step', () => {
  const evil = [...FLOW, { out: true, line: 'SIP/2.0 400 <script>&"', cseq: '9 BYE', call: 'x' }];
  const svg = ladderSvg(ladderOf(wire(evil), names));
  assert.ok(!svg.includes('<script>'));
  assert.equal(svg.match(/marker-end/g)?.length, evil.length);
  for (const tag of ['svg', 'text', 'defs', 'marker']) {
    assert.equal(svg.split(`<${tag}`).length, svg.split(`</${tag}>`).length, `${tag} is closed`);
  }
});

test('ladder: what was lost on its way to a party was not seen by it, what was repeated is marked', () => {
  const lossy: Sent[] = [{ ...FLOW[6]!, lost: true }, FLOW[6]!];
  const ladder = ladderOf(wire(lossy), names);
  assert.equal(ladder.steps[0]!.lost, true);
  assert.equal(ladder.steps[1]!.again, true);
  assert.equal(seenBy(ladder, 'receptionist').steps.length, 1);
  assert.equal(seenBy(ladder, 'exchange').steps.length, 2);
});

test('ladder: datagrams that are not SIP are left out, REGISTER can be', () => {
  const rtp = { atMs: 0, from: '192.0.2.20:4000', to: '192.0.2.10:4000', bytes: Uint8Array.of(0x80, 0, 0, 1) };
  const register: Sent = { out: true, line: 'REGISTER sip:x SIP/2.0', cseq: '1 REGISTER', call: 'r', toTag: false };
  const ladder = ladderOf([rtp, ...wire([register, FLOW[0]!])], names);
  assert.equal(ladder.steps.length, 2);
  assert.deepEqual(
    callsOnly(ladder).steps.map((step) => step.method),
    ['INVITE'],
  );
});

test.run();
