import { earliest, type Millis } from '@switchhook/sans-io';
import {
  callIdOf,
  contactOf,
  cseqOf,
  eventOf,
  type Flow,
  fromTagOf,
  type NetworkIn,
  type NetworkOut,
  nameAddr,
  newBranch,
  newTag,
  parseMessage,
  parseUri,
  requestOf,
  responseTo,
  type SipMessage,
  type SipRequest,
  TransactionLayer,
  type TransactionOut,
  toOf,
  toTagOf,
} from '@switchhook/sip-core';
import { type BoardEntry, BusyBoard } from './busy-board.ts';
import type { Exchange } from './exchange.ts';
import { Gate } from './gate.ts';
import type { ExchangeSettings } from './settings.ts';

const LONGEST_S = 3600;
const SHORTEST_S = 60;
const TYPES: Readonly<Record<string, string>> = {
  'message-summary': 'application/simple-message-summary',
  dialog: 'application/dialog-info+xml',
};

/** A subscription of a phone. */
interface Kept {
  readonly user: string;
  readonly event: string;
  readonly sipCallId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly watcher: string;
  readonly target: string;
  readonly flow: Flow;
  expiresAt: Millis;
  cseq: number;
  version: number;
}

/** What waits in a mailbox of the exchange. */
export interface Mail {
  readonly new: number;
  readonly old: number;
}

/**
 * An exchange that tells of its mailboxes and extensions besides (RFC 6665, RFC 3842, RFC 4235): it stands around one of
 * either style, takes the SUBSCRIBEs out, and looks on at the rest.
 */
export class NotifyingExchange implements Exchange {
  readonly registrar: Exchange['registrar'];
  readonly #inner: Exchange;
  readonly #settings: ExchangeSettings;
  readonly #gate: Gate;
  readonly #layer: TransactionLayer;
  readonly #board = new BusyBoard();
  readonly #mail = new Map<string, Mail>();
  readonly #kept = new Map<string, Kept>();
  /** Call-IDs of all NOTIFYs that were sent: their answers are ours. */
  readonly #told = new Set<string>();
  #now: Millis = 0;
  #outs: NetworkOut[] = [];
  /** A partial state is left out now and then, as a network or a restart does. */
  skipsVersions = false;

  constructor(inner: Exchange, settings: ExchangeSettings) {
    this.#inner = inner;
    this.registrar = inner.registrar;
    this.#settings = settings;
    this.#gate = new Gate(settings);
    this.#layer = new TransactionLayer({ random: settings.crypto });
  }

  know(user: string, contact: string, flow: Flow): void {
    this.#inner.know(user, contact, flow);
  }

  get deadline(): Millis | undefined {
    return earliest(this.#inner.deadline, this.#layer.deadline);
  }

  /** Subscriptions that last. */
  get subscriptions(): number {
    return this.#kept.size;
  }

  wake(now: Millis): readonly NetworkOut[] {
    this.#now = now;
    this.#take(this.#layer.wake(now));
    this.#pass(this.#inner.wake(now));
    return this.#flush();
  }

  receive(input: NetworkIn, now: Millis): readonly NetworkOut[] {
    this.#now = now;
    const read = input.type === 'received' ? parseMessage(input.bytes, 'datagram') : undefined;
    if (input.type !== 'received' || read?.ok !== true || !this.#isMine(read.value)) {
      if (input.type === 'received' && read?.ok === true) this.#saw(read.value, input.flow, 'from');
      this.#pass(this.#inner.receive(input, now));
      return this.#flush();
    }
    this.#take(this.#layer.receive(read.value, input.flow, now));
    return this.#flush();
  }

  /** Messages came, or were heard: those who watch the mailbox are told with the next input. */
  deliver(user: string, mail: Mail): void {
    this.#mail.set(user, mail);
    for (const kept of this.#kept.values())
      if (kept.event === 'message-summary' && kept.user === user) this.#tell(kept);
  }

  /** All subscriptions end for that reason (RFC 6665 §4.1.3), which is told with the next input. */
  dismiss(reason: string): void {
    for (const kept of [...this.#kept.values()]) {
      this.#notify(kept, `terminated;reason=${reason}`, undefined);
      this.#kept.delete(kept.sipCallId);
    }
  }

  #flush(): readonly NetworkOut[] {
    const outs = this.#outs;
    this.#outs = [];
    return outs;
  }

  #isMine(message: SipMessage): boolean {
    if (message.kind === 'request') return message.method === 'SUBSCRIBE';
    return cseqOf(message).method === 'NOTIFY' && this.#told.has(callIdOf(message));
  }

  #pass(outs: readonly NetworkOut[]): void {
    for (const out of outs) {
      this.#outs.push(out);
      const read = out.type === 'send' ? parseMessage(out.bytes, 'datagram') : undefined;
      if (out.type === 'send' && read?.ok === true) this.#saw(read.value, out.flow, 'to');
    }
  }

  #saw(message: SipMessage, flow: Flow, way: 'from' | 'to'): void {
    const user = this.registrar.at(flow, this.#now)?.user;
    const changed = user === undefined ? undefined : this.#board.saw(user, message, way);
    if (changed === undefined) return;
    for (const kept of this.#kept.values())
      if (kept.event === 'dialog' && kept.user === user) this.#tell(kept, changed);
  }

  #take(outs: readonly TransactionOut[]): void {
    for (const out of outs) {
      if (out.type === 'send') this.#outs.push(out);
      else if (out.type === 'request') this.#subscribe(out.request, out.flow, out.transaction);
      else if (out.type === 'response' && out.response.status >= 300) this.#kept.delete(callIdOf(out.sent));
      else if (out.type === 'timed-out') this.#kept.delete(callIdOf(out.sent));
    }
  }

