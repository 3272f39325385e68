import { token } from '@switchhook/sans-io';
import {
  type AccountId,
  DIALOG_INFO,
  type DialogInfoEntry,
  type DialogWatch,
  MESSAGE_SUMMARY,
  parseDialogInfo,
  parseMessageSummary,
  phoneOf,
  type RegistrationState,
  type SubscribeIn,
  type SubscriptionId,
  type SubscriptionOut,
  type SubscriptionStatus,
  watchDialogs,
} from '@switchhook/sip-core';
import type { PhoneEvent, PhoneSettings } from '../reducer/door.ts';
import { recordOf, uriFor } from '../reducer/inquiry.ts';
import type { Mailbox, RingingElsewhere } from '../reducer/watched.ts';

/** What watches act upon. */
export interface WatchPorts {
  readonly settings: PhoneSettings;
  /** Hand the user agent one input. */
  readonly sip: (input: SubscribeIn) => void;
  /** Tell the phone; queued behind what it is doing. */
  readonly tell: (event: PhoneEvent) => void;
  /** Something odd, for the journal. */
  readonly note: (word: string, detail: string) => void;
}

type Order = Extract<SubscribeIn, { type: 'subscribe' }>;

/** One thing that is watched: a mailbox, or the extension of BLF key `n`. */
interface Watch {
  readonly order: Order;
  readonly of: { readonly name: 'mailbox' } | { readonly name: 'blf'; readonly n: number };
  dialogs: DialogWatch | undefined;
  /** What the phone was told last, to tell it nothing twice. */
  told: string;
}

/**
 * Mailboxes and busy lamps between the phone, which thinks in their states, and the user agent, which carries bodies. Each
 * is subscribed to once its account is registered, and again with every registration that was not there before.
 */
export class Watches {
  readonly #ports: WatchPorts;
  readonly #watches = new Map<SubscriptionId, Watch>();
  /** Those that the other side knows of, or may. */
  readonly #open = new Set<SubscriptionId>();
  /** The Contact under which an account is registered: with another one the other side must learn of it. */
  readonly #contacts = new Map<AccountId, string>();

  constructor(ports: WatchPorts) {
    this.#ports = ports;
    const { accounts, blf } = ports.settings;
    for (const account of accounts) {
      if (account.mwi !== 'subscribe' && account.mwi !== 'both') continue;
      const to = recordOf(account);
      this.#add({ name: 'mailbox' }, `mwi-${account.id}`, account.id, to, 'message-summary', MESSAGE_SUMMARY);
    }
    for (const [i, key] of blf.entries()) {
      const account = key.account === undefined ? accounts[0] : accounts.find(({ id }) => id === key.account);
      if (account === undefined || key.kind === 'dial') continue;
      const to = uriFor(account, key.target);
      this.#add({ name: 'blf', n: i + 1 }, `blf-${i + 1}`, account.id, to, 'dialog', DIALOG_INFO);
    }
  }

