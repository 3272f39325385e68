import { createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loudness, shareAt } from '@switchhook/lab';
import { createSoftphone, type SoftphoneCall } from '@switchhook/phone/node';
import { readWav } from '@switchhook/rtp-media';
import { baresipEar } from './baresip-ear.ts';
import { type EarMake, type Encryption, PEER_HZ, PHONE_HZ } from './ear.ts';
import { linphoneEar } from './linphone-ear.ts';

const RATE = 8000;
const FRAME = 160;
/** So much is listened to, and the start of a call left out. */
const LISTENED_FRAMES = 150;
const SKIPPED_FRAMES = 50;
const LIMIT_MS = 60_000;
/** Of the energy; a peer on a busy machine breaks its tone now and then. */
const LEAST_SHARE = 0.5;

/** One call with a peer of another maker, judged by what both ends heard. */
export interface SoundCell {
  readonly peer: string;
  readonly ours: 'off' | 'prefer' | 'require';
  readonly theirs: Encryption;
  readonly result: 'passed' | 'failed' | 'missing';
  readonly text: string;
}

/** `never-clear`: refused or encrypted, as the peer likes. */
type Outcome = 'encrypted' | 'clear' | 'refused' | 'never-clear';

type Wanted = Pick<SoundCell, 'ours' | 'theirs'> & { readonly outcome: Outcome };

/** Every pair of policies that means something. */
const WANTED: readonly Wanted[] = [
  { ours: 'off', theirs: 'none', outcome: 'clear' },
  { ours: 'require', theirs: 'mandatory', outcome: 'encrypted' },
  { ours: 'require', theirs: 'srtp', outcome: 'encrypted' },
  { ours: 'require', theirs: 'none', outcome: 'never-clear' },
  { ours: 'off', theirs: 'mandatory', outcome: 'refused' },
  { ours: 'prefer', theirs: 'none', outcome: 'clear' },
];

/** Calls to each peer, one after the other. */
export async function playSound(words: readonly string[], onCell: (cell: SoundCell) => void): Promise<void> {
  for (const make of [linphoneEar, baresipEar]) {
    const wanted = WANTED.filter(({ ours, theirs }) =>
      words.every((word) => [make.name, 'sound', ours, theirs].includes(word)),
    );
    const missing = wanted.length === 0 ? undefined : make.missing();
    for (const cell of wanted) {
      const { ours, theirs } = cell;
      if (missing !== undefined) onCell({ peer: make.name, ours, theirs, result: 'missing', text: missing });
      else onCell({ peer: make.name, ours, theirs, ...(await playTwice(make, cell)) });
    }
  }
}

async function playTwice(make: EarMake, cell: Wanted): Promise<Pick<SoundCell, 'result' | 'text'>> {
  let before = '';
  for (;;) {
    const folder = mkdtempSync(join(tmpdir(), `interop-sound-`));
    try {
      const text = await play(make, cell, folder);
      rmSync(folder, { recursive: true, force: true });
      return { result: 'passed', text: text + before };
    } catch (error) {
      const text = `${error instanceof Error ? error.message : String(error)} (logs: ${folder})`;
      if (before !== '') return { result: 'failed', text };
      before = `, at the second try (the first: ${text.split('\n')[0]})`;
    }
  }
}

async function play(make: EarMake, { ours, theirs, outcome }: Wanted, folder: string): Promise<string> {
  const home = join(folder, 'peer');
  mkdirSync(home);
  const port = await freePort();
  const ear = await make.start({ encryption: theirs, port, home });
  const softphone = createSoftphone({ ports: { from: 30_000, to: 30_039 }, bind: '127.0.0.1' });
  try {
    const line = softphone.line({ user: 'desk', domain: `127.0.0.1:${port}`, register: false, srtp: ours });
    await softphone.start();
    const call = await line.call(`sip:peer@127.0.0.1:${port}`);
    const how = await settled(call);
    if (how !== 'talking') {
      if (outcome === 'refused' || outcome === 'never-clear') return 'refused, as it must be';
      throw new Error(`the call ended: ${how}`);
    }
    if (outcome === 'refused') throw new Error('a call that must be refused was connected');
    const heard = await talk(call);
    if (call.encrypted !== (outcome !== 'clear')) throw new Error(`the call says encrypted: ${call.encrypted}`);
    await call.hangup();
    const share = shareAt(heard, 0, heard.length, PEER_HZ, RATE);
    if (share < LEAST_SHARE) throw new Error(`of what the phone heard only ${share.toFixed(2)} is the peer's tone`);
    const wav = readWav(await ear.heard());
    if (!wav.ok) throw new Error(`the peer's recording: ${wav.fault}`);
    const { samples, sampleRate } = wav.value;
    const theirShare = bestSecond(samples, sampleRate);
    if (theirShare < LEAST_SHARE)
      throw new Error(`of what the peer heard only ${theirShare.toFixed(2)} is the phone's tone`);
    return `${call.encrypted ? 'encrypted' : 'in clear'}, heard on both sides`;
  } finally {
    await softphone.close();
    await ear.close();
  }
}

/** How the call goes on: `talking`, or why it ended. */
function settled(call: SoftphoneCall): Promise<string> {
  return new Promise((done, fail) => {
    const limit = setTimeout(() => fail(new Error(`the call is ${call.state} for ever`)), LIMIT_MS);
    const look = (text: string) => {
      clearTimeout(limit);
      done(text);
    };
    call.on('ended', ({ cause }) => look(JSON.stringify(cause)));
    call.on('state', (state) => state === 'talking' && look(state));
    if (call.state === 'talking') look(call.state);
  });
}

/** Speak and listen for some seconds; what was heard behind the start. */
async function talk(call: SoftphoneCall): Promise<Int16Array> {
  let spoken = 0;
  let over = false;
  const speaking = (async () => {
    while (!over) {
      const frame = Int16Array.from(
        { length: FRAME },
        () => 8000 * Math.sin((2 * Math.PI * PHONE_HZ * spoken++) / RATE),
      );
      await call.audio.write(frame);
    }
  })();
  const heard: number[] = [];
  let count = 0;
  for await (const frame of call.audio.frames()) {
    if (++count > SKIPPED_FRAMES) heard.push(...frame);
    if (count === SKIPPED_FRAMES + LISTENED_FRAMES) break;
  }
  over = true;
  await speaking;
  return Int16Array.from(heard);
}

/** The purest second of the phone's tone. */
function bestSecond(samples: Int16Array, rate: number): number {
  let best = 0;
  for (let at = 0; at + rate <= samples.length; at += rate / 4) {
    if (loudness(samples, at, rate) > 200) best = Math.max(best, shareAt(samples, at, rate, PHONE_HZ, rate));
  }
  return best;
}

/** A port that is free now, even, with its thousandth neighbour in the range of RTP. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound));
  const { port } = socket.address();
  await new Promise<void>((closed) => socket.close(closed));
  return port > 60_000 ? port - 6000 : port;
}
