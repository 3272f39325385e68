import { createNegotiation, type MediaPort, type Negotiation } from '@switchhook/rtp-media';
import { soundWorkerUrl, startMediaWorker } from '@switchhook/rtp-media/node';
import { token } from '@switchhook/sans-io';
import {
  type Account,
  type CallId,
  type DialogIdentity,
  type Peer,
  parseNameAddr,
  parseUri,
  printUri,
  type Shell,
  UserAgent,
  type UserAgentEvent,
} from '@switchhook/sip-core';
import { drive, nodeCrypto, Sockets } from '@switchhook/sip-core/node';
import { HOST } from './raw-peer.ts';

/** Another agent, and where it listens. */
export interface Acquaintance {
  readonly name: string;
  readonly port: number;
}

type EventOf<Type extends UserAgentEvent['type']> = Extract<UserAgentEvent, { type: Type }>;

/** A user agent with sockets and a media worker that answers every call and follows every REFER. */
export class TransferAgent {
  readonly port: number;
  readonly name: string;
  readonly #media: MediaPort;
  readonly #sockets: Sockets;
  readonly #sessions = new Map<CallId, Negotiation>();
  readonly #watchers = new Set<(event: UserAgentEvent) => boolean>();
  #shell: Shell | undefined;
  #count = 0;
  /** Media ports that are bound and free. */
  #spares = 0;
  #onSpare: () => void = () => undefined;

  private constructor(name: string, sockets: Sockets, media: MediaPort) {
    this.name = name;
    this.#sockets = sockets;
    this.#media = media;
    this.port = sockets.local.udp!.port;
    media.onEvent = (event) => {
      if (event.type !== 'spare') return;
      this.#spares++;
      this.#onSpare();
    };
  }

  static async open(name: string): Promise<TransferAgent> {
    const sockets = await Sockets.open({ udp: { host: HOST, port: 0 } });
    const sound = { type: 'silence' } as const;
    const ports = { from: 30_000, to: 39_999 };
    return new TransferAgent(
      name,
      sockets,
      await startMediaWorker({ workerUrl: soundWorkerUrl(), host: HOST, ports, sound, realtime: false }),
    );
  }

  /** Start, with an account a peer: each account's server is that peer. */
  knows(...peers: readonly Acquaintance[]): void {
    const accounts = peers.map(
      ({ name, port }): Account => ({
        id: token<'account'>(name),
        user: this.name,
        domain: HOST,
        transport: 'udp',
        server: { host: HOST, port },
        register: false,
      }),
    );
    const limits = {
      serverTransactions: 100_000,
      invitesPerSource: Number.POSITIVE_INFINITY,
      invitesOfStrangers: Number.POSITIVE_INFINITY,
      referringPeers: Number.POSITIVE_INFINITY,
    };
    const local = this.#sockets.local;
    const agent = new UserAgent({ accounts, local, acceptFrom: 'any', crypto: nodeCrypto, limits });
    this.#shell = drive(agent, { transport: this.#sockets, onEvent: (event) => this.#take(event) });
  }

  dial(peer: Acquaintance): CallId {
    return this.#invite(token<'account'>(peer.name), `sip:${peer.name}@${HOST}:${peer.port}`);
  }

  /** Ask the far end of `call` to take over the call that is `dialog` with `peer`. */
  refer(call: CallId, peer: Peer, dialog: DialogIdentity): void {
    const { sipCallId, localTag, remoteTag } = dialog;
    const target = parseUri(peer.target);
    if (!target.ok) throw new Error(`not a target: ${peer.target}`);
    const replaces = `${sipCallId};to-tag=${remoteTag};from-tag=${localTag}`;
    const referTo = printUri({ ...target.value, headers: new Map([['Replaces', replaces]]) });
    const refer = token<'refer'>(`refer-${++this.#count}`);
    this.#submit({ type: 'refer', call, refer, referTo, referredBy: `<sip:${this.name}@${HOST}:${this.port}>` });
  }

