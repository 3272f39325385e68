import type { Millis } from '@switchhook/sans-io';
import type { MediaCommand, MediaEvent } from '../engine/door.ts';
import type { Engine, MediaOut, RtcpStatistics } from '../engine/ports.ts';
import { FRAME_MS, FRAME_SAMPLES, type Sound } from '../engine/sound.ts';
import type { Endpoint, MediaId } from '../session/plan.ts';
import type { MediaIo, MediaSocket } from './media-io.ts';
import type { PortPair, PortPool } from './port-pool.ts';
import type { ReportTimer, RtcpReporter } from './rtcp.ts';

/** No frame from the card for so long: the deadline becomes the clock. */
export const CARD_SILENT_MS = 60;
/** A deadline missed by more is given up instead of made good: the machine slept, and the far end has heard the gap. */
const GIVE_UP_MS = 200;
const TEND_MS = 1000;
/** Frames taken from the card before the sockets get their turn. */
const CARD_BURST = 3;
/** The card says "ready" but has no whole frame: look away so long instead of spinning. */
const LOOK_AWAY_MS = 2;
/** How often a card is looked at by a loop that cannot poll it. */
const LOOK_MS = 4;
/** More turns than this in a second is a spin, and a spin at real-time priority starves the machine. */
const SPIN_TURNS = 20_000;

interface OpenSession {
  readonly pair: PortPair;
  readonly reports: ReportTimer;
  /** The last send failed: told once, until one succeeds. */
  unsent: boolean;
}

/** Parts of a media loop. `engine` is made around the loop's `out`. */
export interface MediaLoopParts {
  readonly io: MediaIo;
  readonly sound: Sound;
  readonly pool: PortPool;
  readonly reporter: RtcpReporter;
  readonly engine: (out: MediaOut) => Engine;
  readonly tell: (event: MediaEvent) => void;
}

/**
 * Engine, sockets and sound in one thread.
 *
 *            a frame from the card                    20 ms
 *   card ──┐◄───────────────────── card ◄──┐   ┌──► deadline ──┐
 *          └──────────────────────► │      └───┼─────── │ ◄────┘
 *                  no frame for 60 ms └────────┘   frames again
 */
export class MediaLoop {
  readonly #io: MediaIo;
  readonly #sound: Sound;
  readonly #pool: PortPool;
  readonly #reporter: RtcpReporter;
  readonly #engine: Engine;
  readonly #tell: (event: MediaEvent) => void;
  readonly #sessions = new Map<MediaId, OpenSession>();
  readonly #rtp = new Map<MediaSocket, MediaId>();
  readonly #rtcp = new Map<MediaSocket, MediaId>();
  readonly #microphone = new Int16Array(FRAME_SAMPLES);
  readonly #speaker = new Int16Array(FRAME_SAMPLES);
  readonly #ringer = new Int16Array(FRAME_SAMPLES);
  #clock: 'card' | 'deadline';
  /** In `card`: when the card counts as silent. In `deadline`: the next tick. */
  #next: Millis;
  #tendAt: Millis;
  #turns = 0;
  #lookAway = false;

