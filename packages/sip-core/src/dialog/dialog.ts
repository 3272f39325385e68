import type { InviteUsage } from '../call/in-dialog.ts';
import { HeaderFields } from '../message/header-fields.ts';
import type { SipRequest } from '../message/message.ts';
import type { CallId, DialogIdentity, Flow } from '../user-agent/door.ts';
import type { Seat } from '../user-agent/seat.ts';
import { nextHop } from './next-hop.ts';
import { isLooseRoute } from './route-set.ts';

/** What makes a dialog (RFC 3261 §12.1). */
export interface DialogFacts {
  readonly seat: Seat;
  readonly identity: DialogIdentity;
  /** Our side as it stands in From of our requests, without tag. */
  readonly localAddress: string;
  /** The far side as it stands in To of our requests, without tag. */
  readonly remoteAddress: string;
  /** Route values in the order in which our requests carry them. */
  readonly routes: readonly string[];
  /** URI of the far side's Contact. */
  readonly target: string;
  readonly localCSeq: number;
  readonly remoteCSeq: number | undefined;
  /** We sent the request that made it, so the Call-ID is ours (RFC 3261 §14.1). */
  readonly ownsCallId: boolean;
  /** Where its last message came from. */
  readonly flow: Flow;
  /** Begun by a request to a sips URI: then our Contact is one too (RFC 3261 §12.1.1, RFC 5630 §5.1.1). Default false. */
  readonly secure?: boolean;
}

/** What the CSeq of a request in a dialog says (RFC 3261 §12.2.2). */
export type Sequence = 'next' | 'repeated' | 'lower';

/**
 * A dialog: ids, route set, targets and counters, shared by the INVITE usage and the refer subscriptions in it. It
 * lives as long as any of these usages does (RFC 5057).
 *
 * ```
 *   early ── 2xx ──► confirmed ── last usage released ──► gone
 * ```
 */
export class Dialog {
  readonly seat: Seat;
  readonly ownsCallId: boolean;
  readonly usages = new Set<string>();
  /** The call whose INVITE made it; undefined for one made by REFER. */
  call: CallId | undefined;
  /** Who gets the requests of the INVITE usage, while it lasts. */
  usage: InviteUsage | undefined;
  /** Begun by a request of ours that is no INVITE: its far half is told by the 2xx or by a NOTIFY (RFC 6665 §4.4.1). */
  awaitsNotify = false;
  /** How many REFERs reached us in it: from the second on, our NOTIFYs carry an id (RFC 3515 §2.4.6). */
  refersReceived = 0;
  /** CSeqs of all REFERs of ours in it: a NOTIFY that names one is never a stranger, however late it comes. */
  readonly refersSent = new Set<number>();
  #identity: DialogIdentity;
  #stage: 'early' | 'confirmed' = 'early';
  #localAddress: string;
  #remoteAddress: string;
  #routes: readonly string[];
  #target: string;
  #localCSeq: number;
  #remoteCSeq: number | undefined;
  #flow: Flow;
  readonly #secure: boolean;
  /** Hosts that its messages came from. */
  readonly #hosts: Set<string>;

  constructor(facts: DialogFacts) {
    this.seat = facts.seat;
    this.#identity = facts.identity;
    this.ownsCallId = facts.ownsCallId;
    this.#localAddress = facts.localAddress;
    this.#remoteAddress = facts.remoteAddress;
    this.#routes = facts.routes;
    this.#target = facts.target;
    this.#localCSeq = facts.localCSeq;
    this.#remoteCSeq = facts.remoteCSeq;
    this.#flow = facts.flow;
    this.#secure = facts.secure === true;
    this.#hosts = new Set([facts.flow.host]);
  }

  get identity(): DialogIdentity {
    return this.#identity;
  }

  get stage(): 'early' | 'confirmed' {
    return this.#stage;
  }

  /** Our URI as it stands in Contact of its messages. */
  get contact(): string {
    return this.#secure ? this.seat.secureContact : this.seat.contact;
  }

  get target(): string {
    return this.#target;
  }

  /** The far side as it stands in To of our requests, without tag. */
  get remoteAddress(): string {
    return this.#remoteAddress;
  }

