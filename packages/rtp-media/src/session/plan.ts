import type { Token } from '@switchhook/sans-io';
import type { SrtpKeys } from '../srtp/suite.ts';

/** Our name for one media session (one audio stream of one call). */
export type MediaId = Token<'media'>;

/** A transport address. `host` is numeric. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Which way audio may flow, seen from us (RFC 3264 §5.1). */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export type CodecName = 'PCMU' | 'PCMA';

/** A codec with the payload type that both sides agreed on. */
export interface NegotiatedCodec {
  readonly name: CodecName;
  readonly payloadType: number;
  /** RTP clock in Hz. */
  readonly clockRate: number;
}

/** What offer/answer decided: all that the media engine must know to send and receive one stream. */
export interface SessionPlan {
  /** Where to send; undefined while the far end has given no usable address (held with 0.0.0.0, port 0). */
  readonly remote: Endpoint | undefined;
  /** Where to send RTCP; the port after `remote`'s, unless the far end said otherwise (RFC 3605, RFC 5761). */
  readonly remoteRtcp: Endpoint | undefined;
  readonly codec: NegotiatedCodec;
  /** Codecs that may arrive besides. */
  readonly receive: readonly NegotiatedCodec[];
  /** RFC 4733 payload type, when agreed. */
  readonly telephoneEvent: number | undefined;
  /** Where the far end sends its events to, when that is another payload type than `telephoneEvent`. */
  readonly telephoneEventIn?: number;
  readonly direction: Direction;
  /** Packet time to send, ms. */
  readonly ptimeMs: number;
  /** RTP and RTCP share one port on both sides (RFC 5761). */
  readonly rtcpMux?: true;
  /** Keys of both ways: with them nothing is sent or taken in clear. Never logged. */
  readonly srtp?: SrtpPair;
}

/** Keys of the two directions of one stream, under the same suite. */
export interface SrtpPair {
  readonly send: SrtpKeys;
  readonly receive: SrtpKeys;
}
