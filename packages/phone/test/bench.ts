import { token } from '@switchhook/sans-io';
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
        Object.entries(fields).every(([name, value]) =>
          same((effect as unknown as Record<string, unknown>)[name], value),
        ),
    );
  }

  /** The calls that microphone and ear are connected to, `a` or `a+b`; undefined = none. */
  get ear(): string | undefined {
    const { connect } = this.state.sounds;
    return connect.length === 0 ? undefined : connect.join('+');
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

function same(is: unknown, wanted: unknown): boolean {
  return Array.isArray(is) && Array.isArray(wanted) ? is.join() === wanted.join() : is === wanted;
}
