/** 3a–3d: what one RTP packet costs, beside werift-rtp, libsrtp2 and tables in C, CPU time in turn. */
import { createCipheriv, createHmac } from 'node:crypto';
import {
  decodeAlaw,
  encodeAlaw,
  RtpView,
  SRTP_SUITES,
  SrtpSender,
  type SrtpSuiteName,
  writeRtpHeader,
} from '@switchhook/rtp-media';
import { nodeBlockCipher } from '@switchhook/rtp-media/node';
import { RtpHeader, RtpPacket } from 'werift-rtp';
import { type Bench, type NotRun, type Result, result } from '../result.ts';
import { NativeProgram } from './native-program.ts';
import { sideBySide } from './side-by-side.ts';

const PACKET = 172;
const ROUND_MS = '60';
const ROUNDS = '5';

export const mediaPackets: Bench = { name: 'packets', ids: ['3a', '3b', '3c', '3d'], run };

async function run(): Promise<readonly (Result | NotRun)[]> {
  const native = NativeProgram.build('media-packets', 'libsrtp2', 'libsrtp2-dev');
  const packet = new Uint8Array(PACKET);
  writeRtpHeader(packet, false, 8, 1, 160, 0xcafe_babe);
  const view = new RtpView();
  const bytes = Buffer.from(packet);
  const header = new RtpHeader({ payloadType: 8, sequenceNumber: 1, timestamp: 160, ssrc: 0xcafe_babe });
  const theirs = new RtpPacket(header, bytes.subarray(12));
  const samples = Int16Array.from({ length: 160 }, (_, i) => 9000 * Math.sin(i));
  const octets = new Uint8Array(160);
  const protectCm = protector('AES_CM_128_HMAC_SHA1_80');
  const protectGcm = protector('AEAD_AES_128_GCM');
  const before = typeof native === 'string' ? undefined : native.columns(ROUND_MS, ROUNDS);
  const ours = sideBySide({
    parse: () => view.parse(packet),
    parseWerift: () => RtpPacket.deSerialize(bytes),
    write: () => writeRtpHeader(packet, false, 8, 1, 160, 0xcafe_babe),
    writeWerift: () => theirs.serialize(),
    cm: protectCm,
    cmPlain: plainCounterMode,
    gcm: protectGcm,
    gcmPlain: plainGaloisMode,
    encode: () => encodeAlaw(samples, 0, 160, octets, 0),
    decode: () => decodeAlaw(octets, 0, 160, samples, 0),
  });
  const after = typeof native === 'string' ? undefined : native.columns(ROUND_MS, ROUNDS);
  const row = (id: string, what: string, value: number, peer: string, peerValue: number, bound: number) =>
    result(id, what, 'us', value, peer, peerValue, {
      text: `<= ${bound} x peer`,
      met: (_, ratio) => ratio <= bound,
    });
  const under = (id: string, what: string, value: number, peer: string, peerValue: number) =>
    result(id, what, 'us', value, peer, peerValue, { text: '<= 0.05 us', met: (own) => own <= 0.05 });
  const rows: (Result | NotRun)[] = [
    under('3a', 'read an RTP header', ours['parse']!, 'werift-rtp', ours['parseWerift']!),
    under('3a-write', 'write an RTP header', ours['write']!, 'werift-rtp, whole packet', ours['writeWerift']!),
    row('3b-node', 'SRTP AES-CM, HMAC-SHA1', ours['cm']!, 'plain node:crypto', ours['cmPlain']!, 1),
    row('3c-node', 'SRTP AES-128-GCM', ours['gcm']!, 'plain node:crypto', ours['gcmPlain']!, 1),
  ];
  if (typeof native === 'string' || before === undefined || after === undefined) {
    for (const id of ['3b', '3c', '3d']) rows.push({ id, why: String(native) });
    return rows;
  }
  native.close();
  const mean = (column: number): number => (before[column]! + after[column]!) / 2;
  rows.push(
    row('3b', 'SRTP AES-CM, HMAC-SHA1: protect 172 octets', ours['cm']!, 'libsrtp2', mean(0), 1),
    row('3c', 'SRTP AES-128-GCM: protect 172 octets', ours['gcm']!, 'libsrtp2', mean(1), 2),
    row('3d', 'G.711 encode 160 samples', ours['encode']!, 'tables in C', mean(2), 2),
    row('3d-decode', 'G.711 decode 160 octets', ours['decode']!, 'tables in C', mean(3), 2),
  );
  return rows;
}

/** Protect one packet after the other, as a call does. */
function protector(suite: SrtpSuiteName): () => number {
  const { keyLength, saltLength } = SRTP_SUITES[suite];
  const keys = { suite, masterKey: new Uint8Array(keyLength).fill(3), masterSalt: new Uint8Array(saltLength).fill(9) };
  const sender = new SrtpSender(keys, nodeBlockCipher);
  const packet = new Uint8Array(PACKET);
  packet[0] = 0x80;
  const into = new Uint8Array(PACKET + sender.overhead);
  let sequence = 0;
  return () => {
    packet[2] = sequence >> 8;
    packet[3] = sequence;
    sequence = (sequence + 1) & 0xffff;
    return sender.protect(packet, PACKET, into);
  };
}

const KEY = Buffer.alloc(16, 3);
const PLAIN = Buffer.alloc(PACKET, 7);

/** What a packet costs when the cipher and the HMAC are made anew for it. */
function plainCounterMode(): Buffer {
  const cipher = createCipheriv('aes-128-ctr', KEY, PLAIN.subarray(0, 16));
  const text = cipher.update(PLAIN);
  return createHmac('sha1', KEY).update(text).digest();
}

function plainGaloisMode(): Buffer {
  const cipher = createCipheriv('aes-128-gcm', KEY, PLAIN.subarray(0, 12));
  cipher.setAAD(PLAIN.subarray(0, 12));
  cipher.update(PLAIN);
  cipher.final();
  return cipher.getAuthTag();
}
