import type { Core, Millis } from '@switchhook/sans-io';
import {
  type Flow,
  type HeaderFields,
  markReceived,
  type NetworkIn,
  type NetworkOut,
  parseMessage,
  parseNameAddr,
  parseUri,
  parseVia,
  printMessage,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '@switchhook/sip-core';
import { branchKey, Gate } from './gate.ts';
import { assertIdentity, introduces } from './identity.ts';
import { Registrar } from './registrar.ts';
import { flowOf, replyTo } from './replies.ts';
import type { ExchangeSettings } from './settings.ts';

/**
 * An exchange that passes calls through: a registrar and a stateless proxy (RFC 3261 §16.11) that stays in the path by
 * Record-Route, so that a REFER reaches the caller's own phone. Initial requests must show digest credentials.
 *
 * ```
 *  phone ──REGISTER──► registrar ──200──► phone
 *  phone ──INVITE 1──► 407 … with credentials ──► its binding, Via and Record-Route on top ──► phone
 *  phone ──in-dialog, Route: us──► Route taken off ──► the Contact it names ──► phone
 *  phone ──response──► our Via taken off ──► received, rport of the next
 * ```
 */
export class ProxyExchange implements Core<NetworkIn, NetworkOut> {
  readonly deadline: Millis | undefined = undefined;
  readonly registrar: Registrar;
  readonly #settings: ExchangeSettings;
  readonly #gate: Gate;
  /** What was dropped, by word. */
  readonly dropped = new Map<string, number>();

  constructor(settings: ExchangeSettings) {
    this.#settings = settings;
    this.#gate = new Gate(settings);
    this.registrar = new Registrar(settings, this.#gate.doorkeeper);
  }

  know(user: string, contact: string, flow: Flow): void {
    this.registrar.know(user, contact, flow);
  }

  wake(): readonly NetworkOut[] {
    return [];
  }

  receive(input: NetworkIn, now: Millis): readonly NetworkOut[] {
    if (input.type !== 'received') return [];
    const message = parseMessage(input.bytes, 'datagram');
    if (!message.ok) return this.#drop(message.fault);
    if (message.value.kind === 'response') return this.#response(message.value, input.flow, now);
    return this.#request(markReceived(message.value, input.flow.host, input.flow.port), input.flow, now);
  }

  #request(request: SipRequest, flow: Flow, now: Millis): readonly NetworkOut[] {
    if (request.method === 'REGISTER') return this.#send(this.registrar.register(request, flow, now), flow);
    const passed = this.#gate.judge(request, now);
    switch (passed.name) {
      case 'swallow':
        return [];
      case 'reply':
        return this.#send(passed.response, flow);
      case 'pass': {
        const forwarded = this.#forward(request, flow, now);
        if (forwarded !== undefined || request.method === 'ACK') return forwarded ?? [];
        return this.#send(replyTo(request, 404, 'Not Found', this.#gate.tagFor(request)), flow);
      }
      default:
        throw passed satisfies never;
    }
  }

  /** RFC 3261 §16.6; undefined when nobody is there. */
  #forward(request: SipRequest, flow: Flow, now: Millis): readonly NetworkOut[] | undefined {
    const hops = Number(request.headers.get('Max-Forwards') ?? 70);
    const headers = request.headers.clone();
    const routes = headers.list('Route');
    if (routes[0] !== undefined && this.#isUs(routes[0])) routes.shift();
    headers.delete('Route');
    let uri = request.uri;
    if (this.#isUs(`<${uri}>`)) {
      const wanted = parseUri(uri);
      const binding = wanted.ok ? this.registrar.find(wanted.value.user ?? '', now) : undefined;
      if (binding === undefined) return undefined;
      uri = binding.contact;
    }
    const next = addressOf(routes[0] ?? `<${uri}>`);
    if (next === undefined) return undefined;
    const { host, port, crypto } = this.#settings;
    const vias = headers.list('Via');
    headers.set(
      'Via',
      `SIP/2.0/UDP ${host}:${port};branch=z9hG4bK${crypto.hash('MD5', branchKey(vias[0])).slice(0, 20)}`,
    );
    for (const via of vias) headers.add('Via', via);
    headers.set('Max-Forwards', String(hops - 1));
    if (request.method === 'INVITE') headers.prepend('Record-Route', `<sip:${host}:${port};lr>`);
    headers.delete('Proxy-Authorization');
    this.#assert(request, headers, flow, now);
    for (const route of routes) headers.add('Route', route);
    return this.#send({ ...request, uri, headers }, { transport: 'udp', host: next.host, port: next.port ?? 5060 });
  }

  #response(response: SipResponse, from: Flow, now: Millis): readonly NetworkOut[] {
    const top = parseVia(response.headers.list('Via')[0] ?? '');
    if (!top.ok || top.value.host !== this.#settings.host || top.value.port !== this.#settings.port) {
      return this.#drop('not-our-via');
    }
    const vias = response.headers.list('Via').slice(1);
    if (vias.length === 0) return this.#drop('no-next-via');
    const headers = response.headers.clone();
    headers.set('Via', vias[0]!);
    for (const via of vias.slice(1)) headers.add('Via', via);
    this.#assert(response, headers, from, now);
    const passed = { ...response, headers };
    const flow = flowOf(passed);
    return flow === undefined ? this.#drop('bad-via') : this.#send(passed, flow);
  }

  /** Whoever is registered where the message came from is who the message is from. */
  #assert(message: SipMessage, headers: HeaderFields, from: Flow, now: Millis): void {
    const user = introduces(message) ? this.registrar.at(from, now)?.user : undefined;
    assertIdentity(headers, user, this.#settings);
  }

  /** The domain, or our own address. Where the domain is an address, its other ports are other people's. */
  #isUs(value: string): boolean {
    const address = addressOf(value);
    const { host, port, domain } = this.#settings;
    if (address?.host === domain && address.port === undefined) return true;
    return (address?.host === host || address?.host === domain) && (address.port ?? 5060) === port;
  }

  #send(message: SipMessage, flow: Flow): readonly NetworkOut[] {
    return [
      { type: 'send', flow: { transport: 'udp', host: flow.host, port: flow.port }, bytes: printMessage(message) },
    ];
  }

  #drop(word: string): readonly NetworkOut[] {
    this.dropped.set(word, (this.dropped.get(word) ?? 0) + 1);
    return [];
  }
}

function addressOf(value: string): { readonly host: string; readonly port: number | undefined } | undefined {
  const named = parseNameAddr(value);
  const uri = named.ok ? parseUri(named.value.uri) : undefined;
  return uri?.ok === true ? { host: uri.value.host, port: uri.value.port } : undefined;
}
