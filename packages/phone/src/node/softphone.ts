import { isIPv6 } from 'node:net';
import { DEFAULT_SRTP_SUITES, type SrtpWish } from '@switchhook/rtp-media';
import { FramesLink, soundWorkerUrl, startMediaWorker } from '@switchhook/rtp-media/node';
import { type Token, token } from '@switchhook/sans-io';
import { type Account, type CallId, UserAgent } from '@switchhook/sip-core';
import { localAddressTowards, monotonicClock, nodeCrypto, Sockets } from '@switchhook/sip-core/node';
import type { Intent } from '../intent.ts';
import type { PhoneSettings } from '../reducer/door.ts';
import { phoneSettings } from '../reducer/settings.ts';
import { Emitter } from './emitter.ts';
import { farewell } from './farewell.ts';
import type { JournalEntry } from './journal.ts';
import { Runtime } from './runtime.ts';
import { resolveServer } from './server-address.ts';
import { SoftphoneAudio } from './softphone-audio.ts';
import { type CallHost, SoftphoneCall, SoftphoneError, type SoftphoneTransfer } from './softphone-call.ts';
import { type LineOptions, SoftphoneLine } from './softphone-line.ts';

const FAREWELL_MS = 1500;

export interface SoftphoneOptions {
  /** RTP ports. */
  readonly ports: { readonly from: number; readonly to: number };
  /** Address to bind to. Default `0.0.0.0`. */
  readonly bind?: string;
  /** Address that others are told. Default: the one that leads to the first line's server. */
  readonly advertise?: string;
  /** Default 0: any free port. */
  readonly sipPort?: number;
  /** Who may call: the lines' servers (default), or anybody. */
  readonly acceptFrom?: 'servers' | 'any';
  /** Whose requests inside a call are taken: of where the call has been (default), or anybody's who knows its ids. */
  readonly inDialogFrom?: 'known' | 'any';
  /** What differs from the telephone's defaults. */
  readonly settings?: Partial<PhoneSettings>;
  readonly journal?: (entry: JournalEntry) => void;
}

interface SoftphoneEvents {
  /** Somebody calls. */
  call: SoftphoneCall;
}

/**
 * A telephone for programs: lines, calls and transfers as objects with promises and typed events, over the same
 * runtime and with the same rules as the desk phone's keys (one call talks, the others are held).
 *
 *     const softphone = createSoftphone({ ports: { from: 5000, to: 10000 } });
 *     const line = softphone.line({ user: '1000', domain: 'pbx.example', password: 'secret' });
 *     softphone.on('call', (call) => call.answer());
 *     await softphone.start();
 */
export function createSoftphone(options: SoftphoneOptions): Softphone {
  return new Softphone(options);
}

export class Softphone extends Emitter<SoftphoneEvents> {
  readonly #options: SoftphoneOptions;
  readonly #lines: SoftphoneLine[] = [];
  readonly #calls = new Map<CallId, SoftphoneCall>();
  #runtime: Runtime | undefined;
  #host: CallHost | undefined;
  #close: (() => Promise<void>) | undefined;

  constructor(options: SoftphoneOptions) {
    super();
    this.#options = options;
  }

