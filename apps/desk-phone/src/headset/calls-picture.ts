import type { GatewayCall, GatewayPicture } from '@switchhook/bt-headset';
import { type Call, isRegistered, type PhoneState } from '@switchhook/phone';
import type { CallId } from '@switchhook/sip-core';

/** What a headset is shown of the phone; remembers which call has which index. */
export class CallsPicture {
  readonly #memory: readonly string[];
  readonly #indexes = new Map<CallId, number>();

  /** `memory`: the numbers of `ATD>n;`, in order. */
  constructor(memory: readonly string[] = []) {
    this.#memory = memory;
  }

  /** The phone as it is now. */
  of(state: PhoneState): GatewayPicture {
    const shown = state.calls.flatMap((call) => {
      const place = placeOf(state, call);
      return place === undefined ? [] : [{ call, place }];
    });
    this.#keepIndexes(shown.map(({ call }) => call.id));
    const alone = shown.every(({ place }) => place === 'ringing');
    const [account] = state.settings.accounts;
    const registered = isRegistered(state);
    return {
      calls: shown.map(({ call, place }) => ({
        index: this.#indexes.get(call.id)!,
        direction: call.direction,
        state: place === 'ringing' ? (alone ? 'incoming' : 'waiting') : place,
        number: call.number,
        ...(call.peer?.party.display === undefined ? {} : { name: call.peer.party.display }),
        multiparty: call.phase.name === 'joined',
      })),
      service: registered,
      signal: registered ? 5 : 0,
      roam: false,
      battery: 5,
      operator: account?.domain ?? '',
      ...(account === undefined ? {} : { ownNumber: account.user }),
      memory: this.#memory,
    };
  }

  /** The call that an index means now. */
  callOf(index: number): CallId | undefined {
    for (const [id, its] of this.#indexes) if (its === index) return id;
    return undefined;
  }

  /** A call keeps its index while it lives; a new one takes the lowest that is free (HFP 1.8 §4.33.1). */
  #keepIndexes(ids: readonly CallId[]): void {
    for (const id of [...this.#indexes.keys()]) if (!ids.includes(id)) this.#indexes.delete(id);
    for (const id of ids) {
      if (this.#indexes.has(id)) continue;
      const taken = new Set(this.#indexes.values());
      let index = 1;
      while (taken.has(index)) index++;
      this.#indexes.set(id, index);
    }
  }
}

type Place = Exclude<GatewayCall['state'], 'incoming' | 'waiting'> | 'ringing';

/** Where a headset sees the call; undefined = not at all: it is over, or takes another one's place. */
function placeOf(state: PhoneState, call: Call): Place | undefined {
  switch (call.phase.name) {
    case 'dialing':
      return 'dialing';
    case 'ringback':
      return 'alerting';
    case 'ringing':
      return call.replaces === undefined ? 'ringing' : undefined;
    case 'connecting':
    case 'talking':
    case 'holding':
      return 'active';
    case 'held':
    case 'resuming':
      return isHandedOver(state, call.id) ? undefined : 'held';
    case 'joined':
      return call.phase.mode === 'conference' ? 'active' : 'held';
    case 'ending':
      return undefined;
    default:
      call.phase satisfies never;
      throw new Error('unknown phase');
  }
}

/** The transfer is done: this call only waits for its BYE. */
function isHandedOver({ transfers }: PhoneState, id: CallId): boolean {
  return transfers.some(
    ({ machine, pair }) => machine.name === 'settling' && (pair.caller === id || pair.target === id),
  );
}
