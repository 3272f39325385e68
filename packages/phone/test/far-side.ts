import { token } from '@switchhook/sans-io';
import { SeededRandom } from '@switchhook/sans-io/testing';
import type { AccountId, CallId, Peer, ReferId } from '@switchhook/sip-core';
import {
  initialPhone,
  type PhoneEffect,
  type PhoneEvent,
  type PhoneSettings,
  type PhoneState,
  phone,
  phoneSettings,
  type Settlement,
} from '../src/index.ts';
import type { Intent } from '../src/intent.ts';

export const account = token<'account'>('desk') as AccountId;
export const call = (id: string): CallId => token<'call'>(id);
export const refer = (id: string): ReferId => token<'refer'>(id);

export function peer(user: string, display?: string): Peer {
  return {
    party: { uri: `sip:${user}@pbx.test`, verified: true, ...(display === undefined ? {} : { display }) },
    target: `sip:${user}@192.0.2.7:5060`,
    allow: undefined,
    supported: undefined,
    gruu: false,
    focus: false,
  };
}

export function dialog(name: string) {
  return { sipCallId: `${name}@pbx.test`, localTag: `l-${name}`, remoteTag: `r-${name}` };
}

export function settings(wishes: Partial<PhoneSettings> = {}): PhoneSettings {
  return phoneSettings({
    accounts: [{ id: account, user: '1000', domain: 'pbx.test', transport: 'udp', register: true }],
    ...wishes,
  });
}

/** A phone on a bench: events in, effects kept, timers and tickets counted. */
export class Bench {
  state: PhoneState;
  now = 0;
  readonly effects: PhoneEffect[] = [];
  readonly timers = new Map<string, number>();
  readonly settled = new Map<string, Settlement>();
  /** Effects of the last `tell`. */
  last: readonly PhoneEffect[] = [];
  #tickets = 0;

  constructor(wishes: Partial<PhoneSettings> = {}, registered = true) {
    this.state = initialPhone(settings(wishes));
    if (registered) {
      this.tell({
        type: 'registration',
        account,
        state: { name: 'registered', expiresAt: 3e6, contact: 'sip:1000@192.0.2.1' },
      });
    }
  }

  tell(event: PhoneEvent): readonly PhoneEffect[] {
    const step = phone(this.state, event, this.now);
    this.state = step.state;
    this.last = step.effects;
    for (const effect of step.effects) {
      this.effects.push(effect);
      if (effect.type === 'set-timer') this.timers.set(effect.timer, this.now + effect.afterMs);
      if (effect.type === 'clear-timer') this.timers.delete(effect.timer);
      if (effect.type === 'settle') {
        if (this.settled.has(effect.ticket)) throw new Error(`ticket ${effect.ticket} settled twice`);
        this.settled.set(effect.ticket, effect.outcome);
      }
    }
    return step.effects;
  }

  /** Want something; the ticket that was given. */
  want(intent: Intent): string {
    this.#tickets += 1;
    const ticket = token<'ticket'>(`k-${this.#tickets}`);
    this.tell({ type: 'intent', intent, ticket });
    return ticket;
  }

  get ticketCount(): number {
    return this.#tickets;
  }

  outcome(ticket: string): string | undefined {
    const settled = this.settled.get(ticket);
    return settled?.name === 'failed' ? settled.error.code : settled?.name;
  }

  /** Let time pass, firing what is due. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      let first: [string, number] | undefined;
      for (const each of this.timers) if (each[1] <= end && (first === undefined || each[1] < first[1])) first = each;
      if (first === undefined) break;
      this.now = Math.max(this.now, first[1]);
      this.timers.delete(first[0]);
      this.tell({ type: 'timer', timer: first[0] as never });
    }
    this.now = end;
  }

  phase(id: string): string | undefined {
    return this.state.calls.find((each) => each.id === id)?.phase.name;
  }

  has(type: PhoneEffect['type'], fields: Record<string, unknown> = {}): boolean {
    return this.last.some(
      (effect) =>
        effect.type === type &&
        Object.entries(fields).every(([name, value]) => (effect as unknown as Record<string, unknown>)[name] === value),
    );
  }

  notices(): readonly string[] {
    return this.effects.flatMap((effect) => (effect.type === 'notice' ? [effect.notice.event_type] : []));
  }

  /** A caller rings; `id` as the user agent minted it. */
  ring(id: string, user = '2001', display?: string): void {
    this.tell({ type: 'incoming', call: call(id), account, peer: peer(user, display), trusted: true });
  }

  /** A call that was answered or dialled is up. */
  up(id: string, user = '2001', display?: string): void {
    this.tell({ type: 'answered', call: call(id), dialog: dialog(id), peer: peer(user, display) });
  }

  held(id: string): void {
    this.tell({ type: 'held', call: call(id) });
  }

  resumed(id: string): void {
    this.tell({ type: 'resumed', call: call(id) });
  }

  end(id: string, status?: number, by: 'remote' | 'local' = 'remote'): void {
    const cause = status === undefined ? ({ by, how: 'bye' } as const) : ({ by, how: 'response', status } as const);
    this.tell({ type: 'ended', call: call(id), cause });
  }

  /** Digits, one key after the other. */
  dial(digits: string): void {
    for (const digit of digits) this.want({ verb: 'key.digit', digit });
  }

  /** A caller `a` who talks to the person. */
  talking(id = 'a', user = '2001', display?: string): void {
    this.ring(id, user, display);
    this.want({ verb: 'hook.lift' });
    this.up(id, user, display);
  }

  /** As `talking`, then Transfer, held, digits and `#`, answered: talking with the target. Its call id. */
  consulting(to = '9999'): string {
    this.talking();
    this.want({ verb: 'key.transfer' });
    this.held('a');
    this.dial(`${to}#`);
    const target = this.target();
    this.tell({ type: 'progress', call: call(target), status: 180 });
    this.up(target, to);
    return target;
  }

  /** The target call of the transfer that was started last. */
  target(): string {
    const target = this.state.transfers.at(-1)?.pair.target;
    if (target === undefined) throw new Error('no transfer');
    return target;
  }
}

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
        { type: 'digit', call: some, digit: '5' },
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
        { type: 'message-waiting', waiting: r.chance(0.5) },
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
    { verb: 'transfer.blind', to: '9999', ...someCall },
    { verb: 'settings.set', key: random.pick(['dnd', 'route', 'nonsense', '__proto__']), value: random.chance(0.5) },
    { verb: 'system.reregister' },
    { verb: 'key.digit', digit: random.pick([...'0123456789*#x']) },
    { verb: 'key.digit', digit: '5' },
    { verb: 'key.line', line: random.below(4) },
    { verb: 'key.line', line: 1 },
    { verb: 'key.hold' },
    { verb: 'key.transfer' },
    { verb: 'key.transfer' },
    { verb: 'key.transfer-long' },
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