  /** Add a line, before `start`. */
  line(options: LineOptions): SoftphoneLine {
    if (this.#runtime !== undefined) throw new Error('lines are added before start()');
    const line = new SoftphoneLine(this.#lines.length + 1, options, (from, to) => this.#dial(from, to));
    this.#lines.push(line);
    return line;
  }

  /** The calls that are up. */
  get calls(): readonly SoftphoneCall[] {
    return [...this.#calls.values()];
  }

  /** Open sockets and sound and begin to register; rejects with what to change when that is not possible. */
  async start(): Promise<void> {
    const { bind = '0.0.0.0', ports, sipPort = 0, acceptFrom = 'servers', inDialogFrom = 'known' } = this.#options;
    const servers = await Promise.all(
      this.#lines.map(({ options }) =>
        resolveServer(options.server ?? options.domain, options.transport ?? 'udp', isIPv6(bind) ? 6 : 4),
      ),
    );
    const [first] = servers;
    if (first === undefined) throw new Error('a softphone needs a line before start()');
    const uses = (transport: string) => this.#lines.some(({ options }) => (options.transport ?? 'udp') === transport);
    const at = { host: bind, port: sipPort };
    const transport = await Sockets.open({ ...(uses('udp') ? { udp: at } : {}), ...(uses('tcp') ? { tcp: at } : {}) });
    const wildcard = bind === '0.0.0.0' || bind === '::';
    const host = this.#options.advertise ?? (wildcard ? await localAddressTowards(first.host) : bind);
    const link = new FramesLink();
    const media = await startMediaWorker({
      workerUrl: soundWorkerUrl(),
      host: bind,
      advertise: host,
      ports,
      sound: link.choice,
    });
    const accounts = this.#lines.map((line, i) => accountOf(line, servers[i]!));
    const local = Object.fromEntries(Object.entries(transport.local).map(([name, { port }]) => [name, { host, port }]));
    const runtime = new Runtime({
      clock: monotonicClock,
      wall: Date.now,
      random: nodeCrypto,
      userAgent: new UserAgent({
        accounts,
        local,
        acceptFrom,
        inDialogFrom,
        crypto: nodeCrypto,
        userAgent: 'switchhook',
      }),
      transport,
      media,
      settings: phoneSettings({ accounts, ...this.#options.settings }),
      srtp: (id) => srtpOf(this.#lines.find((line) => line.id === id)),
      journal: (entry) => this.#journal(entry),
    });
    this.attach(runtime, new SoftphoneAudio(link));
    this.#close = async () => {
      await farewell(runtime, FAREWELL_MS);
      runtime.close();
      await media.close();
      link.close();
    };
    runtime.start();
  }

  /** Work on a runtime that somebody else made, its account ids being the lines': for tests in virtual time. */
  attach(runtime: Runtime, audio: SoftphoneAudio): void {
    this.#runtime = runtime;
    this.#host = {
      audio,
      submit: (intent) => this.#submit(intent),
      targetOf: (transfer) => this.#targetOf(transfer),
    };
    runtime.subscribe({
      snapshot: () => this.#follow(runtime, audio),
      journal: (entry) => this.#hear(entry, audio),
    });
  }

  /** The attended transfer of `caller` to the far end of `target`; both calls are up, one of them on hold. */
  transfer(caller: SoftphoneCall, target: SoftphoneCall): Pick<SoftphoneTransfer, 'complete'> {
    return { complete: () => caller.transferTo(target) };
  }

  /** Hang up, unregister, and let go of everything. */
  async close(): Promise<void> {
    await this.#close?.();
  }

  async #dial(line: SoftphoneLine, to: string): Promise<SoftphoneCall> {
    const { callId } = await this.#submit({ verb: 'call.dial', to, account: line.id });
    return this.#callOf(token<'call'>(String(callId)));
  }

  #submit(intent: Intent): Promise<Readonly<Record<string, string | number | boolean>>> {
    const runtime = this.#runtime;
    if (runtime === undefined) return Promise.reject(new Error('start() the softphone first'));
    return new Promise((resolve, reject) => {
      runtime.submit(intent, { door: 'control', client: 'softphone', role: 'local' }, (outcome) => {
        if (outcome.name === 'done') resolve(outcome.result);
        else reject(new SoftphoneError(outcome.error));
      });
    });
  }

  /** Bring every call to where the phone's state has it; new ones that ring are announced. */
  #follow(runtime: Runtime, audio: SoftphoneAudio): void {
    audio.connect(runtime.state.sounds.connect);
    for (const call of runtime.state.calls) {
      const known = this.#calls.get(call.id);
      if (known !== undefined) known.follow(call);
      else {
        const made = this.#callOf(call.id);
        if (call.direction === 'in' && call.replaces === undefined) this.emit('call', made);
      }
    }
  }

  #hear(entry: JournalEntry, audio: SoftphoneAudio): void {
    if (entry.type === 'registration') this.#lines.find(({ id }) => id === entry.account)?.registered(entry.state);
    if (entry.type !== 'call') return;
    const id = token<'call'>(entry.record.callId);
    audio.end(id);
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    call?.finish(entry.record);
  }

  #journal(entry: JournalEntry): void {
    this.#options.journal?.(entry);
  }

  #callOf(id: CallId): SoftphoneCall {
    const known = this.#calls.get(id);
    if (known !== undefined) return known;
    const call = this.#runtime?.state.calls.find((one) => one.id === id);
    if (call === undefined || this.#host === undefined) throw new Error(`call ${id} has ended already`);
    const made = new SoftphoneCall(this.#host, call);
    this.#calls.set(id, made);
    return made;
  }

  #targetOf(transfer: Token<'transfer'>): SoftphoneCall {
    const record = this.#runtime?.state.transfers.find(({ pair }) => pair.transfer === transfer);
    if (record?.pair.target === undefined) throw new Error(`transfer ${transfer} has ended already`);
    return this.#callOf(record.pair.target);
  }
}

function accountOf(line: SoftphoneLine, server: Account['server']): Account {
  const { user, domain, displayName, authId, password, transport = 'udp', register = true, expiresS } = line.options;
  return {
    id: line.id,
    user,
    domain,
    transport,
    server,
    register,
    ...(displayName === undefined ? {} : { displayName }),
    ...(authId === undefined ? {} : { authId }),
    ...(password === undefined ? {} : { password }),
    ...(expiresS === undefined ? {} : { expiresS }),
  };
}

function srtpOf(line: SoftphoneLine | undefined): SrtpWish | undefined {
  const policy = line?.options.srtp ?? 'off';
  return policy === 'off' ? undefined : { policy, suites: DEFAULT_SRTP_SUITES };
}
