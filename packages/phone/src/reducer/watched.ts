import type { AccountId } from '@switchhook/sip-core';
import { pickupReplaces, type WatchedDialog } from '@switchhook/transfer';
import type { BlfState } from '../control/protocol.ts';
import type { HouseEvent } from './door.ts';
import type { Draft } from './draft.ts';
import { accountOf, canCall, uriFor, userOf } from './inquiry.ts';
import type { Goal, PhoneState } from './state.ts';

/** What waits in a voice mailbox (RFC 3842). */
export interface Mailbox {
  readonly waiting: boolean;
  /** New messages, urgent ones among them. */
  readonly new: number;
  readonly old: number;
  readonly urgentNew: number;
  /** URI of the mailbox, as Message-Account names it. */
  readonly account?: string;
}

/** A key of the busy lamp field. */
export interface BlfKey {
  /** Number or URI: what it watches and dials. */
  readonly target: string;
  readonly label: string;
  /** At whose exchange; absent = the first account. */
  readonly account?: AccountId;
  /** An extension, a place where calls are parked (a call there is `parked`, not `busy`), or a number to dial: not watched. */
  readonly kind: 'line' | 'park' | 'dial';
}

/** How a call that rings elsewhere is taken: by Replaces at the caller's phone or at the exchange, or by a feature code. */
export type PickupRule =
  | { readonly name: 'caller' }
  | { readonly name: 'exchange' }
  /** Dialled with the extension behind it, `**` or `*8`. */
  | { readonly name: 'code'; readonly code: string };

/** The call that rings at a watched extension, as dialog-info tells it (RFC 4235). */
export interface RingingElsewhere {
  readonly dialog: WatchedDialog;
  /** URI of the caller's phone, its target before its identity; undefined = it was not told. */
  readonly caller: string | undefined;
}

/** How the extension of a BLF key is. */
export interface Watched {
  readonly state: BlfState;
  readonly ringing?: RingingElsewhere;
}

const unknown: Watched = { state: 'unknown' };

/** How the extension of key `n` is; nobody is known whose exchange cannot be reached. */
export function watched(state: PhoneState, n: number, key: BlfKey): Watched {
  const is = state.blf[n];
  const account = watcher(state, key);
  return is === undefined || account === undefined || !canCall(state, account) ? unknown : is;
}

/** Whether any mailbox has something new. */
export function messagesWait({ mailboxes }: PhoneState): boolean {
  for (const account in mailboxes) if (mailboxes[account]?.waiting) return true;
  return false;
}

/** Take news of a mailbox or an extension. */
export function watchedStep(d: Draft, event: Extract<HouseEvent, { type: 'mailbox' | 'blf' }>): void {
  const { state } = d;
  if (event.type === 'mailbox') {
    if (accountOf(state, event.account) === undefined) return;
    const { [event.account]: _, ...others } = state.mailboxes;
    d.set({ mailboxes: event.mailbox === undefined ? others : { ...others, [event.account]: event.mailbox } });
    return;
  }
  const key = state.settings.blf[event.n - 1];
  if (key === undefined) return;
  const occupied = event.state === 'busy' || event.state === 'held';
  const is = key.kind === 'park' && occupied ? 'parked' : event.state;
  const { ringing } = event;
  d.set({ blf: { ...state.blf, [event.n]: { state: is, ...(ringing === undefined ? {} : { ringing }) } } });
}

/** Whether a call rings at any watched extension that could be taken from here. */
export function pickable(state: PhoneState): boolean {
  return state.settings.blf.some((_, i) => pickup(state, i + 1) !== undefined);
}

/** How the call that rings at the extension of key `n` is taken; undefined = there is none, or no way to it. */
export function pickup(state: PhoneState, n: number): Extract<Goal, { name: 'dial' }> | undefined {
  const key = state.settings.blf[n - 1];
  const account = key === undefined ? undefined : watcher(state, key);
  if (key === undefined || account === undefined) return undefined;
  const { state: is, ringing } = watched(state, n, key);
  if (is !== 'ringing') return undefined;
  const rule = account.pickup ?? { name: 'caller' };
  const dial = { name: 'dial', account: account.id, line: undefined } as const;
  switch (rule.name) {
    case 'code':
      return { ...dial, to: `${rule.code}${userOf(uriFor(account, key.target))}` };
    case 'caller':
    case 'exchange': {
      if (ringing === undefined) return undefined;
      const aim = rule.name === 'caller' ? 'remote' : 'watched';
      const replaces = pickupReplaces(ringing.dialog, aim);
      const to = aim === 'watched' ? uriFor(account, key.target) : ringing.caller;
      return replaces === undefined || to === undefined ? undefined : { ...dial, to, replaces };
    }
    default:
      rule satisfies never;
      throw new Error('unknown way to pick up');
  }
}

/** What the voicemail key dials: a mailbox with news before one without, the configured number before the exchange's. */
export function mailboxToCall(state: PhoneState): { readonly to: string; readonly account: AccountId } | undefined {
  const boxes = state.settings.accounts.flatMap((account) => {
    const box = state.mailboxes[account.id];
    const to = account.mailbox ?? box?.account;
    return to === undefined ? [] : [{ to, account: account.id, waiting: box?.waiting === true }];
  });
  return boxes.find((box) => box.waiting) ?? boxes[0];
}

/** The account that watches the extension of a key. */
function watcher(state: PhoneState, key: BlfKey) {
  return key.account === undefined ? state.settings.accounts[0] : accountOf(state, key.account);
}
