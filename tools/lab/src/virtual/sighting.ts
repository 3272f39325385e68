import type { Datagram, Parties } from '@switchhook/ladder';
import type { Millis } from '@switchhook/sans-io';

/** One SIP datagram as the oracle reads it: only what it judges by, in one pass over the head. */
export interface Sighting {
  readonly from: string;
  readonly to: string;
  readonly sentAt: Millis;
  /** First arrival; undefined = lost on the way. */
  readonly arrivedAt: Millis | undefined;
  /** Method of a request; undefined for a response. */
  readonly method: string | undefined;
  readonly status: number | undefined;
  readonly callId: string;
  readonly cseq: { readonly number: number; readonly method: string };
  /** Of the topmost Via. */
  readonly branch: string;
  /** To has a tag: the request is inside a dialog. */
  readonly inDialog: boolean;
  readonly hasReplaces: boolean;
  /** Call-ID that Refer-To names in Replaces: the call that is to be replaced, as the one who refers knows it. */
  readonly refersTo: string | undefined;
  /** Subscription-State, without its parameters. */
  readonly subscription: string | undefined;
  /** Direction of the first audio description (RFC 3264 §5.1), and where its media is to go. */
  readonly direction: string | undefined;
  readonly mediaHost: string | undefined;
  /** 0 without a description. */
  readonly mediaPort: number;
  /** Status in a message/sipfrag body. */
  readonly sipfrag: number | undefined;
  /** The same request or response went the same way before. */
  readonly again: boolean;
}

const CR = 13;
const decoder = new TextDecoder();

/**
 * Reads datagrams for the oracle. It is the oracle's own and shares nothing with the phone's parser, so that a mistake of
 * the one cannot hide a mistake of the other. Each datagram is read once.
 */
export class Witness {
  readonly #names: Parties;
  readonly #seen = new Set<string>();

  constructor(names: Parties) {
    this.#names = names;
  }

  /** What a datagram says; undefined for what is not SIP, and for registrations, which no promise speaks of. */
  read(datagram: Datagram): Sighting | undefined {
    const { bytes, arrivalsMs, atMs } = datagram;
    const first = bytes[0];
    if (first === undefined || first < 0x41 || first > 0x5a) return undefined;
    // REGISTER
    if (first === 0x52 && bytes[2] === 0x47) return undefined;
    const text = decoder.decode(bytes);
    const headEnd = text.indexOf('\r\n\r\n');
    const end = headEnd < 0 ? text.length : headEnd;
    let branch = '';
    let callId = '';
    let cseq = '';
    let type = '';
    let inDialog = false;
    let hasReplaces = false;
    let refersTo: string | undefined;
    let subscription: string | undefined;
    let at = lineEnd(text, 0, end);
    const start = text.slice(0, at);
    while (at < end) {
      at += 2;
      const next = lineEnd(text, at, end);
      const colon = text.indexOf(':', at);
      if (colon < 0 || colon > next) break;
      switch (text.slice(at, colon).trimEnd().toLowerCase()) {
        case 'via':
        case 'v':
          if (branch === '') branch = branchIn(text, colon, next);
          break;
        case 'call-id':
        case 'i':
          callId = text.slice(colon + 1, next).trim();
          break;
        case 'cseq':
          cseq = text.slice(colon + 1, next).trim();
          break;
        case 'to':
        case 't':
          inDialog = text.slice(colon, next).includes('tag=');
          break;
        case 'content-type':
        case 'c':
          type = text
            .slice(colon + 1, next)
            .trim()
            .toLowerCase();
          break;
        case 'refer-to':
        case 'r':
          refersTo = replacedIn(text.slice(colon + 1, next));
          break;
        case 'subscription-state':
          subscription = text
            .slice(colon + 1, next)
            .split(';')[0]!
            .trim()
            .toLowerCase();
          break;
        case 'replaces':
          hasReplaces = true;
          break;
      }
      at = next;
    }
    const space = cseq.indexOf(' ');
    const cseqMethod = cseq.slice(space + 1).trim();
    if (cseqMethod === 'REGISTER') return undefined;
    const body = headEnd < 0 ? '' : text.slice(headEnd + 4);
    const isSdp = body !== '' && type.startsWith('application/sdp');
    const status = start.startsWith('SIP/2.0 ') ? Number(start.slice(8, 11)) : undefined;
    const [from, to] = [this.#nameOf(datagram.from), this.#nameOf(datagram.to)];
    const key = `${from}>${to} ${branch} ${start} ${cseq} ${callId}`;
    const again = this.#seen.has(key);
    this.#seen.add(key);
    return {
      from,
      to,
      sentAt: atMs,
      arrivedAt: arrivalsMs === undefined ? atMs : firstOf(arrivalsMs),
      method: status === undefined ? start.slice(0, start.indexOf(' ')) : undefined,
      status,
      callId,
      cseq: { number: Number(cseq.slice(0, space)), method: cseqMethod },
      branch,
      inDialog,
      hasReplaces,
      refersTo,
      subscription,
      direction: isSdp ? directionOf(body) : undefined,
      mediaHost: isSdp ? /^c=IN IP4 ([\d.]+)/m.exec(body)?.[1] : undefined,
      mediaPort: isSdp ? Number(/^m=audio (\d+)/m.exec(body)?.[1] ?? 0) : 0,
      sipfrag: body !== '' && type.startsWith('message/sipfrag') ? sipfragOf(body) : undefined,
      again,
    };
  }

  #nameOf(address: string): string {
    return this.#names[address] ?? this.#names[address.slice(0, address.lastIndexOf(':'))] ?? address;
  }
}

/** Call-ID in the Replaces of a Refer-To, unescaped (RFC 3891 §6.1). */
function replacedIn(referTo: string): string | undefined {
  const escaped = /[?&]replaces=([^&>]*)/i.exec(referTo)?.[1];
  return escaped === undefined ? undefined : decodeURIComponent(escaped).split(';')[0];
}

/** A copy may overtake its original. */
function firstOf(arrivalsMs: readonly Millis[]): Millis | undefined {
  return arrivalsMs.length > 1 ? Math.min(...arrivalsMs) : arrivalsMs[0];
}

function lineEnd(text: string, from: number, end: number): number {
  let at = text.indexOf('\n', from);
  if (at < 0 || at > end) return end;
  if (text.charCodeAt(at - 1) === CR) at--;
  return at;
}

function branchIn(text: string, from: number, end: number): string {
  const at = text.indexOf('branch=', from);
  if (at < 0 || at > end) return '';
  let stop = at + 7;
  while (stop < end && !';, \t'.includes(text.charAt(stop))) stop++;
  return text.slice(at + 7, stop);
}

/** RFC 3264 §5.1, and the old way of holding by `c=IN IP4 0.0.0.0` (§8.4). */
function directionOf(sdp: string): string {
  const said = /^a=(sendonly|recvonly|inactive)\b/m.exec(sdp)?.[1];
  return said ?? (/^c=IN IP4 0\.0\.0\.0/m.test(sdp) ? 'inactive' : 'sendrecv');
}

function sipfragOf(body: string): number | undefined {
  const status = /^\s*SIP\/2\.0 (\d{3})/.exec(body)?.[1];
  return status === undefined ? undefined : Number(status);
}
