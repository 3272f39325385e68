import type { MediaEvent } from '@switchhook/rtp-media';
import { token } from '@switchhook/sans-io';
import { type CallId, Shell, type UserAgentEvent } from '@switchhook/sip-core';
import type { CommandError, PhoneNotice, Snapshot } from '../control/protocol.ts';
import type { Intent, Origin } from '../intent.ts';
import type { PhoneEffect, PhoneEvent, PhoneTimer, Settlement, Ticket } from '../reducer/door.ts';
import { phone } from '../reducer/phone.ts';
import { initialPhone } from '../reducer/settings.ts';
import type { PhoneState } from '../reducer/state.ts';
import { Admission, hears } from './admission.ts';
import { CallLog } from './call-log.ts';
import { CallSessions } from './call-sessions.ts';
import { intentEntry, type JournalEntry } from './journal.ts';
import { keyNotice } from './key-notice.ts';
import { NamedAlarms } from './named-alarms.ts';
import { Picture } from './picture.ts';
import type { RuntimeListener, RuntimeOptions } from './runtime-options.ts';
import { performSound } from './sound-effects.ts';
import { Watches } from './watches.ts';

export type { RuntimeListener, RuntimeOptions } from './runtime-options.ts';

type Errand =
  | { readonly from: 'phone'; readonly event: PhoneEvent }
  | { readonly from: 'sip'; readonly event: UserAgentEvent }
  | { readonly from: 'media'; readonly event: MediaEvent | { readonly type: 'late'; readonly call: CallId } };

interface Wait {
  readonly origin: Origin;
  readonly done: ((outcome: Settlement) => void) | undefined;
}

/**
 * The one runtime: takes one event at a time, lets the reducer decide, performs the effects in their order, publishes.
 *
 * ```
 *  submit(intent, origin) ─► admission ─┐
 *  user agent ─► offer/answer ──────────┼─► queue ─► phone() ─► effects ─► user agent, media, timers, tickets
 *  media worker, timers ────────────────┘                  └─► picture ─► listeners
 * ```
 *
 * It knows no socket, no thread and no real clock: the app, the library face and the lab give it theirs.
 */
export class Runtime {
  readonly #options: RuntimeOptions;
  readonly #admission: Admission;
  readonly #sessions: CallSessions;
  readonly #watches: Watches;
  readonly #shell: Shell;
  readonly #picture: Picture;
  readonly #calls: CallLog;
  readonly #queue: Errand[] = [];
  readonly #timers: NamedAlarms<PhoneTimer>;
  readonly #waits = new Map<Ticket, Wait>();
  readonly #listeners = new Set<RuntimeListener>();
  readonly #notices: PhoneNotice[] = [];
  readonly #alarms: string[] = [];
  #state: PhoneState;
  #busy = false;
  #closed = false;
  #ticketCount = 0;

