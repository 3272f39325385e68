import { token } from '@switchhook/sans-io';
import type { SipRequest, SubscriptionStatus, UserAgentIn } from '@switchhook/sip-core';
import { Network, Phone, Wire } from './office.ts';

export const LAMP = token<'subscription'>('lamp');
type Wish = Partial<Extract<UserAgentIn, { type: 'subscribe' }>>;

/** A phone and a notifier that says what the test tells it to. */
export class Scene {
  readonly network = new Network(11);
  readonly wire = new Wire(this.network, '192.0.2.9');
  readonly phone: Phone;
  #cseq = 100;

  constructor(
    more: ConstructorParameters<typeof Phone>[4] = {},
    settings: ConstructorParameters<typeof Phone>[5] = {},
  ) {
    this.phone = new Phone(this.network, 'alice', '192.0.2.1', '192.0.2.9', more, settings);
  }

  subscribe(wish: Wish = {}): void {
    this.phone.submit({
      type: 'subscribe',
      subscription: LAMP,
      account: this.phone.account,
      to: 'sip:214@example.com',
      event: 'dialog',
      accept: ['application/dialog-info+xml'],
      ...wish,
    });
    this.network.seconds(0.1);
  }

  get last(): SipRequest {
    return this.wire.request('SUBSCRIBE');
  }

  /** How many SUBSCRIBEs were meant: retransmissions are not counted. */
  get count(): number {
    const all = this.wire.requests('SUBSCRIBE');
    return new Set(all.map(({ headers }) => `${headers.get('Call-ID')} ${headers.get('CSeq')}`)).size;
  }

  answer(status: number, headers: readonly (readonly [string, string])[] = [], toTag = 'n'): void {
    const ok = status < 300 ? { contact: 'sip:n@192.0.2.9' } : {};
    this.wire.answer(this.phone.host, this.last, status, { toTag, ...ok, headers });
    this.network.seconds(0.1);
  }

  notify(state: string, body = 'news', more: { event?: string; tag?: string; fields?: readonly string[] } = {}): void {
    const { headers } = this.last;
    this.wire.say(
      this.phone.host,
      `NOTIFY ${headers.get('Contact')!.replace(/[<>]/g, '')} SIP/2.0`,
      [
        `From: <sip:214@example.com>;tag=${more.tag ?? 'n'}`,
        `To: ${headers.get('From')}`,
        `Call-ID: ${headers.get('Call-ID')}`,
        `CSeq: ${++this.#cseq} NOTIFY`,
        'Contact: <sip:n@192.0.2.9>',
        `Event: ${more.event ?? 'dialog'}`,
        `Subscription-State: ${state}`,
        'Content-Type: application/dialog-info+xml; charset=utf-8',
        ...(more.fields ?? []),
      ],
      body,
    );
    this.network.seconds(0.1);
  }

  /** Subscribed, with the first NOTIFY. */
  up(wish: Wish = {}): void {
    this.subscribe(wish);
    this.answer(200, [['Expires', '600']]);
    this.notify('active;expires=600');
  }

  get status(): SubscriptionStatus {
    return this.phone.last('subscription').status;
  }

  /** The word that the last NOTIFY was answered with. */
  get answered(): number {
    const found = this.wire.heard.findLast(
      (one) => one.kind === 'response' && one.headers.get('CSeq')!.endsWith('NOTIFY'),
    );
    return found?.kind === 'response' ? found.status : 0;
  }

  /** Everything has ended and is forgotten. */
  end(): void {
    this.phone.submit({ type: 'shutdown' });
    this.network.seconds(200);
    this.phone.assertEmpty();
  }
}
