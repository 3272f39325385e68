import { contactOf, cseqOf, fromOf, fromTagOf, type SipMessage, toOf, toTagOf } from '@switchhook/sip-core';

/** A dialog of an extension, with that phone's own ids, as it was seen on its wire. */
export interface BoardEntry {
  readonly id: string;
  readonly sipCallId: string;
  readonly direction: 'initiator' | 'recipient';
  readonly localTag: string;
  readonly remoteTag: string;
  readonly state: 'trying' | 'early' | 'confirmed' | 'terminated';
  readonly remoteIdentity: string;
  /** Contact of the far end as that phone knows it. */
  readonly remoteTarget: string;
}

/** Who talks with whom, learned from the messages between the exchange and its phones alone. */
export class BusyBoard {
  readonly #byUser = new Map<string, Map<string, BoardEntry>>();
  #count = 0;

  /** The dialogs of an extension that are not over. */
  of(user: string): readonly BoardEntry[] {
    return [...(this.#byUser.get(user)?.values() ?? [])];
  }

  /** A message went between the exchange and the phone of `user`; gives the dialog that it changed. */
  saw(user: string, message: SipMessage, way: 'from' | 'to'): BoardEntry | undefined {
    const sipCallId = message.headers.get('Call-ID') ?? '';
    const entries = this.#byUser.get(user) ?? new Map<string, BoardEntry>();
    const held = entries.get(sipCallId);
    const next = message.kind === 'request' ? this.#request(held, message, way) : answered(held, message, way);
    if (next === undefined || next === held) return undefined;
    this.#byUser.set(user, entries);
    if (next.state === 'terminated') entries.delete(sipCallId);
    else entries.set(sipCallId, next);
    return next;
  }

  #request(
    held: BoardEntry | undefined,
    message: Extract<SipMessage, { kind: 'request' }>,
    way: 'from' | 'to',
  ): BoardEntry | undefined {
    if (message.method === 'BYE') return held === undefined ? undefined : { ...held, state: 'terminated' };
    if (message.method !== 'INVITE' || toTagOf(message) !== undefined || held !== undefined) return held;
    const begins = way === 'from';
    const [near, far] = [fromTagOf(message) ?? '', contactOf(message)?.uri ?? ''];
    return {
      id: `d${++this.#count}`,
      sipCallId: message.headers.get('Call-ID') ?? '',
      direction: begins ? 'initiator' : 'recipient',
      localTag: begins ? near : '',
      remoteTag: begins ? '' : near,
      state: 'trying',
      remoteIdentity: begins ? toOf(message).uri : fromOf(message).uri,
      remoteTarget: begins ? '' : far,
    };
  }
}

function answered(
  held: BoardEntry | undefined,
  message: Extract<SipMessage, { kind: 'response' }>,
  way: 'from' | 'to',
): BoardEntry | undefined {
  const first = held !== undefined && (held.state === 'trying' || held.state === 'early');
  const answers = held?.direction === 'initiator' ? way === 'to' : way === 'from';
  if (!first || !answers || cseqOf(message).method !== 'INVITE' || message.status === 100) return held;
  if (message.status >= 300) return { ...held, state: 'terminated' };
  const tag = toTagOf(message) ?? '';
  const tags = held.direction === 'initiator' ? { remoteTag: tag } : { localTag: tag };
  const target = held.direction === 'initiator' ? (contactOf(message)?.uri ?? '') : held.remoteTarget;
  const state = message.status < 200 ? 'early' : 'confirmed';
  if (held.state === state) return held;
  return { ...held, ...tags, remoteTarget: target, state };
}