  // ----------------------------------------------------------------------------------------------------- subscriptions

  #subscribe(request: SipRequest, flow: Flow, transaction: string): void {
    const tag = newTag(this.#settings.crypto);
    const answer = (status: number, headers: readonly (readonly [string, string])[] = []) =>
      this.#take(
        this.#layer.respond(transaction, responseTo(request, status, undefined, { toTag: tag, headers }), this.#now),
      );
    const passed = this.#gate.judge(request, this.#now);
    if (passed.name === 'reply') {
      this.#take(this.#layer.respond(transaction, passed.response, this.#now));
      return;
    }
    const held = this.#kept.get(callIdOf(request));
    if (toTagOf(request) !== undefined && held === undefined) return void answer(481);
    const event = eventOf(request)?.type ?? '';
    const uri = parseUri(toOf(request).uri);
    const user = uri.ok ? (uri.value.user ?? '') : '';
    if (TYPES[event] === undefined) return void answer(489, [['Allow-Events', Object.keys(TYPES).join(', ')]]);
    if (!this.#settings.extensions.some((one) => one.user === user)) return void answer(404);
    const asked = Number(request.headers.get('Expires') ?? LONGEST_S);
    if (asked > 0 && asked < SHORTEST_S) return void answer(423, [['Min-Expires', String(SHORTEST_S)]]);
    const expiresS = Math.min(asked, LONGEST_S);
    const kept: Kept = held ?? {
      user,
      event,
      sipCallId: callIdOf(request),
      localTag: tag,
      remoteTag: fromTagOf(request) ?? '',
      watcher: request.headers.get('From')!.replace(/;.*$/, ''),
      target: contactOf(request)?.uri ?? '',
      flow,
      expiresAt: 0,
      cseq: 0,
      version: 0,
    };
    kept.expiresAt = this.#now + expiresS * 1000;
    const { host, port } = this.#settings;
    const headers = [['Expires', String(expiresS)]] as const;
    const contact = `sip:${host}:${port}`;
    const response = responseTo(request, 200, undefined, { toTag: kept.localTag, contact, headers });
    this.#take(this.#layer.respond(transaction, response, this.#now));
    this.#kept.set(kept.sipCallId, kept);
    if (expiresS > 0) this.#tell(kept);
    else {
      this.#notify(kept, 'terminated;reason=timeout', this.#body(kept));
      this.#kept.delete(kept.sipCallId);
    }
  }

  /** The whole state, or what has changed of it. */
  #tell(kept: Kept, changed?: BoardEntry): void {
    if (kept.expiresAt <= this.#now) {
      this.#kept.delete(kept.sipCallId);
      return;
    }
    if (changed !== undefined && this.skipsVersions) {
      kept.version++;
      this.skipsVersions = false;
      return;
    }
    const leftS = Math.ceil((kept.expiresAt - this.#now) / 1000);
    this.#notify(kept, `active;expires=${leftS}`, this.#body(kept, changed));
  }

  #body(kept: Kept, changed?: BoardEntry): string {
    if (kept.event === 'dialog') {
      const entries = changed === undefined ? this.#board.of(kept.user) : [changed];
      return dialogInfo(`sip:${kept.user}@${this.#settings.domain}`, kept.version++, changed !== undefined, entries);
    }
    const { new: fresh, old } = this.#mail.get(kept.user) ?? { new: 0, old: 0 };
    const account = `sip:voicemail@${this.#settings.domain}`;
    const waiting = fresh > 0 ? 'yes' : 'no';
    return `Messages-Waiting: ${waiting}\r\nMessage-Account: ${account}\r\nVoice-Message: ${fresh}/${old} (0/0)\r\n`;
  }

  #notify(kept: Kept, state: string, body: string | undefined): void {
    const { host, port, domain, crypto } = this.#settings;
    this.#told.add(kept.sipCallId);
    const notify = requestOf({
      method: 'NOTIFY',
      uri: kept.target,
      via: { transport: 'UDP', host, port, branch: newBranch(crypto), params: new Map([['rport', undefined]]) },
      from: nameAddr(`sip:${kept.user}@${domain}`, undefined, [['tag', kept.localTag]]),
      to: nameAddr(kept.watcher.replace(/^.*<|>.*$/g, ''), undefined, [['tag', kept.remoteTag]]),
      callId: kept.sipCallId,
      cseq: ++kept.cseq,
      contact: nameAddr(`sip:${host}:${port}`),
      headers: [
        ['Event', kept.event],
        ['Subscription-State', state],
      ],
      ...(body === undefined ? {} : { contentType: TYPES[kept.event]!, body }),
    });
    this.#take(this.#layer.send(notify, kept.flow, this.#now).out);
  }
}

/** A dialog-info document (RFC 4235 §4.4). */
function dialogInfo(entity: string, version: number, partial: boolean, entries: readonly BoardEntry[]): string {
  const dialogs = entries.map((one) => {
    const target = one.remoteTarget === '' ? '' : `<target uri="${escaped(one.remoteTarget)}"/>`;
    const remote = `<remote><identity>${escaped(one.remoteIdentity)}</identity>${target}</remote>`;
    const ids = `call-id="${escaped(one.sipCallId)}" local-tag="${one.localTag}" remote-tag="${one.remoteTag}"`;
    return `<dialog id="${one.id}" ${ids} direction="${one.direction}"><state>${one.state}</state>${remote}</dialog>\r\n`;
  });
  const head = `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="${partial ? 'partial' : 'full'}" entity="${escaped(entity)}">`;
  return `<?xml version="1.0"?>\r\n${head}\r\n${dialogs.join('')}</dialog-info>\r\n`;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
