// What is heard when the phone joins two calls: whole phones with their media engines, SIP and RTP in virtual time.
import assert from 'node:assert/strict';
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
} from '@switchhook/rtp-media';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { Office, type Phone } from './office.ts';

/** A media worker without a thread: the engine, ticked by the office's clock, and RTP over the office's wires. */
class EngineMedia implements MediaPort {
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
class Sounding extends Office {
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

  speaker(user: string, hz: number, ...codecs: readonly CodecName[]): { phone: Phone; media: EngineMedia } {
    const media = new EngineMedia(this, `10.0.0.${this.media.length + 2}`, hz);
    this.media.push(media);
    return { phone: this.phone(user, {}, { media, codecs: () => codecs }), media };
  }

  rtp(from: Endpoint, to: Endpoint, bytes: Uint8Array): void {
    this.clock.alarm(this.clock.now() + 3, () => this.sockets.get(`${to.host}:${to.port}`)?.(bytes, from));
  }
}

const pitches = [400, 700, 1100] as const;

/** Whose pitches the last half second has. */
function hears({ heard }: EngineMedia): readonly number[] {
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

/** The operator speaks both codecs, the caller A-law and the specialist µ-law only. */
function cast() {
  const office = new Sounding();
  const operator = office.speaker('1000', 400, 'PCMU', 'PCMA');
  const caller = office.speaker('2001', 700, 'PCMA');
  const specialist = office.speaker('9999', 1100, 'PCMU');
  caller.phone.do({ verb: 'call.dial', to: '1000' });
  caller.phone.wait(100);
  operator.phone.do({ verb: 'hook.lift' });
  caller.phone.wait(1_000);
  operator.phone.do({ verb: 'transfer.start', to: '9999' });
  caller.phone.wait(200);
  specialist.phone.do({ verb: 'hook.lift' });
  caller.phone.wait(1_000);
  return {
    office,
    operator,
    caller,
    specialist,
    ears: () => [operator, caller, specialist].map(({ media }) => hears(media)),
  };
}

test('transfer §10: consultation, conference, bridge and back in, as the three hear it', () => {
  const { operator, caller, ears } = cast();
  assert.deepEqual(ears(), [[1100], [], [400]], 'the caller hears music and neither of the two');
  const codecs = operator.phone.runtime.snapshot().lines.map(({ codec }) => codec);
  assert.deepEqual(codecs, ['PCMA', 'PCMU']);
  operator.phone.do({ verb: 'key.conference' });
  caller.phone.wait(1_000);
  assert.deepEqual(ears(), [
    [700, 1100],
    [400, 1100],
    [400, 700],
  ]);
  operator.phone.do({ verb: 'transfer.bridge' });
  caller.phone.wait(1_000);
  assert.deepEqual(ears(), [[], [1100], [700]]);
  operator.phone.do({ verb: 'hook.put-down' });
  caller.phone.wait(60_000);
  assert.deepEqual(ears(), [[], [1100], [700]], 'the handset down ends nothing');
  operator.phone.do({ verb: 'key.line', line: 1 });
  caller.phone.wait(1_000);
  assert.deepEqual(ears(), [
    [700, 1100],
    [400, 1100],
    [400, 700],
  ]);
});

test('transfer §10: a key of one reaches the other once through the bridge', () => {
  const { operator, caller, specialist } = cast();
  operator.phone.do({ verb: 'transfer.bridge' });
  caller.phone.wait(500);
  caller.phone.do({ verb: 'call.dtmf', digits: '42#' });
  caller.phone.wait(2_000);
  assert.deepEqual([specialist.media.keys.join(''), operator.media.keys.join('')], ['42#', '42#']);
});

test('transfer §10: one hang-up ends both, and nobody hears anything more', () => {
  const { operator, caller, specialist, ears } = cast();
  operator.phone.do({ verb: 'transfer.bridge' });
  caller.phone.wait(500);
  specialist.phone.do({ verb: 'hook.put-down' });
  caller.phone.wait(3_000);
  assert.deepEqual(
    [operator, caller, specialist].map(({ phone }) => phone.runtime.state.calls.length),
    [0, 0, 0],
  );
  assert.deepEqual([ears()[0], ears()[2]], [[], []]);
});

test.run();
