import type { CodecName } from '../session/plan.ts';
import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from './g711.ts';

/** One audio codec: stateless, one octet a sample, no allocation. */
export interface Codec {
  readonly name: CodecName;
  /** Payload type that needs no rtpmap (RFC 3551 §6). */
  readonly staticPayloadType: number;
  /** RTP clock in Hz. */
  readonly clockRate: number;
  /** Encode `count` samples from `pcm[from]` into `octets[at]`. */
  encode(pcm: Int16Array, from: number, count: number, octets: Uint8Array, at: number): void;
  /** Decode `count` octets from `octets[from]` into `pcm[at]`: as many samples. */
  decode(octets: Uint8Array, from: number, count: number, pcm: Int16Array, at: number): void;
}

/** Every codec of the engine; a new one is entered here and nowhere else. */
export const CODECS: Readonly<Record<CodecName, Codec>> = {
  PCMU: { name: 'PCMU', staticPayloadType: 0, clockRate: 8000, encode: encodeUlaw, decode: decodeUlaw },
  PCMA: { name: 'PCMA', staticPayloadType: 8, clockRate: 8000, encode: encodeAlaw, decode: decodeAlaw },
};

/** The codec that SDP calls `name` (case does not count, RFC 8866 §6.6) at `clockRate`. */
export function codecNamed(name: string, clockRate: number): Codec | undefined {
  const upper = name.toUpperCase();
  const codec = upper === 'PCMU' || upper === 'PCMA' ? CODECS[upper] : undefined;
  return codec?.clockRate === clockRate ? codec : undefined;
}

/** The codec that payload type `payloadType` means without an rtpmap. */
export function codecStatic(payloadType: number): Codec | undefined {
  if (payloadType === 0) return CODECS.PCMU;
  return payloadType === 8 ? CODECS.PCMA : undefined;
}
