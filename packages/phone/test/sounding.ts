import {
  type CodecName,
  type Endpoint,
  FRAME_MS,
  FRAME_SAMPLES,
  type MediaCommand,
  MediaEngine,
  type MediaEvent,
  type MediaId,
  type MediaPort,
  type SrtpWish,
} from '@switchhook/rtp-media';
import { nodeBlockCipher } from '@switchhook/rtp-media/node';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { Office, type Phone } from './office.ts';

/** A media worker without a thread: the engine, ticked by the office's clock, and RTP over the office's wires. */
export class EngineMedia implements MediaPort {
  onEvent: (event: MediaEvent) => void = () => {};
  readonly heard: number[] = [];
  readonly keys: string[] = [];
  readonly #engine: MediaEngine;
  readonly #office: Sounding;
  readonly #host: string;
  readonly #hz: number;
  #port = 20_000;
  #samples = 0;

  constructor(office: Sounding, host: string, hz: number) {
    this.#office = office;
    this.#host = host;
    this.#hz = hz;
    const ports = new Map<MediaId, number>();
    this.#engine = new MediaEngine({
      random: new SeededRandom(hz),
      cipher: nodeBlockCipher,
      out: {
        send: (session, bytes, to) => office.rtp({ host, port: ports.get(session)! }, to, bytes.slice()),
        event: (event) => {
          if (event.type === 'digit') this.keys.push(event.digit);
          this.onEvent(event);
        },
      },
    });
    this.open = (session) => {
      this.#port += 2;
      ports.set(session, this.#port);
      this.#engine.command({ type: 'open', session, port: this.#port }, office.clock.now());
      const now = () => office.clock.now();
      office.sockets.set(`${host}:${this.#port}`, (bytes, from) => this.#engine.receive(session, bytes, from, now()));
      return { host: this.#host, port: this.#port };
    };
  }

  open: (session: MediaId) => Endpoint;

  send(command: MediaCommand): void {
    this.#engine.command(command, this.#office.clock.now());
  }

  close(): void {}

  tick(): void {
    const [microphone, speaker, ringer] = [0, 1, 2].map(() => new Int16Array(FRAME_SAMPLES)) as [
      Int16Array,
      Int16Array,
      Int16Array,
    ];
    for (let i = 0; i < FRAME_SAMPLES; i++)
      microphone[i] = 5000 * Math.sin((2 * Math.PI * this.#hz * this.#samples++) / 8000);
    this.#engine.tick(microphone, speaker, ringer, this.#office.clock.now());
    this.heard.push(...speaker);
    if (this.heard.length > 8000) this.heard.splice(0, this.heard.length - 8000);
  }
}

/** An office whose phones speak: everybody at a pitch of their own. */
export class Sounding extends Office {
  readonly sockets = new Map<string, (bytes: Uint8Array, from: Endpoint) => void>();
  readonly media: EngineMedia[] = [];

  constructor() {
    super();
    const tick = () => {
      for (const each of this.media) each.tick();
      this.clock.alarm(this.clock.now() + FRAME_MS, tick);
    };
    this.clock.alarm(this.clock.now() + FRAME_MS, tick);
  }

  speaker(
    user: string,
    hz: number,
    codecs: readonly CodecName[],
    srtp?: SrtpWish,
    settings: Parameters<Office['phone']>[1] = {},
  ): { phone: Phone; media: EngineMedia } {
    const media = new EngineMedia(this, `10.0.0.${this.media.length + 2}`, hz);
    this.media.push(media);
    return { phone: this.phone(user, settings, { media, codecs: () => codecs, srtp: () => srtp }), media };
  }

  rtp(from: Endpoint, to: Endpoint, bytes: Uint8Array): void {
    this.clock.alarm(this.clock.now() + 3, () => this.sockets.get(`${to.host}:${to.port}`)?.(bytes, from));
  }
}

/** What the first three speakers of a test speak at, Hz. */
export const pitches = [400, 700, 1100] as const;

/** Whose pitches the last half second has. */
export function hears({ heard }: EngineMedia): readonly number[] {
  const last = heard.slice(-4000);
  return pitches.filter((hz) => {
    let [re, im] = [0, 0];
    for (const [i, sample] of last.entries()) {
      re += sample * Math.cos((2 * Math.PI * hz * i) / 8000);
      im += sample * Math.sin((2 * Math.PI * hz * i) / 8000);
    }
    return (2 * Math.hypot(re, im)) / last.length > 2000;
  });
}
