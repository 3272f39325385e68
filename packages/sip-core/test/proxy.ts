import {
  type Account,
  contactOf,
  fromOf,
  parseNameAddr,
  parseUri,
  responseTo,
  type SipMessage,
  type SipRequest,
  type UserAgentSettings,
  viasOf,
} from '@switchhook/sip-core';
import { Network, Phone, Wire } from './office.ts';

const HOST = '192.0.2.9';

/** What the proxy does besides forwarding. */
export interface ProxyRules {
  /** Give a GRUU to phones that ask for one (RFC 5627 §5.1). */
  readonly gruu?: boolean;
  /** Stay in the way of dialogs (RFC 3261 §16.6). */
  readonly recordRoute?: boolean;
}

/** A registrar and proxy without transactions: it forwards every message that it sees, with its own Via on requests. */
export class SipProxy extends Wire {
  readonly bindings = new Map<string, string>();
  /** Everything that went through, in order. */
  readonly passed: SipMessage[] = [];
  /** Answer a request instead of forwarding it: the status, or undefined to let it pass. */
  refuses: (request: SipRequest) => number | undefined = () => undefined;
  readonly #rules: ProxyRules;

  constructor(network: Network, rules: ProxyRules = {}) {
    super(network, HOST);
    this.#rules = rules;
    this.onMessage = (message) => {
      if (message.kind === 'response') this.#back(message);
      else if (message.method === 'REGISTER') this.#register(message);
      else this.#forward(message);
    };
  }

  /** Requests of a method that went through, each once. */
  seen(method: string): SipRequest[] {
    return this.passed.filter((one): one is SipRequest => one.kind === 'request' && one.method === method);
  }

  #register(request: SipRequest): void {
    const from = parseUri(fromOf(request).uri);
    const contact = contactOf(request);
    if (!from.ok || contact === undefined) throw new Error('a REGISTER of nobody');
    const { user, host } = from.value;
    this.bindings.set(user!, contact.uri);
    const instance = contact.params.get('+sip.instance');
    const wants = this.#rules.gruu === true && request.headers.list('Supported').includes('gruu');
    const gruu = wants && instance !== undefined ? `;pub-gruu="sip:${user}@${host};gr=${instance.slice(1, -1)}"` : '';
    const headers = [['Contact', `${request.headers.get('Contact')}${gruu}`]] as const;
    this.send(hostOf(contact.uri), responseTo(request, 200, undefined, { toTag: 'registrar', headers }));
  }

  #forward(request: SipRequest): void {
    const status = this.refuses(request);
    const [via] = viasOf(request);
    if (status !== undefined) {
      if (request.method !== 'ACK') this.answer(via!.host, request, status, { toTag: 'proxy' });
      return;
    }
    const headers = request.headers.clone();
    const route = parseNameAddr(headers.list('Route')[0] ?? '');
    if (route.ok && hostOf(route.value.uri) === HOST) headers.deleteFirst('Route');
    const uri = parseUri(request.uri);
    const binding = uri.ok && uri.value.host === 'example.com' ? this.bindings.get(uri.value.user ?? '') : undefined;
    const target = binding ?? request.uri;
    headers.prepend('Via', `SIP/2.0/UDP ${HOST}:5060;branch=${via!.branch}-p`);
    if (this.#rules.recordRoute === true && !/;tag=/.test(headers.get('To') ?? '')) {
      headers.prepend('Record-Route', `<sip:${HOST};lr>`);
    }
    const forwarded = { ...request, uri: target, headers };
    this.passed.push(forwarded);
    this.send(hostOf(target), forwarded);
  }

  #back(response: SipMessage): void {
    const headers = response.headers.clone();
    headers.deleteFirst('Via');
    const next = { ...response, headers };
    const [via] = viasOf(next);
    // Without one it answers a request that the test has said in the proxy's name.
    if (via === undefined) return;
    this.passed.push(next);
    this.send(via.host, next);
  }
}

function hostOf(uri: string): string {
  const read = parseUri(uri);
  if (!read.ok) throw new Error(`not a URI: ${uri}`);
  return read.value.host;
}

/** The name that a phone has for life, by its own name. */
export function instanceOf(name: string): string {
  return `urn:uuid:00000000-0000-4000-8000-${Buffer.from(name.padEnd(6, '.')).toString('hex').slice(0, 12)}`;
}

/** An exchange of one proxy, and phones registered there. */
export class Exchange {
  readonly network: Network;
  readonly proxy: SipProxy;
  #phones = 0;

  constructor(rules: ProxyRules = {}, seed = 1) {
    this.network = new Network(seed);
    this.proxy = new SipProxy(this.network, rules);
  }

  phone(name: string, more: Partial<Account> = {}, settings: Partial<UserAgentSettings> = {}): Phone {
    const host = `192.0.2.${++this.#phones}`;
    const phone = new Phone(this.network, name, host, HOST, { register: true, ...more }, settings);
    phone.submit({ type: 'register', account: phone.account });
    this.network.seconds(0.1);
    return phone;
  }

  /** One calls the other, who answers. */
  connect(from: Phone, to: Phone, user: string) {
    const call = from.dial(`sip:${user}@example.com`);
    this.network.seconds(0.1);
    const { call: far } = to.last('incoming');
    to.submit({ type: 'answer', call: far, body: 'answer' });
    this.network.seconds(0.1);
    return { call, far };
  }
}