  constructor(parts: MediaLoopParts) {
    this.#io = parts.io;
    this.#sound = parts.sound;
    this.#pool = parts.pool;
    this.#reporter = parts.reporter;
    this.#tell = parts.tell;
    this.#engine = parts.engine({
      send: (session, bytes, to) => this.#send(session, bytes, to),
      event: (event) => this.#tell(this.#withReports(event)),
    });
    this.#clock = parts.sound.pollFds.length > 0 ? 'card' : 'deadline';
    const now = parts.io.now();
    this.#next = now + (this.#clock === 'card' ? CARD_SILENT_MS : FRAME_MS);
    this.#tendAt = now + TEND_MS;
    parts.io.onDatagram = (socket, bytes, from, at) => this.#arrived(socket, bytes, from, at);
  }

  /** What drives the ticks now. */
  get clock(): 'card' | 'deadline' {
    return this.#clock;
  }

  /** Perform one command of the phone. A command that breaks the engine's contract is told as a fault; calls go on. */
  perform(command: MediaCommand): void {
    const now = this.#io.now();
    if (command.type === 'open' && !this.#openSession(command.session, command.port, now)) return;
    if (command.type === 'close') this.#sayGoodbye(command.session, now);
    if (command.type === 'route') this.#sound.route?.(command.route);
    this.#contain(command.type, () => this.#engine.command(command, now));
    if (command.type === 'close') {
      this.#closeSession(command.session);
      void this.#pool.fill();
    }
  }

  /** Wait for what comes first, then do what is due. */
  async turn(): Promise<void> {
    const ready = await this.#io.wait(this.#waitUntil(), this.#clock === 'card' && !this.#lookAway ? this.#fds() : []);
    const now = this.#io.now();
    if (this.#clock === 'card') this.#cardTurn(ready, now);
    else this.#deadlineTurn(now);
    for (const [session, open] of this.#sessions) this.#report(session, open, now);
    this.#turns++;
    if (now >= this.#tendAt) this.#tend(now);
  }

  /** Close every session's sockets, with their goodbyes. */
  close(): void {
    const now = this.#io.now();
    for (const session of [...this.#sessions.keys()]) {
      this.#sayGoodbye(session, now);
      this.#closeSession(session);
    }
  }

  #fds(): readonly number[] {
    return this.#sound.pollFds;
  }

  #waitUntil(): Millis {
    if (this.#clock === 'deadline') return this.#next;
    if (this.#lookAway) return Math.min(this.#next, this.#io.now() + LOOK_AWAY_MS);
    return this.#io.loop === 'poll' ? this.#next : Math.min(this.#next, this.#io.now() + LOOK_MS);
  }

  #cardTurn(ready: boolean, now: Millis): void {
    let frames = Math.min(CARD_BURST, this.#sound.available());
    this.#lookAway = ready && frames === 0;
    for (; frames > 0; frames--) {
      this.#tick(now);
      this.#next = now + CARD_SILENT_MS;
    }
    if (now < this.#next) return;
    this.#clock = 'deadline';
    this.#next = now;
    this.#tell({
      type: 'fault',
      where: 'card',
      message: `no frame for ${CARD_SILENT_MS} ms; the deadline is the clock`,
    });
    this.#deadlineTurn(now);
  }

  #deadlineTurn(now: Millis): void {
    if (this.#fds().length > 0 && this.#sound.available() > 0) {
      this.#clock = 'card';
      this.#lookAway = false;
      this.#next = now + CARD_SILENT_MS;
      // What piled up meanwhile is old; playing it would stay behind for ever.
      for (let old = this.#sound.available(); old > 1; old--) this.#sound.microphone.read(this.#microphone);
      this.#tell({ type: 'ready', clock: 'card', loop: this.#io.loop, note: 'the card is the clock again' });
      this.#cardTurn(false, now);
      return;
    }
    if (now - this.#next > GIVE_UP_MS) this.#next = now;
    while (this.#next <= now) {
      this.#next += FRAME_MS;
      this.#tick(now);
    }
  }

  #tick(now: Millis): void {
    const sound = this.#sound;
    if (!sound.microphone.read(this.#microphone)) this.#microphone.fill(0);
    this.#contain('tick', () => this.#engine.tick(this.#microphone, this.#speaker, this.#ringer, now));
    sound.speaker.write(this.#speaker);
    sound.ringer.write(this.#ringer);
  }

  #tend(now: Millis): void {
    if (this.#turns > SPIN_TURNS) {
      const message = `${this.#turns} turns in a second; now at ${this.#io.yieldPriority()}`;
      this.#tell({ type: 'fault', where: 'worker', message });
    }
    this.#turns = 0;
    this.#tendAt = now + TEND_MS;
    const fault = this.#sound.tend();
    if (fault !== undefined) this.#tell({ type: 'fault', where: 'card', message: fault });
    if (this.#pool.size === 0) void this.#pool.fill();
  }

  #arrived(socket: MediaSocket, bytes: Uint8Array, from: Endpoint, now: Millis): void {
    const session = this.#rtp.get(socket);
    if (session !== undefined && !isMuxedRtcp(bytes)) {
      this.#contain('receive', () => this.#engine.receive(session, bytes, from, now));
      return;
    }
    const reported = session ?? this.#rtcp.get(socket);
    const open = reported === undefined ? undefined : this.#sessions.get(reported);
    if (reported === undefined || open === undefined) return;
    this.#contain('receive', () => {
      const plain = this.#engine.receiveRtcp(reported, bytes, from, now);
      if (plain !== undefined) this.#reporter.receive(open.reports, plain, now);
    });
  }

  #send(session: MediaId, bytes: Uint8Array, to: Endpoint): void {
    const open = this.#sessions.get(session);
    if (open === undefined) return;
    const sent = this.#io.send(open.pair.rtp, bytes, to);
    if (!sent && !open.unsent) {
      this.#tell({ type: 'fault', where: 'socket', message: `RTP to ${to.host}:${to.port} cannot be sent` });
    }
    open.unsent = !sent;
  }

  #report(session: MediaId, open: OpenSession, now: Millis): void {
    let to: RtcpStatistics | undefined;
    const packet = this.#reporter.report(open.reports, now, () => {
      to = this.#engine.statistics(session, now);
      return to;
    });
    if (packet !== undefined) this.#sendRtcp(session, open, packet, to);
  }

  #sendRtcp(session: MediaId, { pair }: OpenSession, packet: Uint8Array, to: RtcpStatistics | undefined): void {
    const sealed = this.#engine.protectRtcp(session, packet);
    if (sealed !== undefined && to?.to !== undefined) this.#io.send(to.mux ? pair.rtp : pair.rtcp, sealed, to.to);
  }

  /** What the far end reports belongs to how a call sounds. */
  #withReports(event: MediaEvent): MediaEvent {
    if (event.type !== 'quality' && event.type !== 'closed') return event;
    const heard = this.#sessions.get(event.session)?.reports.heard;
    return heard === undefined ? event : { ...event, quality: { ...event.quality, ...heard } };
  }

  #openSession(session: MediaId, port: number, now: Millis): boolean {
    const pair = this.#pool.take(port);
    void this.#pool.fill();
    if (pair === undefined) {
      this.#tell({ type: 'fault', where: 'socket', message: `port ${port} is not in the pool` });
      return false;
    }
    this.#sessions.set(session, { pair, reports: this.#reporter.start(now), unsent: false });
    this.#rtp.set(pair.rtp, session);
    this.#rtcp.set(pair.rtcp, session);
    this.#io.listen(pair.rtp);
    this.#io.listen(pair.rtcp);
    return true;
  }

  #sayGoodbye(session: MediaId, now: Millis): void {
    const open = this.#sessions.get(session);
    if (open === undefined) return;
    const numbers = this.#engine.statistics(session, now);
    const packet = numbers === undefined ? undefined : this.#reporter.goodbye(open.reports, numbers, now);
    if (packet !== undefined) this.#sendRtcp(session, open, packet, numbers);
  }

  #closeSession(session: MediaId): void {
    const open = this.#sessions.get(session);
    if (open === undefined) return;
    this.#sessions.delete(session);
    this.#rtp.delete(open.pair.rtp);
    this.#rtcp.delete(open.pair.rtcp);
    this.#io.release(open.pair.rtp);
    this.#io.release(open.pair.rtcp);
  }

  /** Our own bugs throw; in the field one event is lost, not the call. */
  #contain(what: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      const message = `${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
      this.#tell({ type: 'fault', where: 'worker', message });
    }
  }
}

/** RFC 5761 §4: on a shared port the octet of the packet type tells RTCP from RTP. */
function isMuxedRtcp(bytes: Uint8Array): boolean {
  const type = bytes[1] ?? 0;
  return type >= 192 && type <= 223;
}
