import type { Millis, Random } from '@switchhook/sans-io';
import { DtmfGenerator } from '../dtmf/inband.ts';
import { gainOf, Mix, scale } from '../mixer/mixer.ts';
import { MediaSession, type Relay } from '../session/media-session.ts';
import type { Endpoint, MediaId } from '../session/plan.ts';
import type { MakeBlockCipher } from '../srtp/suite.ts';
import { ToneGenerator } from '../tone/generator.ts';
import { MelodyPlayer } from '../tone/melody.ts';
import { type ToneTable, toneTable } from '../tone/tones.ts';
import type { HoldSource, MediaCommand, RouteName } from './door.ts';
import type { Engine, EngineSettings, MediaOut, RtcpStatistics } from './ports.ts';
import { FRAME_SAMPLES, SAMPLE_RATE } from './sound.ts';

/** Every session's numbers are told this often, ms. */
export const QUALITY_MS = 5000;
/** Our own keys in our own ear, dBm0: 20 dB under what goes out. */
const KEY_ECHO = -30;

/** A session and its part in the mix. */
interface Part {
  readonly session: MediaSession;
  holdSource: HoldSource;
  connected: boolean;
  bridge: Bridge | undefined;
  /** Its frame of this tick is in the mixes. */
  joined: boolean;
}

/** Sessions that hear each other and not us. */
interface Bridge {
  readonly name: string;
  sessions: readonly MediaId[];
  readonly mix: Mix;
}

/**
 * The media of one telephone: sessions, mixer, tones and rings, ticked every 20 ms by whoever has a clock. It does no IO
 * and reads no clock; packets and events leave through `MediaOut`. Ticks allocate nothing that lives.
 */
export class MediaEngine implements Engine {
  readonly #random: Random;
  readonly #out: MediaOut;
  readonly #cipher: MakeBlockCipher | undefined;
  readonly #table: ToneTable;
  readonly #parts: Part[] = [];
  #ids: readonly MediaId[] = [];
  /** As last commanded; a session that opens later takes the place that was kept for it. */
  #connected: readonly MediaId[] = [];
  #bridges: readonly Bridge[] = [];
  readonly #tone = new ToneGenerator();
  readonly #ring = new ToneGenerator();
  readonly #keyEcho = new DtmfGenerator();
  #keyEchoed = -1;
  readonly #melody = new MelodyPlayer();
  readonly #music = new Int16Array(FRAME_SAMPLES);
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  readonly #talk = new Mix(FRAME_SAMPLES);
  #muted = false;
  #route: RouteName = 'handset';
  readonly #gain: Record<RouteName | 'ring', number> = { handset: 1, headset: 1, speaker: 1, ring: 1 };
  #nextQuality: Millis | undefined;
  readonly #relayed: Relay = (from, digit, durationMs) => this.#relay(from, digit, durationMs);

  constructor(settings: EngineSettings) {
    const rate: number = settings.sampleRate ?? SAMPLE_RATE;
    if (rate !== SAMPLE_RATE) throw new Error(`the engine works at ${SAMPLE_RATE} Hz, not at ${rate}`);
    this.#random = settings.random;
    this.#out = settings.out;
    this.#cipher = settings.cipher;
    this.#table = toneTable(settings.country ?? 'us');
  }

  get sessions(): readonly MediaId[] {
    return this.#ids;
  }

  /** The route that was chosen last. */
  get route(): RouteName {
    return this.#route;
  }

  command(command: MediaCommand, now: Millis): void {
    switch (command.type) {
      case 'open':
        this.#open(command.session);
        return;
      case 'plan':
        this.#part(command.session).session.plan(command.plan, now);
        return;
      case 'connect':
        this.#connected = command.sessions;
        this.#join();
        return;
      case 'bridge':
        this.#bridge(command.name ?? '', command.sessions);
        return;
      case 'hold-source':
        this.#part(command.session).holdSource = command.source;
        return;
      case 'close':
        this.#close(command.session);
        return;
      case 'tone':
        if (command.tone === undefined) this.#tone.stop();
        else this.#tone.start(this.#table.tones[command.tone].cadence, this.#table.tones[command.tone].dbm0);
        return;
      case 'ring':
        if (command.ring === undefined) this.#ring.stop();
        else this.#ring.start(this.#table.rings[command.ring].cadence, this.#table.rings[command.ring].dbm0);
        return;
      case 'dtmf':
        this.#part(command.session).session.dial(command.digits, command.durationMs);
        return;
      case 'mute':
        this.#muted = command.on;
        return;
      case 'route':
        this.#route = command.route;
        return;
      case 'volume':
        this.#gain[command.route] = gainOf(command.percent);
        return;
      default:
        command satisfies never;
        throw new Error(`no such media command: ${JSON.stringify(command)}`);
    }
  }

  receive(session: MediaId, packet: Uint8Array, from: Endpoint, now: Millis): void {
    // a datagram may be on its way when its session closes
    this.#find(session)?.session.receive(packet, from, now);
  }

  receiveRtcp(session: MediaId, packet: Uint8Array, from: Endpoint, now: Millis): Uint8Array | undefined {
    return this.#find(session)?.session.receiveRtcp(packet, from, now);
  }

  protectRtcp(session: MediaId, packet: Uint8Array): Uint8Array | undefined {
    return this.#find(session)?.session.protectRtcp(packet);
  }

