import { token } from '@switchhook/sans-io';
import { SeededRandom } from '@switchhook/sans-io/testing';
import type { CallId } from '@switchhook/sip-core';
import type { PhoneEffect, PhoneEvent } from '../src/index.ts';
import type { Intent } from '../src/intent.ts';
import { account, call, dialog, peer, refer } from './bench.ts';

/**
 * A far side that answers what the phone asks for, sooner or later, one way or another, and that does things of its own
 * accord: the user agent as the reducer sees it. Nonsense included.
 */
export class FarSide {
  readonly random: SeededRandom;
  readonly #due: PhoneEvent[] = [];
  readonly #live = new Set<string>();
  #count = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  get idle(): boolean {
    return this.#due.length === 0 && this.#live.size === 0;
  }

  /** What the phone wants: the answers are due. */
  take(effects: readonly PhoneEffect[]): void {
    const r = this.random;
    for (const effect of effects) {
      switch (effect.type) {
        case 'dial':
          this.#live.add(effect.call);
          if (r.chance(0.8)) this.#due.push({ type: 'progress', call: effect.call, status: 180 });
          if (r.chance(0.7))
            this.#due.push({ type: 'answered', call: effect.call, dialog: dialog(effect.call), peer: peer('9') });
          else this.#due.push(this.#ended(effect.call, r.pick([486, 404, 480, 603])));
          break;
        case 'answer':
          this.#due.push({ type: 'answered', call: effect.call, dialog: dialog(effect.call), peer: peer('2') });
          break;
        case 'reject':
        case 'hangup':
          this.#due.push({ type: 'ended', call: effect.call, cause: { by: 'local', how: 'bye' } });
          break;
        case 'hold':
          this.#due.push(
            r.chance(0.85)
              ? { type: 'held', call: effect.call }
              : { type: 'hold-refused', call: effect.call, status: r.pick([488, 491, 481, 500]), phrase: 'No' },
          );
          break;
        case 'resume':
          this.#due.push(
            r.chance(0.85)
              ? { type: 'resumed', call: effect.call }
              : { type: 'resume-refused', call: effect.call, status: r.pick([488, 491, 481]), phrase: 'No' },
          );
          break;
        case 'refer': {
          const status = r.pick([202, 202, 200, 403, 405, 491, 481]);
          this.#due.push({
            type: 'refer-answered',
            refer: effect.refer,
            status,
            phrase: 'x',
            withoutSubscription: r.chance(0.1),
          });
          if (status < 300 && r.chance(0.8)) {
            this.#due.push({
              type: 'refer-notified',
              refer: effect.refer,
              status: r.pick([100, 200, 200, 486, 503, undefined]),
              phrase: 'x',
              subscription: r.pick(['active', 'terminated'] as const),
            });
          }
          break;
        }
        default:
      }
    }
  }

  #ended(id: CallId, status?: number): PhoneEvent {
    return {
      type: 'ended',
      call: id,
      cause: status === undefined ? { by: 'remote', how: 'bye' } : { by: 'remote', how: 'response', status },
    };
  }

  /** The next thing to happen: an answer that is due (mostly in order), or something of its own accord. */
  next(own: number): PhoneEvent | undefined {
    const r = this.random;
    if (r.chance(own)) {
      const known = [...this.#live].map((id) => call(id));
      const some = known.length > 0 && r.chance(0.9) ? r.pick(known) : call(`ghost-${r.below(3)}`);
      if (r.chance(0.35)) {
        this.#count += 1;
        const id = call(`in-${this.#count}`);
        this.#live.add(id);
        const replaces = r.chance(0.15) ? { replaces: { call: some, early: r.chance(0.2) } } : {};
        return {
          type: 'incoming',
          call: id,
          account,
          peer: peer(String(2000 + this.#count)),
          trusted: r.chance(0.8),
          ...replaces,
        };
      }
      return r.pick<PhoneEvent>([
        this.#ended(some),
        this.#ended(some),
        { type: 'peer-held', call: some, on: r.chance(0.5) },
        { type: 'flowing', call: some },
        { type: 'digit', call: some, digit: '5', info: r.chance(0.5) },
        { type: 'peer-changed', call: some, peer: peer('777', 'Somebody Else') },
        { type: 'negotiated', call: some, codec: 'PCMU', secure: 'no' },
        { type: 'held', call: some },
        { type: 'resumed', call: some },
        { type: 'hold-refused', call: some, status: 488, phrase: 'No' },
        { type: 'resume-refused', call: some, status: 488, phrase: 'No' },
        { type: 'progress', call: some, status: 183 },
        {
          type: 'refer-notified',
          refer: refer('t-1.1'),
          status: r.pick([200, 486, undefined]),
          phrase: '',
          subscription: 'terminated',
        },
        { type: 'refer-answered', refer: refer('t-99.x'), status: 202, phrase: '', withoutSubscription: false },
        {
          type: 'refer-requested',
          refer: refer(`rr-${r.below(100)}`),
          call: some,
          account,
          referTo: '<sip:1@2>',
          trusted: true,
        },
        { type: 'route-lost', route: 'headset' },
        { type: 'route-found', route: 'headset' },
        { type: 'mailbox', account, mailbox: r.pick([undefined, { waiting: true, new: 1, old: 2, urgentNew: 0 }]) },
        { type: 'blf', n: 1 + r.below(3), state: r.pick(['idle', 'busy', 'unknown']) },
        { type: 'blf', n: 1, state: 'ringing', ringing: { dialog: dialog('elsewhere'), caller: 'sip:3000@pbx.test' } },
        { type: 'refusal', text: 'No' },
      ]);
    }
    return this.#shift();
  }

  #shift(): PhoneEvent | undefined {
    const at = this.random.chance(0.8) ? 0 : this.random.below(this.#due.length);
    const [event] = this.#due.splice(at, 1);
    return event;
  }

  /** `ended` was told: forget the call. */
  told(event: PhoneEvent): void {
    if (event.type === 'ended') this.#live.delete(event.call);
  }

  /** Somebody calls. */
  caller(): PhoneEvent {
    this.#count += 1;
    const id = call(`in-${this.#count}`);
    this.#live.add(id);
    return { type: 'incoming', call: id, account, peer: peer(String(2000 + this.#count)), trusted: true };
  }

  /** Everything that is owed. */
  rest(): PhoneEvent | undefined {
    return this.#due.shift();
  }

  /** Calls that the far side believes to be there. */
  get calls(): readonly CallId[] {
    return [...this.#live].map((id) => call(id));
  }
}

export const everyIntent = (random: SeededRandom, calls: readonly string[], transfers: readonly string[]): Intent => {
  const someCall =
    random.chance(0.6) && calls.length > 0
      ? { callId: call(random.pick(calls)) }
      : random.chance(0.1)
        ? { callId: call('nobody') }
        : {};
  const someTransfer =
    random.chance(0.6) && transfers.length > 0
      ? { transferId: token<'transfer'>(random.pick(transfers)) }
      : random.chance(0.1)
        ? { transferId: token<'transfer'>('t-404') }
        : {};
  return random.pick<Intent>([
    { verb: 'call.dial', to: random.pick(['9999', '112', '', 'sip:x@y', '\u0000']) },
    { verb: 'call.dial', to: '214', line: random.below(4) },
    { verb: 'call.answer', ...someCall },
    { verb: 'call.reject', ...someCall },
    { verb: 'call.hangup', ...someCall },
    { verb: 'call.hold', ...someCall },
    { verb: 'call.resume', ...someCall },
    { verb: 'call.swap' },
    { verb: 'call.dtmf', digits: random.pick(['1', 'x', '']), ...someCall },
    { verb: 'call.mute' },
    { verb: 'audio.route', route: random.pick(['handset', 'headset', 'speaker'] as const) },
    { verb: 'audio.volume', percent: random.below(140) },
    { verb: 'transfer.start', to: '9999', ...someCall },
    { verb: 'transfer.start', ...someCall },
    { verb: 'transfer.complete', ...someTransfer },
    { verb: 'transfer.cancel', ...someTransfer },
    { verb: 'transfer.swap', ...someTransfer },
    { verb: 'transfer.merge', ...someTransfer },
    { verb: 'transfer.bridge', ...someTransfer },
    { verb: 'transfer.blind', to: '9999', ...someCall },
    { verb: 'settings.set', key: random.pick(['dnd', 'route', 'nonsense', '__proto__']), value: random.chance(0.5) },
    { verb: 'system.reregister' },
    { verb: 'key.digit', digit: random.pick([...'0123456789*#x']) },
    { verb: 'key.digit', digit: '5' },
    { verb: 'key.line', line: random.below(4) },
    { verb: 'key.line', line: 1 },
    { verb: 'key.hold' },
    { verb: 'key.hold-long' },
    { verb: 'key.line-long', line: random.below(4) },
    { verb: 'key.cancel-long' },
    { verb: 'key.cancel-long' },
    { verb: 'key.redial-long' },
    { verb: 'key.blf-long', n: random.below(3) },
    { verb: 'key.blf', n: random.below(3) },
    { verb: 'key.voicemail' },
    { verb: 'key.transfer' },
    { verb: 'key.transfer' },
    { verb: 'key.transfer-long' },
    { verb: 'key.conference' },
    { verb: 'key.cancel' },
    { verb: 'key.redial' },
    { verb: 'key.mute' },
    { verb: 'key.dnd' },
    { verb: 'key.send' },
    { verb: 'hook.lift' },
    { verb: 'hook.lift' },
    { verb: 'hook.put-down' },
    { verb: 'hook.flash' },
    { verb: 'headset.short' },
    { verb: 'headset.long' },
    { verb: 'headset.double' },
    { verb: 'headset.triple' },
    { verb: 'headset.redial' },
  ]);
};