  /** Resolves when there are media ports for `calls`: a worker that the system keeps waiting binds them late. */
  hasPortsFor(calls: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onSpare = () => {
        if (this.#spares >= calls) resolve();
      };
      this.#onSpare();
    });
  }

  next<Type extends UserAgentEvent['type']>(type: Type): Promise<EventOf<Type>> {
    return new Promise((resolve) => {
      this.#watchers.add((event) => {
        if (event.type !== type) return false;
        resolve(event as EventOf<Type>);
        return true;
      });
    });
  }

  /** Resolves with the NOTIFY that says how the transfer ended; rejects when that is no 2xx. */
  notifiedFinally(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#watchers.add((event) => {
        if (event.type === 'refer-answered' && event.status >= 300) reject(new Error(`REFER got ${event.status}`));
        if (event.type !== 'refer-notified' || (event.status ?? 0) < 200) return false;
        if (event.status! < 300) resolve();
        else reject(new Error(`the transfer ended with ${event.status}`));
        return true;
      });
    });
  }

  hangUpAll(): void {
    for (const call of this.#sessions.keys()) this.#submit({ type: 'hangup', call });
  }

  allEnded(): Promise<void> {
    if (this.#sessions.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#watchers.add((event) => {
        if (event.type !== 'ended' || this.#sessions.size > 0) return false;
        resolve();
        return true;
      });
    });
  }

  async close(): Promise<void> {
    this.#shell?.close();
    await this.#media.close();
  }

  #submit(input: Parameters<Shell['submit']>[0]): void {
    if (this.#shell === undefined) throw new Error('the agent knows nobody yet');
    this.#shell.submit(input);
  }

  #take(event: UserAgentEvent): void {
    this.#react(event);
    for (const watcher of [...this.#watchers]) if (watcher(event)) this.#watchers.delete(watcher);
  }

  #react(event: UserAgentEvent): void {
    switch (event.type) {
      case 'incoming': {
        const answer = this.#open(event.call).answer(event.body ?? '', 'talk');
        if (!answer.ok) throw new Error(`an offer was refused: ${answer.fault}`);
        this.#submit({ type: 'answer', call: event.call, body: answer.value.sdp });
        this.#plan(event.call);
        return;
      }
      case 'answered':
        if (event.body === undefined || event.direction === 'incoming') return;
        if (!this.#sessions.get(event.call)!.accept(event.body).ok) throw new Error('an answer was refused');
        this.#plan(event.call);
        return;
      case 'refer-requested':
        this.#follow(event);
        return;
      case 'ended':
        this.#sessions.delete(event.call);
        this.#media.send({ type: 'close', session: token<'media'>(event.call) });
        return;
      default:
        return;
    }
  }

  /** The transferee: accept, call the target with its Replaces, report how that went. */
  #follow({ refer, referTo, referredBy }: EventOf<'refer-requested'>): void {
    const address = parseNameAddr(referTo);
    const uri = address.ok ? parseUri(address.value.uri) : undefined;
    if (uri?.ok !== true) throw new Error(`not a Refer-To: ${referTo}`);
    this.#submit({ type: 'answer-refer', refer, status: 202 });
    const replaces = uri.value.headers.get('Replaces');
    const to = printUri({ ...uri.value, headers: new Map() });
    const call = this.#invite(token<'account'>('target'), to, {
      ...(replaces === undefined ? {} : { replaces }),
      ...(referredBy === undefined ? {} : { referredBy }),
    });
    this.#watchers.add((event) => {
      if (!('call' in event) || event.call !== call) return false;
      if (event.type === 'answered') this.#submit({ type: 'report-refer', refer, status: 200 });
      else if (event.type === 'ended') this.#submit({ type: 'report-refer', refer, status: event.cause.status ?? 500 });
      else return false;
      return true;
    });
  }

  #invite(account: Account['id'], to: string, more: { replaces?: string; referredBy?: string } = {}): CallId {
    const call = token<'call'>(`${this.name}-${++this.#count}`);
    this.#submit({ type: 'invite', call, account, to, body: this.#open(call).offer('talk'), ...more });
    return call;
  }

  #open(call: CallId): Negotiation {
    const endpoint = this.#media.open(token<'media'>(call));
    if (endpoint === undefined) throw new Error('no media port is left');
    this.#spares--;
    const negotiation = createNegotiation(
      { endpoint, codecs: ['PCMU', 'PCMA'], ptimeMs: 20 },
      { sessionId: ++this.#count },
    );
    this.#sessions.set(call, negotiation);
    return negotiation;
  }

  #plan(call: CallId): void {
    const { agreed } = this.#sessions.get(call)!;
    if (agreed !== undefined) this.#media.send({ type: 'plan', session: token<'media'>(call), plan: agreed.plan });
  }
}