  #add(of: Watch['of'], name: string, account: AccountId, to: string, event: string, accept: string): void {
    const subscription = token<'subscription'>(name);
    const order: Order = { type: 'subscribe', subscription, account, to, event, accept: [accept] };
    this.#watches.set(subscription, { order, of, dialogs: undefined, told: '' });
  }

  /** How many subscriptions still have an end to come. */
  get size(): number {
    return this.#open.size;
  }

  /** Subscribe to all that `account` watches, or ask anew where that is done. */
  ask(account: AccountId): void {
    for (const { order } of this.#watches.values()) if (order.account === account) this.#ports.sip(order);
  }

  /** With the next registration everything is asked anew, even what was refused. */
  forget(): void {
    this.#contacts.clear();
  }

  /** A registration has moved. */
  registration(account: AccountId, state: RegistrationState): void {
    if (state.name === 'registering') return;
    if (state.name !== 'registered') {
      this.#contacts.delete(account);
      return;
    }
    if (this.#contacts.get(account) === state.contact) return;
    this.#contacts.set(account, state.contact);
    this.ask(account);
  }

  /** Take one event of the user agent and tell the phone what it means. */
  take(event: SubscriptionOut): void {
    if (event.type === 'notified-unasked') {
      if (event.event === 'message-summary') this.#mailbox(undefined, event.account, event.contentType, event.body);
      return;
    }
    const watch = this.#watches.get(event.subscription);
    if (watch === undefined) return;
    if (event.type === 'subscription') this.#moved(watch, event.status);
    else if (watch.of.name === 'mailbox') this.#mailbox(watch, watch.order.account, event.contentType, event.body);
    else {
      if (event.anew) watch.dialogs = undefined;
      this.#dialogs(watch, watch.of.n, event.contentType, event.body);
    }
  }

  /** Whom nobody tells of any more is unknown: a lamp that is stale would be worse than none (features.md pain 17). */
  #moved(watch: Watch, status: SubscriptionStatus): void {
    const { to, account, subscription } = watch.order;
    if (status.name === 'ended' || status.name === 'over') this.#open.delete(subscription);
    else this.#open.add(subscription);
    if (status.name === 'waiting' || status.name === 'over') {
      const why = [status.why, status.status, status.phrase].filter((word) => word !== undefined).join(' ');
      this.#ports.note('subscription', `${to}: ${status.name}, ${why}`);
    }
    if (status.name === 'active' || (status.name === 'over' && status.why === 'invariant')) return;
    watch.dialogs = undefined;
    if (watch.of.name === 'blf') this.#tell(watch, { type: 'blf', n: watch.of.n, state: 'unknown' });
    else if (watch.told !== '') this.#tell(watch, { type: 'mailbox', account, mailbox: undefined });
  }

  #mailbox(watch: Watch | undefined, account: AccountId, contentType: string, body: string): void {
    const read = contentType === MESSAGE_SUMMARY ? parseMessageSummary(body) : undefined;
    if (read?.ok !== true) {
      this.#ports.note('bad-message-summary', read?.fault ?? contentType);
      return;
    }
    const { waiting, counts, account: uri } = read.value;
    const { new: fresh, old, urgentNew } = counts.get('voice-message') ?? { new: 0, old: 0, urgentNew: 0 };
    const mailbox: Mailbox = { waiting, new: fresh, old, urgentNew, ...(uri === undefined ? {} : { account: uri }) };
    this.#tell(watch, { type: 'mailbox', account, mailbox });
  }

  #dialogs(watch: Watch, n: number, contentType: string, body: string): void {
    const read = contentType === DIALOG_INFO ? parseDialogInfo(body) : undefined;
    if (read?.ok !== true) {
      this.#ports.note('bad-dialog-info', `blf ${n}: ${read?.fault ?? contentType}`);
      return;
    }
    const step = watchDialogs(watch.dialogs, read.value);
    watch.dialogs = step.watch;
    if (step.gap) this.#ports.sip(watch.order);
    if (step.watch === undefined) return;
    const { state, ringing } = phoneOf(step.watch);
    const found = ringing === undefined ? undefined : elsewhere(ringing);
    this.#tell(watch, { type: 'blf', n, state, ...(found === undefined ? {} : { ringing: found }) });
  }

  #tell(watch: Watch | undefined, event: PhoneEvent): void {
    const told = JSON.stringify(event);
    if (watch?.told === told) return;
    if (watch !== undefined) watch.told = told;
    this.#ports.tell(event);
  }
}

/** The call as somebody who wants to take it must know it. */
function elsewhere({ sipCallId, localTag, remoteTag = '', remote }: DialogInfoEntry): RingingElsewhere | undefined {
  if (sipCallId === undefined || localTag === undefined) return undefined;
  return { dialog: { sipCallId, localTag, remoteTag }, caller: remote.target ?? remote.identity };
}
