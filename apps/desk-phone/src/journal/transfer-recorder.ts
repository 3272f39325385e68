import type { PhoneState, TransferRecord } from '@switchhook/phone';
import type { JournalEntry, RuntimeListener } from '@switchhook/phone/node';
import type { AlarmClock, Millis } from '@switchhook/sans-io';
import { type Conversation, Conversations } from './conversations.ts';
import {
  detailsOf,
  isAboutTransfer,
  type JournalHead,
  type JournalLine,
  type Leg,
  printJournal,
} from './journal-line.ts';
import type { PassingMessage, SipWatcher } from './sip-tap.ts';

/** How long after its end what still comes belongs to a transfer: late NOTIFYs, answers to our BYEs. */
const LINGER_MS = 5_000;
/** Writing waits until what was decided has been sent. */
const WRITE_DELAY_MS = 200;
/** Lines of one transfer that are no messages. */
const EVENT_LIMIT = 500;
/** Transfers that are written of at once. */
const OPEN_LIMIT = 16;
/** A press belongs to the transfer that it started when nothing else happened in between. */
const PRESS_MS = 100;

type Event = JournalLine extends infer Line ? (Line extends { type: 'message' } ? never : Omit<Line, 'at'>) : never;

interface Timed {
  readonly atMs: Millis;
  readonly order: number;
  readonly line: Omit<JournalLine, 'at'>;
}

interface Recording {
  record: TransferRecord;
  readonly name: string;
  readonly events: Timed[];
  /** Takes back the alarm that closes it; undefined while the transfer lives. */
  closing: (() => void) | undefined;
  /** Takes back the alarm after its verdict: what the verdict set off (resumes, BYEs) is kept too. */
  settling: (() => void) | undefined;
  /** Takes back the alarm that writes it. */
  writing: (() => void) | undefined;
}

export interface TransferRecorderOptions {
  readonly clock: AlarmClock;
  /** Ms since 1970. */
  readonly wall: () => number;
  /** Where the far ends see us, by transport: `host:port`. */
  readonly local: Readonly<Record<string, string>>;
  readonly phone: string;
  readonly software: string;
  /** Keep this text under this name, in the place of what was kept under it before. */
  readonly keep: (journal: string, text: string) => void;
  /** Our own mistake: no journal is kept any more. */
  readonly broken: (bug: unknown) => void;
}

/**
 * Remembers the SIP messages of the calls that are up and keeps, for each transfer, those of its two legs and what the
 * phone made of them: when its verdict is given, some seconds after that, and some seconds after its end.
 */
export class TransferRecorder implements SipWatcher, RuntimeListener {
  readonly #options: TransferRecorderOptions;
  readonly #conversations = new Conversations();
  readonly #open = new Map<string, Recording>();
  #state: PhoneState | undefined;
  #pressed: Timed | undefined;
  #order = 0;
  /** By a mistake of our own: nothing is remembered any more. */
  #stopped = false;

  constructor(options: TransferRecorderOptions) {
    this.#options = options;
  }

  /** How many dialogs are remembered: none on an idle phone. */
  get remembered(): number {
    return this.#conversations.size;
  }

  message(message: PassingMessage): void {
    if (!this.#stopped) this.#conversations.message(message, this.#options.clock.now(), ++this.#order);
  }

  broken(bug: unknown): void {
    this.#stopped = true;
    for (const recording of this.#open.values()) takeBack(recording);
    this.#open.clear();
    this.#options.broken(bug);
  }

  /** The reducer has decided; what it decided has not been done yet. */
  moved(state: PhoneState): void {
    if (this.#stopped) return;
    const before = this.#state;
    this.#state = state;
    if (state.calls === before?.calls && state.transfers === before.transfers) return;
    if (before !== undefined) this.#conversations.associate(before);
    this.#conversations.associate(state);
    if (state.transfers !== before?.transfers) this.#compare(state);
    const legs = [...this.#open.values()].flatMap(({ record: { pair } }) => [pair.caller, pair.target ?? pair.caller]);
    this.#conversations.sweep(state, new Set(legs), this.#options.clock.now());
  }

  journal(entry: JournalEntry): void {
    switch (entry.type) {
      case 'intent': {
        if (!isAboutTransfer(entry.verb)) return;
        const { door } = entry.origin;
        const by = entry.origin.door === 'control' ? `${door} (${entry.origin.role})` : door;
        this.#pressed = this.#timed({ type: 'asked', verb: entry.verb, by });
        this.#tell(this.#pressed, entry.transferId);
        return;
      }
      case 'refused':
        if (isAboutTransfer(entry.verb))
          this.#tell(this.#timed({ type: 'refused', verb: entry.verb, text: entry.text }), undefined);
        return;
      case 'note':
        if (entry.from === 'phone')
          this.#tell(this.#timed({ type: 'note', word: entry.word, detail: entry.detail ?? null }), undefined);
        return;
      case 'notice':
      case 'registration':
      case 'call':
      case 'quality':
      case 'fault':
      case 'bug':
        return;
      default:
        throw entry satisfies never;
    }
  }

  /** Keep what is open and wait for nothing any more. */
  close(): void {
    for (const recording of this.#open.values()) {
      takeBack(recording);
      this.#keep(recording);
    }
    this.#open.clear();
  }

  #compare(state: PhoneState): void {
    const alive = new Set<string>();
    for (const record of state.transfers) {
      alive.add(record.pair.transfer);
      const recording = this.#open.get(record.pair.transfer);
      if (recording === undefined) this.#begin(record);
      else this.#follow(recording, record);
    }
    for (const [id, recording] of this.#open) if (!alive.has(id)) this.#linger(id, recording);
  }

  #begin(record: TransferRecord): void {
    if (this.#open.size >= OPEN_LIMIT) {
      const [[id, oldest] = []] = this.#open;
      if (id !== undefined && oldest !== undefined) this.#end(id, oldest);
    }
    const stamp = new Date(this.#options.wall()).toISOString();
    const name = `${stamp.slice(0, 10)}-${stamp.slice(11, 19).replaceAll(':', '')}-${record.pair.transfer}`;
    const recording: Recording = {
      record,
      name,
      events: [],
      closing: undefined,
      settling: undefined,
      writing: undefined,
    };
    const press = this.#pressed;
    if (press !== undefined && this.#options.clock.now() - press.atMs <= PRESS_MS) recording.events.push(press);
    this.#open.set(record.pair.transfer, recording);
    this.#add(recording, { type: 'state', state: record.machine.name });
    if (record.outcome !== undefined) this.#verdict(recording, record);
  }

  #follow(recording: Recording, record: TransferRecord): void {
    const before = recording.record;
    recording.record = record;
    const moved = record.machine.name !== before.machine.name;
    if (moved) this.#add(recording, { type: 'state', state: record.machine.name });
    if (record.outcome !== undefined && record.outcome !== before.outcome) this.#verdict(recording, record);
    else if (moved && (record.outcome !== undefined || record.machine.name === 'referring')) this.#keepSoon(recording);
  }

  #verdict(recording: Recording, { outcome }: TransferRecord): void {
    if (outcome === undefined) return;
    this.#add(recording, { type: 'outcome', outcome: outcome.name, ...detailsOf(outcome) });
    this.#keepSoon(recording);
    recording.settling?.();
    recording.settling = this.#later(LINGER_MS, () => this.#keep(recording));
  }

  #linger(id: string, recording: Recording): void {
    if (recording.closing !== undefined) return;
    this.#add(recording, { type: 'state', state: 'over' });
    recording.closing = this.#later(LINGER_MS, () => {
      this.#end(id, recording);
      if (this.#state !== undefined) this.#conversations.sweep(this.#state, new Set(), this.#options.clock.now());
    });
  }

  #later(afterMs: Millis, act: () => void): () => void {
    const { clock } = this.#options;
    return clock.alarm(clock.now() + afterMs, () => {
      try {
        act();
      } catch (bug) {
        this.broken(bug);
      }
    });
  }