  constructor(options: RuntimeOptions) {
    this.#options = options;
    const { clock, media, transport, userAgent, random, wall } = options;
    this.#state = initialPhone(options.settings, options.kept);
    this.#admission = new Admission(options.remote ?? { numbers: [], dialsPerHour: 60 });
    this.#picture = new Picture(wall, () => clock.now());
    this.#calls = new CallLog(wall);
    this.#timers = new NamedAlarms(clock, (timer) => this.#enqueue({ from: 'phone', event: { type: 'timer', timer } }));
    this.#sessions = new CallSessions({
      media,
      random,
      sip: (input) => this.#shell.submit(input),
      tell: (event) => this.#queue.push({ from: 'phone', event }),
      codecs: options.codecs ?? (() => ['PCMU', 'PCMA']),
      srtp: options.srtp ?? (() => undefined),
      ptimeMs: options.ptimeMs ?? 20,
      clock,
      late: (call) => this.#enqueue({ from: 'media', event: { type: 'late', call } }),
    });
    this.#watches = new Watches({
      settings: options.settings,
      sip: (input) => this.#shell.submit(input),
      tell: (event) => this.#queue.push({ from: 'phone', event }),
      note: (word, detail) => this.#journal({ type: 'note', from: 'sip', word, detail }),
    });
    this.#shell = new Shell(userAgent, {
      clock,
      transport,
      onEvent: (event) => this.#enqueue({ from: 'sip', event }),
      ...(options.strict === true
        ? {}
        : { onBug: (bug, input) => this.#contain(bug, `user agent: ${input?.type ?? 'wake'}`) }),
    });
    media.onEvent = (event) => this.#enqueue({ from: 'media', event });
  }

  /** Register the accounts that are to be registered; what the others watch is asked for at once. */
  start(): void {
    for (const account of this.#options.settings.accounts) {
      if (account.register) this.#shell.submit({ type: 'register', account: account.id });
      else this.#watches.ask(account.id);
    }
  }

  /**
   * Somebody wants something. Judged by origin first, then by the phone; `done` is called exactly once, at the latest
   * when the runtime closes. Returns the name of the wait.
   */
  submit(intent: Intent, origin: Origin, done?: (outcome: Settlement) => void): Ticket {
    const ticket = token<'ticket'>(`k-${++this.#ticketCount}`);
    this.#journal(intentEntry(intent, origin));
    if (this.#closed) {
      done?.({ name: 'failed', error: this.#error('internal', 'the phone is stopping') });
      return ticket;
    }
    const refused = this.#admission.judge(intent, origin, this.#state, this.#options.clock.now());
    if (refused !== undefined) {
      this.#journal({ type: 'refused', verb: intent.verb, origin, text: refused.message });
      done?.({ name: 'failed', error: { ...refused, canDo: this.snapshot().canDo } });
      return ticket;
    }
    const key = keyNotice(intent, origin);
    if (key !== undefined) this.#notices.push(key);
    this.#waits.set(ticket, { origin, done });
    this.#enqueue({ from: 'phone', event: { type: 'intent', intent, ticket } });
    return ticket;
  }

  /** Tell the phone what happened to a device: a route lost or found, a headset, new settings. */
  tell(event: PhoneEvent & { readonly type: 'route-lost' | 'route-found' | 'headset' | 'settings' }): void {
    this.#enqueue({ from: 'phone', event });
  }

  /** Be told of what changes; the returned function ends it. The present picture is not sent: ask `snapshot`. */
  subscribe(listener: RuntimeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The whole picture as it is now. `seq` rises only when something in it changed. */
  snapshot(): Snapshot {
    return this.#picture.take(this.#state, this.#alarms);
  }

  /** For assertions and the journal; the picture for people is `snapshot`. */
  get state(): PhoneState {
    return this.#state;
  }

  /** How many subscriptions the exchange still has to be told the end of: none some moments after `retire`. */
  get watching(): number {
    return this.#watches.size;
  }

  /** Our own mistakes that were contained since the start: with any, restart when idle. */
  get alarms(): readonly string[] {
    return this.#alarms;
  }

  /** No call, nothing asked: a restart would disturb nobody. */
  get idle(): boolean {
    return this.#state.calls.length === 0 && this.#sessions.size === 0;
  }

  /** How many timers, tickets and media sessions live: all zero on an idle phone. */
  get leftovers(): { readonly timers: number; readonly tickets: number; readonly sessions: number } {
    return { timers: this.#timers.size, tickets: this.#waits.size, sessions: this.#sessions.size };
  }

  /** Hang up every call and unregister; the far ends answer while the runtime lives on. `close` comes later. */
  retire(): void {
    for (const call of this.#state.calls) this.#shell.submit({ type: 'hangup', call: call.id });
    this.#shell.submit({ type: 'shutdown' });
  }

  /** Stop at once: timers, sockets, tickets. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timers.clearAll();
    this.#sessions.close();
    this.#shell.close();
    const error = this.#error('internal', 'the phone is stopping');
    for (const wait of this.#waits.values()) wait.done?.({ name: 'failed', error });
    this.#waits.clear();
    this.#listeners.clear();
  }

  #enqueue(errand: Errand) {
    if (this.#closed) return;
    this.#queue.push(errand);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#handle(next);
    } finally {
      this.#busy = false;
    }
    this.#publish();
  }

  #handle(errand: Errand) {
    this.#contained(`${errand.from}: ${errand.event.type}`, () => {
      switch (errand.from) {
        case 'phone':
          return this.#step(errand.event);
        case 'sip':
          return this.#fromUserAgent(errand.event);
        case 'media':
          return this.#fromMedia(errand.event);
        default:
          throw errand satisfies never;
      }
    });
  }

  #step(event: PhoneEvent) {
    const before = this.#state;
    const { state, effects } = phone(before, event, this.#options.clock.now());
    this.#state = state;
    if (state !== before)
      for (const listener of this.#listeners) this.#contained('listener', () => listener.moved?.(state));
    const record = this.#calls.take(event, before);
    if (record !== undefined) this.#journal({ type: 'call', record });
    for (const effect of effects) this.#contained(`effect: ${effect.type}`, () => this.#perform(effect));
  }

  #fromUserAgent(event: UserAgentEvent) {
    switch (event.type) {
      case 'registration':
        this.#journal({ type: 'registration', account: event.account, state: event.state });
        this.#step(event);
        return this.#watches.registration(event.account, event.state);
      case 'refer-answered':
      case 'refer-notified':
      case 'refer-requested':
        return this.#step(event);
      case 'note': {
        const { word, detail } = event;
        return this.#journal({ type: 'note', from: 'sip', word, ...(detail === undefined ? {} : { detail }) });
      }
      case 'subscription':
      case 'notified':
      case 'notified-unasked':
        return this.#watches.take(event);
      default:
        return this.#sessions.take(event);
    }
  }

  #fromMedia(event: (Errand & { readonly from: 'media' })['event']) {
    if (event.type === 'late') return this.#sessions.mediaLate(event.call);
    const call = this.#sessions.takeMedia(event);
    if (event.type === 'fault') return this.#journal({ type: 'fault', where: event.where, message: event.message });
    if (call === undefined) return;
    if (event.type === 'quality') for (const one of this.#listeners) one.quality?.(call, event.quality);
    if (event.type === 'closed') this.#journal({ type: 'quality', callId: call, quality: event.quality });
    if (event.type === 'starved')
      this.#journal({ type: 'note', from: 'media', word: 'starved', detail: `${call} ${event.forMs} ms` });
  }

  #perform(effect: PhoneEffect) {
    const { media, save } = this.#options;
    if (effect.type === 'dial') this.#calls.began(effect.call);
    switch (effect.type) {
      case 'dial':
      case 'ring':
      case 'answer':
      case 'reject':
      case 'hangup':
      case 'hold':
      case 'resume':
        return this.#sessions.perform(effect);
      case 'refer': {
        const { transfer: _, ...refer } = effect;
        return this.#shell.submit(refer);
      }
      case 'answer-refer':
      case 'report-refer':
        return this.#shell.submit(effect);
      case 'connect':
      case 'bridge':
      case 'dtmf':
      case 'ringer':
      case 'tone':
      case 'mute':
      case 'route':
      case 'volume':
        return performSound(effect, media, this.#sessions);
      case 'set-timer':
        return this.#timers.set(effect.timer, effect.afterMs);
      case 'clear-timer':
        return this.#timers.clear(effect.timer);
      case 'notice':
        this.#journal({ type: 'notice', notice: effect.notice });
        this.#notices.push(effect.notice);
        return;
      case 'settle':
        return this.#settle(effect.ticket, effect.outcome);
      case 'refuse':
        return this.#refused(effect);
      case 'reregister':
        this.#watches.forget();
        return this.start();
      case 'save':
        return save?.(effect.key, effect.value);
      case 'note': {
        const { word, detail } = effect;
        return this.#journal({ type: 'note', from: 'phone', word, ...(detail === undefined ? {} : { detail }) });
      }
      default:
        throw effect satisfies never;
    }
  }

  #settle(ticket: Ticket, outcome: Settlement): void {
    const wait = this.#waits.get(ticket);
    if (wait === undefined) throw new Error(`ticket ${ticket} was settled twice, or never given`);
    this.#waits.delete(ticket);
    wait.done?.(outcome);
  }

  /** A key, a hook or a headset hears its refusal; whoever sent a message has read it in the settlement. */
  #refused(effect: PhoneEffect & { readonly type: 'refuse' }): void {
    const origin = effect.ticket === undefined ? undefined : this.#waits.get(effect.ticket)?.origin;
    this.#journal({ type: 'refused', verb: effect.verb, origin, text: effect.text });
    if (origin === undefined || hears(origin))
      this.#queue.push({ from: 'phone', event: { type: 'refusal', text: effect.text } });
  }

  #publish(): void {
    // The picture is not made for those who only follow states or the journal.
    if (!this.#isWatched()) {
      this.#notices.length = 0;
      return;
    }
    const last = this.#picture.seq;
    const snapshot = this.snapshot();
    const notices = this.#notices.splice(0);
    for (const listener of this.#listeners) {
      this.#contained('listener', () => {
        for (const notice of notices) listener.notice?.(notice, snapshot.seq, snapshot.ts);
        if (snapshot.seq !== last) listener.snapshot?.(snapshot);
      });
    }
  }

  #isWatched(): boolean {
    for (const one of this.#listeners) if (one.snapshot !== undefined || one.notice !== undefined) return true;
    return false;
  }

  #contained(event: string, act: () => void) {
    if (this.#options.strict === true) return act();
    try {
      act();
    } catch (bug) {
      this.#contain(bug, event);
    }
  }

  #contain(bug: unknown, event: string): void {
    const message = bug instanceof Error ? bug.message : String(bug);
    const stack = bug instanceof Error ? bug.stack : undefined;
    if (this.#alarms.length < 20) this.#alarms.push(`${event}: ${message}`);
    this.#journal({ type: 'bug', event, message, stack });
  }

  #journal(entry: JournalEntry): void {
    this.#options.journal?.(entry);
    for (const listener of this.#listeners) listener.journal?.(entry);
  }

  #error(code: CommandError['code'], message: string): CommandError {
    return { code, message, sip: null, canDo: [] };
  }
}
