import type { Millis } from '@switchhook/sans-io';
import { type Flow, parseNameAddr, parseUri, type SipRequest, type SipResponse } from '@switchhook/sip-core';
import { Doorkeeper } from './doorkeeper.ts';
import { replyTo } from './replies.ts';
import type { ExchangeSettings } from './settings.ts';

/** Where an extension is to be reached. */
export interface Binding {
  readonly user: string;
  /** The registered Contact URI. */
  readonly contact: string;
  /** Where its REGISTER came from. */
  readonly flow: Flow;
  readonly expiresAt: Millis;
}

const LONGEST_S = 3600;

/** The registrar (RFC 3261 §10.3): one binding an extension, the last one wins. */
export class Registrar {
  readonly #settings: ExchangeSettings;
  readonly #doorkeeper: Doorkeeper;
  readonly #bindings = new Map<string, Binding>();

  constructor(settings: ExchangeSettings, doorkeeper = new Doorkeeper(settings)) {
    this.#settings = settings;
    this.#doorkeeper = doorkeeper;
  }

  /** The binding of `user`, while it lasts. */
  find(user: string, now: Millis): Binding | undefined {
    const binding = this.#bindings.get(user);
    return binding !== undefined && binding.expiresAt > now ? binding : undefined;
  }

  /** A phone that the exchange was told of, and that need not register. */
  know(user: string, contact: string, flow: Flow): void {
    this.#bindings.set(user, { user, contact, flow, expiresAt: Number.POSITIVE_INFINITY });
  }

  /** Who registered from `flow`. */
  at(flow: Flow, now: Millis): Binding | undefined {
    for (const binding of this.#bindings.values())
      if (binding.flow.host === flow.host && binding.flow.port === flow.port && binding.expiresAt > now) return binding;
    return undefined;
  }

  /** All bindings that last. */
  all(now: Millis): Binding[] {
    return [...this.#bindings.values()].filter((binding) => binding.expiresAt > now);
  }

  /** The answer to a REGISTER that came over `flow`. */
  register(request: SipRequest, flow: Flow, now: Millis): SipResponse {
    const tag = this.#settings.crypto.hash('MD5', request.headers.list('Via')[0] ?? '').slice(0, 10);
    const salt = `${request.headers.get('Call-ID')} ${request.headers.get('CSeq')}`;
    const admission = this.#doorkeeper.judge(request, 'Authorization', salt, now);
    switch (admission.name) {
      case 'challenged':
        return replyTo(
          request,
          401,
          'Unauthorized',
          tag,
          admission.challenges.map((c) => ['WWW-Authenticate', c]),
        );
      case 'refused':
        return replyTo(request, 403, 'Forbidden', tag);
      case 'admitted':
        return this.#bind(request, admission.user, flow, tag, now);
      default:
        throw admission satisfies never;
    }
  }

  #bind(request: SipRequest, user: string, flow: Flow, tag: string, now: Millis): SipResponse {
    const to = parseNameAddr(request.headers.get('To') ?? '');
    const aor = to.ok ? parseUri(to.value.uri) : undefined;
    // RFC 3261 §10.3 step 4: who may register for this address of record.
    if (aor?.ok !== true || aor.value.user !== user) return replyTo(request, 403, 'Forbidden', tag);
    const value = request.headers.list('Contact')[0];
    if (value === undefined) return this.#registered(request, user, tag, now);
    const general = Number(request.headers.get('Expires') ?? LONGEST_S);
    const contact = value === '*' ? undefined : parseNameAddr(value);
    if (contact?.ok === false) return replyTo(request, 400, 'Bad Contact', tag);
    const own = contact?.value.params.get('expires');
    const seconds = Math.min(own === undefined ? general : Number(own), LONGEST_S);
    if (!Number.isFinite(seconds) || seconds < 0) return replyTo(request, 400, 'Bad Expires', tag);
    if (contact === undefined || seconds === 0) this.#bindings.delete(user);
    else this.#bindings.set(user, { user, contact: contact.value.uri, flow, expiresAt: now + seconds * 1000 });
    return this.#registered(request, user, tag, now);
  }

  #registered(request: SipRequest, user: string, tag: string, now: Millis): SipResponse {
    const binding = this.find(user, now);
    if (binding === undefined) return replyTo(request, 200, 'OK', tag);
    const left = Math.ceil((binding.expiresAt - now) / 1000);
    return replyTo(request, 200, 'OK', tag, [['Contact', `<${binding.contact}>;expires=${left}`]]);
  }
}
