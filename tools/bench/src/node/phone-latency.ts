import { type Intent, phoneSettings } from '@switchhook/phone';
import { Runtime } from '@switchhook/phone/node';
import { soundWorkerUrl, startMediaWorker } from '@switchhook/rtp-media/node';
import { token } from '@switchhook/sans-io';
import { UserAgent } from '@switchhook/sip-core';
import { monotonicClock, nodeCrypto, Sockets } from '@switchhook/sip-core/node';
import { type Bench, median, type NotRun, quantile, type Result, result } from '../result.ts';
import { AtHeadset } from './at-headset.ts';
import { oneWayMs } from './echo.ts';
import { Finger } from './finger.ts';
import { pause } from './measured-process.ts';
import { audioSdp, HOST, RawPeer } from './raw-peer.ts';

const ROUNDS = 150;
/** Calls before the count starts: the compiler has to see the path. */
const WARM_UP = 30;
const USER = '1000';

/**
 * 7b–7d: the whole phone (runtime, user agent, media worker) against a bare UDP socket that looks at the clock. By command, and by the
 * octets of an input event (`-key`): device file, keypad, bindings and all; and by a headset's AT command (`-at`): device file,
 * audio gateway, table and all.
 */
export const latency: Bench = { name: 'latency', ids: ['7b', '7c', '7d', '7b-key', '7d-key', '7b-at', '7d-at'], run };

async function run(): Promise<readonly (Result | NotRun)[]> {
  const peer = await RawPeer.open();
  const phone = await startPhone(peer.port);
  const finger = new Finger(phone.runtime);
  const headset = new AtHeadset(phone.runtime);
  try {
    const byCommand = await play(phone, peer, 'command', commands(phone));
    const byKey = await play(phone, peer, 'key', keys(phone, finger));
    const byHeadset = await play(phone, peer, 'at', {
      dial: () => headset.say('ATD2000;'),
      accept: () => headset.say('ATA'),
    });
    const wire = median(await oneWayMs(500));
    const { rings } = byCommand;
    return [
      ...toTheWire('', 'command', 'accept key', byCommand, wire),
      result('7c', 'INVITE -> 180, p50', 'ms', median(rings), 'UDP round trip', 2 * wire, atMostMs(1.5)),
      ...toTheWire('-key', 'key event', 'key event', byKey, wire),
      ...toTheWire('-at', 'ATD', 'ATA', byHeadset, wire),
    ];
  } finally {
    headset.close();
    finger.close();
    await phone.close();
    peer.close();
  }
}

/** 7b and 7d of one hand. */
function toTheWire(
  hand: string,
  dial: string,
  accept: string,
  { dials, accepts }: { readonly dials: readonly number[]; readonly accepts: readonly number[] },
  wireMs: number,
): readonly Result[] {
  const row = (id: string, what: string, value: number, bound: number) =>
    result(id, what, 'ms', value, 'UDP one way', wireMs, atMostMs(bound));
  return [
    row(`7b${hand}`, `${dial} -> INVITE on the wire, p50`, median(dials), 1.5),
    row(`7b${hand}-p99`, `${dial} -> INVITE on the wire, p99`, quantile(dials, 0.99), 5),
    row(`7d${hand}`, `${accept} -> 200 on the wire, p50`, median(accepts), 2),
    row(`7d${hand}-p99`, `${accept} -> 200 on the wire, p99`, quantile(accepts, 0.99), 2),
  ];
}

/** What somebody does, and when it began: the moment from which is counted. */
interface Hand {
  dial(): Promise<number> | number;
  accept(): number;
}

function commands({ runtime }: Phone): Hand {
  const submit = (intent: Intent) => {
    const at = performance.now();
    runtime.submit(intent, { door: 'keys' }, (outcome) => {
      if (outcome.name === 'failed' && intent.verb === 'call.answer') throw new Error(outcome.error.message);
    });
    return at;
  };
  return {
    dial: () => submit({ verb: 'call.dial', to: '2000' }),
    accept: () => submit({ verb: 'call.answer' }),
  };
}

