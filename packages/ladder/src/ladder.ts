import type { Millis } from '@switchhook/sans-io';
import { readSip, type SipText, tagOf, uriOf } from './sip-text.ts';

/** A datagram as a recorder saw it leave. Addresses are `host:port`. */
export interface Datagram {
  readonly atMs: Millis;
  readonly from: string;
  readonly to: string;
  readonly bytes: Uint8Array;
  /** When it arrived: none = lost on the way, two = duplicated. Absent = at once. */
  readonly arrivalsMs?: readonly Millis[];
}

/** Who is who: a name by `host:port` or, where that has none, by `host`. */
export type Parties = Readonly<Record<string, string>>;

/** Which way audio may flow, as the SDP of the message says. */
export type SdpDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** One arrow of a ladder. */
export interface LadderStep {
  readonly atMs: Millis;
  readonly from: string;
  readonly to: string;
  readonly method: string | undefined;
  readonly status: number | undefined;
  /** Reason-Phrase, or the Request-URI. */
  readonly rest: string;
  readonly cseq: { readonly number: number; readonly method: string };
  readonly callId: string;
  readonly fromTag: string | undefined;
  readonly toTag: string | undefined;
  readonly branch: string;
  /** The message carries SDP with this direction. */
  readonly sdp: SdpDirection | undefined;
  /** Refer-To: the user part, and the whole URI. */
  readonly referTo: { readonly user: string; readonly uri: string } | undefined;
  /** Replaces, from its header or from inside Refer-To, unescaped. */
  readonly replaces: string | undefined;
  readonly event: string | undefined;
  readonly subscription: string | undefined;
  /** Status in a message/sipfrag body. */
  readonly sipfrag: number | undefined;
  /** The same bytes went the same way before. */
  readonly again: boolean;
  readonly lost: boolean;
  /** What was on the wire. */
  readonly datagram: Datagram;
}

/** SIP between parties, in the order of time. */
export interface Ladder {
  /** Columns, from left to right. */
  readonly parties: readonly string[];
  readonly steps: readonly LadderStep[];
}

/** Build a ladder; datagrams that are not SIP are left out. `columns` sets the order; others follow as they appear. */
export function ladderOf(datagrams: Iterable<Datagram>, names: Parties, columns: readonly string[] = []): Ladder {
  const seen = new Set<string>();
  const steps: LadderStep[] = [];
  const present = new Set<string>();
  for (const datagram of datagrams) {
    const text = readSip(datagram.bytes);
    if (text === undefined) continue;
    const from = nameOf(datagram.from, names);
    const to = nameOf(datagram.to, names);
    present.add(from).add(to);
    const step = stepOf(text, datagram, from, to);
    const key = `${from}>${to} ${step.branch} ${step.method ?? step.status} ${step.cseq.number} ${step.cseq.method} ${step.callId} ${step.toTag} ${step.fromTag}`;
    steps.push(seen.has(key) ? { ...step, again: true } : step);
    seen.add(key);
  }
  const parties = [...columns.filter((name) => present.has(name)), ...[...present].filter((n) => !columns.includes(n))];
  return { parties, steps };
}

/** Only what `party` sent or received; what was lost on its way to the party is left out. */
export function seenBy(ladder: Ladder, party: string): Ladder {
  const steps = ladder.steps.filter((step) => step.from === party || (step.to === party && !step.lost));
  const present = new Set(steps.flatMap((step) => [step.from, step.to]));
  return { parties: ladder.parties.filter((name) => present.has(name)), steps };
}

/** Without REGISTER and OPTIONS and their answers: calls only. */
export function callsOnly(ladder: Ladder): Ladder {
  const steps = ladder.steps.filter((step) => step.cseq.method !== 'REGISTER' && step.cseq.method !== 'OPTIONS');
  const present = new Set(steps.flatMap((step) => [step.from, step.to]));
  return { parties: ladder.parties.filter((name) => present.has(name)), steps };
}

function nameOf(address: string, names: Parties): string {
  return names[address] ?? names[address.slice(0, address.lastIndexOf(':'))] ?? address;
}

function stepOf(text: SipText, datagram: Datagram, from: string, to: string): LadderStep {
  const header = (name: string) => text.headers.get(name);
  const [number = '0', method = ''] = (header('cseq') ?? '').split(/\s+/);
  const referTo = header('refer-to') === undefined ? undefined : uriOf(header('refer-to'));
  return {
    atMs: datagram.atMs,
    from,
    to,
    method: text.method,
    status: text.status,
    rest: text.rest,
    cseq: { number: Number(number), method: method || (text.method ?? '') },
    callId: header('call-id') ?? '',
    fromTag: tagOf(header('from')),
    toTag: tagOf(header('to')),
    branch: /;\s*branch\s*=\s*([^;,\s]+)/i.exec(header('via') ?? '')?.[1] ?? '',
    sdp: /application\/sdp/i.test(header('content-type') ?? '') ? directionOf(text.body) : undefined,
    referTo: referTo === undefined ? undefined : { user: referTo.user, uri: referTo.uri.split('?')[0]! },
    replaces: header('replaces') ?? replacesIn(referTo?.uri),
    event: header('event'),
    subscription: header('subscription-state'),
    sipfrag: /message\/sipfrag/i.test(header('content-type') ?? '') ? sipfragOf(text.body) : undefined,
    again: false,
    lost: datagram.arrivalsMs?.length === 0,
    datagram,
  };
}

/** RFC 3264 §5.1, and the old way of holding by `c=IN IP4 0.0.0.0` (§8.4). */
function directionOf(sdp: string): SdpDirection {
  const lines = sdp.split(/\r?\n/);
  const media = lines.findIndex((line) => line.startsWith('m=audio'));
  const own = media < 0 ? [] : lines.slice(media);
  const said = [...own, ...lines].map((l) => /^a=(sendrecv|sendonly|recvonly|inactive)\b/.exec(l)?.[1]).find(Boolean);
  if (said !== undefined && said !== 'sendrecv') return said as SdpDirection;
  return lines.some((line) => line.startsWith('c=IN IP4 0.0.0.0')) ? 'inactive' : 'sendrecv';
}

function sipfragOf(body: string): number | undefined {
  const status = /^\s*SIP\/2\.0 (\d{3})/.exec(body)?.[1];
  return status === undefined ? undefined : Number(status);
}

function replacesIn(uri: string | undefined): string | undefined {
  const raw = /[?&]replaces=([^&]*)/i.exec(uri ?? '')?.[1];
  if (raw === undefined) return undefined;
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}