  tick(microphone: Int16Array, speaker: Int16Array, ringer: Int16Array, now: Millis): void {
    ofFrameLength(microphone);
    ofFrameLength(speaker);
    ofFrameLength(ringer);
    const parts = this.#parts;
    this.#talk.clear();
    for (let i = 0; i < this.#bridges.length; i++) this.#bridges[i]!.mix.clear();
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      part.session.pull(now);
      part.joined = this.#voiced(part);
      if (part.connected && part.joined) this.#talk.add(part.session);
      if (part.joined) part.bridge?.mix.add(part.session);
    }
    this.#melody.read(this.#music);
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      this.#compose(part, microphone);
      part.session.push(this.#frame, now);
    }
    this.#toEar(speaker);
    ringer.fill(0);
    this.#ring.addTo(ringer, this.#gain.ring);
    this.#tellQuality(now);
  }

  statistics(session: MediaId, _now: Millis): RtcpStatistics | undefined {
    return this.#find(session)?.session.statistics();
  }

  /** What the far end of `part` shall hear, into `#frame`. */
  #compose(part: Part, microphone: Int16Array): void {
    const frame = this.#frame;
    if (!part.connected && part.bridge === undefined) {
      if (part.holdSource === 'music') frame.set(this.#music);
      else frame.fill(0);
      return;
    }
    if (part.connected && !this.#muted) frame.set(microphone);
    else frame.fill(0);
    if (part.connected) take(this.#talk, part, frame);
    if (part.bridge !== undefined) take(part.bridge.mix, part, frame);
  }

  /** Whether this frame of `part` goes into its mix: a key that is relayed as events is not heard besides. */
  #voiced({ session, connected, bridge }: Part): boolean {
    return !session.keyed || (connected && bridge === undefined && this.#connected.length < 2);
  }

  /** A key of one far end reaches the others that it is joined with, as their own plan carries keys. */
  #relay(from: MediaSession, digit: string, durationMs: number): void {
    const source = this.#find(from.id);
    if (source === undefined) return;
    for (const part of this.#parts) {
      if (part === source) continue;
      const bridged = part.bridge !== undefined && part.bridge === source.bridge;
      if (bridged || (part.connected && source.connected)) part.session.dial(digit, durationMs);
    }
  }

  #toEar(speaker: Int16Array): void {
    speaker.fill(0);
    this.#talk.addTo(speaker);
    this.#tone.addTo(speaker);
    let key = -1;
    for (let i = 0; i < this.#parts.length; i++) {
      const part = this.#parts[i]!;
      if (part.connected && part.session.keySounding >= 0) key = part.session.keySounding;
    }
    if (key !== this.#keyEchoed) {
      if (key >= 0) this.#keyEcho.start(key, KEY_ECHO);
      else this.#keyEcho.stop();
      this.#keyEchoed = key;
    }
    this.#keyEcho.addTo(speaker);
    scale(speaker, this.#gain[this.#route]);
  }

  #tellQuality(now: Millis): void {
    this.#nextQuality ??= now + QUALITY_MS;
    if (now < this.#nextQuality) return;
    this.#nextQuality = now + QUALITY_MS;
    for (const { session } of this.#parts) {
      this.#out.event({ type: 'quality', session: session.id, quality: session.quality() });
    }
  }

  #open(id: MediaId): void {
    if (this.#find(id) !== undefined) throw new Error(`media session ${id} is open already`);
    const session = new MediaSession(id, this.#random, this.#out, this.#cipher, this.#relayed);
    this.#parts.push({ session, holdSource: 'silence', connected: false, bridge: undefined, joined: false });
    this.#ids = this.#parts.map((part) => part.session.id);
    this.#join();
  }

  #close(id: MediaId): void {
    const index = this.#parts.findIndex((part) => part.session.id === id);
    // closing twice is harmless: a call may end on both sides at once
    if (index === -1) return;
    const [part] = this.#parts.splice(index, 1);
    this.#ids = this.#parts.map((other) => other.session.id);
    this.#connected = this.#connected.filter((other) => other !== id);
    for (const bridge of this.#bridges) bridge.sessions = bridge.sessions.filter((other) => other !== id);
    this.#out.event({ type: 'closed', session: id, quality: part!.session.quality() });
  }

  #bridge(name: string, sessions: readonly MediaId[]): void {
    const rest = this.#bridges.filter((bridge) => bridge.name !== name);
    const bridge = { name, sessions, mix: new Mix(FRAME_SAMPLES) };
    this.#bridges = sessions.length === 0 ? rest : [...rest, bridge];
    this.#join();
  }

  #join(): void {
    for (const part of this.#parts) {
      part.connected = this.#connected.includes(part.session.id);
      part.bridge = this.#bridges.find(({ sessions }) => sessions.includes(part.session.id));
    }
  }

  #find(id: MediaId): Part | undefined {
    for (let i = 0; i < this.#parts.length; i++) if (this.#parts[i]!.session.id === id) return this.#parts[i];
    return undefined;
  }

  #part(id: MediaId): Part {
    const part = this.#find(id);
    if (part === undefined) throw new Error(`no media session ${id}`);
    return part;
  }
}

/** The mix without what `part` put into it. */
function take(mix: Mix, part: Part, frame: Int16Array): void {
  if (part.joined) mix.addMinus(part.session, frame);
  else mix.addTo(frame);
}

function ofFrameLength(frame: Int16Array): void {
  if (frame.length !== FRAME_SAMPLES) throw new Error(`a frame has ${FRAME_SAMPLES} samples, not ${frame.length}`);
}