/** Dials digit by digit; the key that sends the number is the edge that decides, and so is the line key. */
function keys({ runtime }: Phone, finger: Finger): Hand {
  const tap = (key: Parameters<Finger['press']>[0]) => {
    const at = finger.press(key);
    finger.release(key);
    return at;
  };
  return {
    async dial() {
      for (const digit of [2, 0, 0, 0] as const) tap(digit);
      for (let i = 0; i < 400 && runtime.state.prompt?.digits !== '2000'; i++) await pause(2);
      await pause(260); // two presses of a function within 250 ms count once
      return tap('send');
    },
    accept: () => tap('line1'),
  };
}

async function play(phone: Phone, peer: RawPeer, name: string, hand: Hand) {
  const [dials, rings, accepts]: [number[], number[], number[]] = [[], [], []];
  for (let i = -WARM_UP; i < ROUNDS; i++) {
    const invite = await dialOnce(phone, peer, hand);
    const { ringMs, acceptMs } = await answerOnce(phone, peer, hand, `${name}-${i + WARM_UP}`);
    if (i < 0) continue;
    dials.push(invite);
    rings.push(ringMs);
    accepts.push(acceptMs);
  }
  return { dials, rings, accepts };
}

function atMostMs(bound: number) {
  return { text: `<= ${bound} ms`, met: (value: number) => value <= bound };
}

interface Phone {
  readonly runtime: Runtime;
  readonly port: number;
  /** Resolves when the phone has no call left. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

async function startPhone(server: number): Promise<Phone> {
  const account = token<'account'>(USER);
  const common = { id: account, user: USER, domain: `${HOST}:${server}`, transport: 'udp', register: false } as const;
  const transport = await Sockets.open({ udp: { host: HOST, port: 0 } });
  const media = await startMediaWorker({
    workerUrl: soundWorkerUrl(),
    host: HOST,
    ports: { from: 30_000, to: 39_999 },
    sound: { type: 'silence' },
  });
  const runtime = new Runtime({
    clock: monotonicClock,
    wall: Date.now,
    random: nodeCrypto,
    userAgent: new UserAgent({
      accounts: [{ ...common, server: { host: HOST, port: server } }],
      local: transport.local,
      crypto: nodeCrypto,
      // 300 calls in a few seconds: their transactions live 32 s each.
      limits: { serverTransactions: 5000 },
    }),
    transport,
    media,
    settings: phoneSettings({ accounts: [common] }),
    strict: true,
  });
  runtime.start();
  return {
    runtime,
    port: transport.local.udp!.port,
    async idle() {
      for (let i = 0; i < 400 && !runtime.idle; i++) await pause(5);
      if (!runtime.idle) throw new Error(`the phone does not come to rest: ${JSON.stringify(runtime.snapshot())}`);
    },
    async close() {
      runtime.close();
      await media.close();
    },
  };
}

/** From the hand to the INVITE's arrival; the call is then refused. */
async function dialOnce(phone: Phone, peer: RawPeer, hand: Hand): Promise<number> {
  const arriving = peer.next('INVITE');
  const began = await hand.dial();
  const invite = await arriving;
  const acknowledged = peer.next('ACK');
  peer.answer(invite, 486);
  await acknowledged;
  if (!phone.runtime.idle) {
    const call = phone.runtime.state.calls[0];
    if (call !== undefined) phone.runtime.submit({ verb: 'call.hangup', callId: call.id }, { door: 'keys' });
  }
  await phone.idle();
  return invite.atMs - began;
}

/** From INVITE to 180, and from the hand to 200; the call is then ended. */
async function answerOnce(
  phone: Phone,
  peer: RawPeer,
  hand: Hand,
  callId: string,
): Promise<{ ringMs: number; acceptMs: number }> {
  const ringing = peer.next('180 INVITE');
  const fields = { callId, user: USER };
  const began = performance.now();
  peer.request(phone.port, 'INVITE', { ...fields, cseq: 1 }, audioSdp(9000));
  const rung = await ringing;
  await pause(10); // a hand is slower than this: media is armed meanwhile
  const answering = peer.next('200 INVITE');
  const pressed = hand.accept();
  const answered = await answering;
  const toTag = /;tag=([^;]+)/.exec(answered.message.headers.get('To')!)![1]!;
  peer.request(phone.port, 'ACK', { ...fields, cseq: 1, toTag });
  const ended = peer.next('200 BYE');
  peer.request(phone.port, 'BYE', { ...fields, cseq: 2, toTag });
  await ended;
  await phone.idle();
  return { ringMs: rung.atMs - began, acceptMs: answered.atMs - pressed };
}
