import { hex } from '@switchhook/sans-io';
import { capabilityFields } from '../call/capabilities.ts';
import { flowHost, isLoopback, uriHost } from '../dialog/next-hop.ts';
import { type ChallengeVerdict, Credentials } from '../digest/credentials.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { nameAddr, printNameAddr } from '../message/name-addr.ts';
import { escapeUser, isUriText, parseUri, type SipUri } from '../message/uri.ts';
import type { Flow, TransportName } from './door.ts';
import type { Account, UserAgentSettings } from './settings.ts';

/**
 * One account at work: its addresses as they stand in messages. The user part of its Contact is 64 random bits, new at
 * every start, so that nobody can guess where to send a ghost call.
 */
export class Seat {
  readonly account: Account;
  readonly contactUser: string;
  /** Address of record, `sip:user@domain`. */
  readonly addressOfRecord: string;
  /** Name and address of record, as From shows them. */
  readonly address: string;
  /** Header fields that tell what the account can do. */
  readonly capabilities: readonly (readonly [string, string])[];
  /** The way to the account's server. */
  readonly flow: Flow;
  /** The transports that we have sockets for. */
  readonly transports: ReadonlySet<TransportName>;
  readonly #settings: UserAgentSettings;
  readonly #alsoAt: ReadonlySet<string>;
  readonly #credentials: Credentials | undefined;
  #gruu: SipUri | undefined;
  #gruuText: string | undefined;
  #mapped: { readonly host: string; readonly port: number } | undefined;

  constructor(account: Account, settings: UserAgentSettings) {
    this.account = account;
    this.#settings = settings;
    this.contactUser = hex(settings.crypto, 8);
    this.addressOfRecord = `sip:${escapeUser(account.user)}@${account.domain}`;
    this.address = printNameAddr(nameAddr(this.addressOfRecord, account.displayName));
    const { instance } = account;
    if (instance !== undefined && !/^urn:[a-z0-9-]+:[!-~]+$/i.test(instance)) throw new Error(`not a URN: ${instance}`);
    this.capabilities = capabilityFields(account);
    const { transport, server } = account;
    this.#alsoAt = new Set(server.alsoAt?.map(flowHost));
    this.flow = { transport, host: flowHost(server.host), port: server.port };
    const { password } = account;
    this.#credentials =
      password === undefined
        ? undefined
        : new Credentials({ crypto: settings.crypto, user: account.authId ?? account.user, password });
    const transports = (['udp', 'tcp', 'tls'] as const).filter((name) => settings.local[name] !== undefined);
    this.transports = new Set(transports);
  }

  /** Where we are reached over the account's transport: the mapped address when one was learned. */
  get reachable(): { readonly host: string; readonly port: number } {
    const own = this.#mapped ?? this.#settings.local[this.account.transport];
    if (own === undefined)
      throw new Error(`account ${this.account.id} uses ${this.account.transport}, which has no local address`);
    return own;
  }

  /** The server sees us under another address than our own: there is a NAT between us. */
  get isMapped(): boolean {
    return this.#mapped !== undefined;
  }

  /** The URI that stands in Contact of dialogs: our public GRUU when we have one (RFC 5627 §4.4), else the binding. */
  get contact(): string {
    return this.#gruuText ?? this.binding;
  }

  /** The same for dialogs that a sips URI began; `transport` has no place in it (RFC 5630 §3.1.4). */
  get secureContact(): string {
    return this.contact.replace(/^sip:/, 'sips:').replace(/;transport=[a-z]+/, '');
  }

  /** Take what the registrar gave as `pub-gruu`, or that it gave none (RFC 5627 §4.2). */
  grant(gruu: string | undefined): void {
    const read = gruu === undefined ? undefined : parseUri(gruu);
    const usable =
      read?.ok === true && /^sips?$/.test(read.value.scheme) && read.value.params.has('gr') && isUriText(gruu!);
    this.#gruu = usable ? read.value : undefined;
    this.#gruuText = usable ? gruu : undefined;
  }

  /** The URI that we register: where our sockets are. */
  get binding(): string {
    const { host, port } = this.reachable;
    const { transport } = this.account;
    return `sip:${this.contactUser}@${uriHost(host)}:${port}${transport === 'udp' ? '' : `;transport=${transport}`}`;
  }

  /** Take the address under which the server sees us (RFC 3581 §9). True when it is news. */
  learn(host: string, port: number): boolean {
    const held = this.reachable;
    if (held.host === host && held.port === port) return false;
    this.#mapped = { host, port };
    return true;
  }

  /** Whether `uri` is our Contact, by its random user or by our address. */
  owns(uri: SipUri): boolean {
    if (uri.user === this.contactUser) return true;
    if (this.#gruu !== undefined && sameGruu(uri, this.#gruu)) return true;
    const { host, port } = this.reachable;
    return (uri.port ?? 5060) === port && flowHost(uri.host) === flowHost(host);
  }

  /**
   * Whether something came from the account's server. On the loopback address, where a whole office may sit, the port
   * of a datagram has to be right too.
   */
  serves(flow: Flow): boolean {
    const { host, port } = this.flow;
    if (flow.host !== host) return this.#alsoAt.has(flow.host);
    return flow.transport !== 'udp' || flow.port === port || !isLoopback(flow.host);
  }

  /** Put on a request what the server has asked for before; nothing on one that goes elsewhere. */
  authorize(request: SipRequest, flow: Flow): SipRequest {
    if (this.#credentials === undefined || !this.serves(flow)) return request;
    for (const [name, value] of this.#credentials.authorize(request)) request.headers.add(name, value);
    return request;
  }

  /** A 401 or 407 of our server: what to do about it. */
  challenged(sent: SipRequest, response: SipResponse): ChallengeVerdict {
    return this.#credentials?.challenged(response, sent) ?? 'unsupported';
  }

  /**
   * A final response that is no challenge. Once credentials were accepted the account answers to their realms and to
   * no other: whoever is called could ask for a digest of his own choosing otherwise.
   */
  accepted(sent: SipRequest, response: SipResponse, from: Flow): void {
    if (this.#credentials === undefined || response.status >= 300 || !this.serves(from)) return;
    if (!sent.headers.has('Authorization') && !sent.headers.has('Proxy-Authorization')) return;
    this.#credentials.learn(response, sent);
    this.#credentials.pin();
  }
}

/** The same instance of the same address of record; other phones of it have the same user and another `gr`. */
function sameGruu(a: SipUri, b: SipUri): boolean {
  return (
    a.user === b.user && a.host.toLowerCase() === b.host.toLowerCase() && a.params.get('gr') === b.params.get('gr')
  );
}
