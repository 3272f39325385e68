import type { Millis } from '@switchhook/sans-io';
import { parseNameAddr, parseVia, type SipRequest, type SipResponse } from '@switchhook/sip-core';
import { Doorkeeper } from './doorkeeper.ts';
import { replyTo } from './replies.ts';
import type { ExchangeSettings } from './settings.ts';

/** What an exchange does with a request before it routes it. */
export type Passed =
  | { readonly name: 'pass' }
  | { readonly name: 'reply'; readonly response: SipResponse }
  /** Nothing: an ACK of an answer of our own. */
  | { readonly name: 'swallow' };

/** Stateless checks of both exchange styles: hops, and digest credentials for what begins a dialog. */
export class Gate {
  readonly doorkeeper: Doorkeeper;
  readonly #settings: ExchangeSettings;

  constructor(settings: ExchangeSettings) {
    this.#settings = settings;
    this.doorkeeper = new Doorkeeper(settings);
  }

  judge(request: SipRequest, now: Millis): Passed {
    const tag = this.tagFor(request);
    const reply = (status: number, reason: string, extra: readonly (readonly [string, string])[] = []): Passed =>
      request.method === 'ACK'
        ? { name: 'swallow' }
        : { name: 'reply', response: replyTo(request, status, reason, tag, extra) };
    if (!(Number(request.headers.get('Max-Forwards') ?? 70) > 0)) return reply(483, 'Too Many Hops');
    const to = parseNameAddr(request.headers.get('To') ?? '');
    if (!to.ok) return reply(400, 'Bad To');
    const toTag = to.value.params.get('tag');
    if (request.method === 'ACK' && toTag === tag) return { name: 'swallow' };
    if (toTag !== undefined || request.method === 'ACK' || request.method === 'CANCEL') return { name: 'pass' };
    if (this.#settings.trusts === 'address') return { name: 'pass' };
    const salt = `${request.headers.get('Call-ID')} ${request.headers.get('CSeq')}`;
    const admission = this.doorkeeper.judge(request, 'Proxy-Authorization', salt, now);
    switch (admission.name) {
      case 'admitted':
        return { name: 'pass' };
      case 'refused':
        return reply(403, 'Forbidden');
      case 'challenged':
        return reply(
          407,
          'Proxy Authentication Required',
          admission.challenges.map((c) => ['Proxy-Authenticate', c]),
        );
      default:
        throw admission satisfies never;
    }
  }

  /** The To tag of our own answers: the same for the same request, so that their ACK is known. */
  tagFor(request: SipRequest): string {
    return `x${this.#settings.crypto.hash('MD5', branchKey(request.headers.list('Via')[0])).slice(0, 10)}`;
  }
}

/** CANCEL and the ACK of a failure carry the branch of their INVITE (RFC 3261 §9.1, §17.1.1.3). */
export function branchKey(via: string | undefined): string {
  const parsed = parseVia(via ?? '');
  return parsed.ok ? `${parsed.value.host}:${parsed.value.port} ${parsed.value.branch}` : '';
}