  /** Where the far side's last message came from. */
  get flow(): Flow {
    return this.#flow;
  }

  /** A 2xx confirms it; its route set and target are taken anew (RFC 3261 §13.2.2.4) and frozen from then on. */
  confirm(routes?: readonly string[], target?: string): void {
    if (this.#stage === 'early') {
      if (routes !== undefined) this.#routes = routes;
      if (target !== undefined) this.#target = target;
    }
    this.#stage = 'confirmed';
  }

  /** The far half of a dialog that our own request began, told by its first answer or NOTIFY; the book keeps it. */
  meet(remoteTag: string): void {
    this.#identity = { ...this.#identity, remoteTag };
  }

  /** Whether an `id` of Event is the CSeq of one of our REFERs in it. */
  wasReferredAs(id: string): boolean {
    return /^\d+$/.test(id) && this.refersSent.has(Number(id));
  }

  /** Check and take the CSeq of a request from the far side. */
  receive(cseq: number, method: string): Sequence {
    const held = this.#remoteCSeq;
    if (held !== undefined && cseq < held) return 'lower';
    if (held !== undefined && cseq === held) return 'repeated';
    // Departs from RFC 3261 §12.2.2 because a NOTIFY that the BYE sent behind it has overtaken is still news: the
    // subscription outlives the call (RFC 5057 §4.1), and nothing else is taken after a BYE.
    if (method !== 'BYE') this.#remoteCSeq = cseq;
    return 'next';
  }

  /** A message of the far side came over `flow`. */
  seen(flow: Flow): void {
    this.#flow = flow;
    this.#hosts.add(flow.host);
  }

  /**
   * Whether the far side may be at `host`: a message of the dialog came from there before (requests are looked at after
   * this question only), or its routes or its Contact say so. Ports do not count: a NAT may change them.
   */
  expects(host: string): boolean {
    if (this.#hosts.has(host)) return true;
    return [...this.#routes, this.#target].some((at) => nextHop(at, this.#flow, this.seat.transports).host === host);
  }

  /** Target refresh (RFC 3261 §12.2.2). The caller has applied the guards. True when it changed. */
  retarget(uri: string): boolean {
    if (uri === this.#target) return false;
    this.#target = uri;
    return true;
  }

  /** The next request in this dialog (RFC 3261 §12.2.1.1), without Via. */
  compose(method: string): SipRequest {
    this.#localCSeq++;
    return this.#write(method, this.#localCSeq);
  }

  /** The ACK for a 2xx to our INVITE: same CSeq number, same credentials (RFC 3261 §13.2.2.4). */
  composeAck(invite: SipRequest): SipRequest {
    const ack = this.#write('ACK', Number.parseInt(invite.headers.get('CSeq') ?? '0', 10));
    // Our server's alone: an ACK that goes straight to the far end tells it nothing of our password.
    if (this.seat.serves(this.hop())) {
      ack.headers.copy(invite.headers, 'Authorization').copy(invite.headers, 'Proxy-Authorization');
    }
    return ack;
  }

  /** Where the next request goes. */
  hop(): Flow {
    return nextHop(this.#routes[0] ?? this.#target, this.#flow, this.seat.transports);
  }

  #write(method: string, cseq: number): SipRequest {
    const headers = new HeaderFields();
    let uri = this.#target;
    let routes = this.#routes;
    if (routes.length > 0 && !isLooseRoute(routes[0]!)) {
      // A strict router: it becomes the Request-URI and the target the last Route.
      uri = routes[0]!.replace(/^[^<]*<([^>]*)>.*$/, '$1');
      routes = [...routes.slice(1), `<${this.#target}>`];
    }
    for (const route of routes) headers.add('Route', route);
    headers.add('Max-Forwards', '70');
    headers.add('From', `${this.#localAddress};tag=${this.identity.localTag}`);
    const { remoteTag } = this.identity;
    headers.add('To', remoteTag === '' ? this.#remoteAddress : `${this.#remoteAddress};tag=${remoteTag}`);
    headers.add('Call-ID', this.identity.sipCallId);
    headers.add('CSeq', `${cseq} ${method}`);
    return { kind: 'request', method, uri, headers, body: new Uint8Array(0) };
  }
}