  #end(id: string, recording: Recording): void {
    takeBack(recording);
    this.#open.delete(id);
    this.#keep(recording);
  }

  /** Everybody whom it may be about: the named transfer, else all whose verdict is open. */
  #tell(event: Timed, transferId: string | undefined): void {
    for (const [id, recording] of this.#open) {
      const meant = transferId === undefined ? recording.closing === undefined : id === transferId;
      if (meant && recording.events.length < EVENT_LIMIT) recording.events.push(event);
    }
  }

  #add(recording: Recording, event: Event): void {
    if (recording.events.at(-1)?.line.type === 'state' && event.type === 'state') {
      const last = recording.events.at(-1)!.line as { readonly state?: string };
      if (last.state === event.state) return;
    }
    // the verdict is never what the limit costs
    if (recording.events.length < EVENT_LIMIT || event.type === 'outcome') recording.events.push(this.#timed(event));
  }

  #timed(line: Event): Timed {
    return { atMs: this.#options.clock.now(), order: ++this.#order, line };
  }

  #keepSoon(recording: Recording): void {
    recording.writing ??= this.#later(WRITE_DELAY_MS, () => this.#keep(recording));
  }

  #keep(recording: Recording): void {
    recording.writing?.();
    recording.writing = undefined;
    const { clock, wall, phone, software, keep } = this.#options;
    const { record, name, events } = recording;
    if (this.#state !== undefined) this.#conversations.associate(this.#state);
    const { caller, target } = record.pair;
    const legs: [Leg, Conversation | undefined][] = [
      ['caller', this.#conversations.of(caller)],
      ['target', target === undefined ? undefined : this.#conversations.of(target)],
    ];
    const all: Timed[] = [...events];
    for (const [leg, conversation] of legs)
      for (const message of conversation?.messages ?? []) all.push(this.#messageOf(leg, message));
    all.sort((a, b) => a.order - b.order);
    const zero = all[0]?.atMs ?? clock.now();
    const head: JournalHead = {
      v: 1,
      type: 'transfer',
      journal: name,
      transferId: record.pair.transfer,
      kind: record.kind,
      to: record.to ?? null,
      phone,
      software,
      epochMs: Math.round(wall() - (clock.now() - zero)),
      dropped: legs.reduce((sum, [, conversation]) => sum + (conversation?.dropped ?? 0), 0),
    };
    const lines = all.map(
      ({ atMs, line }) => ({ at: Math.round((atMs - zero) * 1000) / 1000, ...line }) as JournalLine,
    );
    keep(name, printJournal({ head, lines }));
  }

  #messageOf(leg: Leg, message: Conversation['messages'][number]): Timed {
    const local = this.#options.local[message.transport] ?? '0.0.0.0:0';
    const [from, to] = message.out ? [local, message.remote] : [message.remote, local];
    const { atMs, order, out, transport } = message;
    const line = {
      type: 'message',
      leg,
      out,
      from,
      to,
      transport,
      text: Buffer.from(message.redacted()).toString('latin1'),
    } as const;
    return { atMs, order, line };
  }
}

function takeBack({ closing, settling, writing }: Recording): void {
  for (const alarm of [closing, settling, writing]) alarm?.();
}
