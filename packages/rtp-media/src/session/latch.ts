//                 packet from the SDP address
//   searching ───────────────────────────────────► told (the SDP address it is)
//       │  5 packets of one SSRC and payload type       ▲
//       │  from elsewhere, in the first 2 s or as       │ packet from the SDP address
//       │  long as none came from the SDP address       │
//       └────────────────────────► moved ───────────────┘
//                                   └─► another one: inside the window, or after 2 s of silence
import type { Millis } from '@switchhook/sans-io';
import { canonicalHost, kindOf } from '../sdp/address.ts';
import type { Endpoint } from '../session/plan.ts';

/** How long after a plan another source than the SDP address may take the stream over. */
export const LATCH_WINDOW_MS = 2000;
/** Packets of one SSRC and payload type that another source must send first. */
export const LATCH_PACKETS = 5;

/**
 * Symmetric RTP (RFC 4961) with the rules of sip-core §10 against hijacked media ("RTPBleed"): the address that SDP named
 * is always believed and preferred, another one only while the window is open or the named one is silent.
 */
export class Latch {
  #told: Endpoint | undefined;
  #moved: Endpoint | undefined;
  #heardTold = false;
  #movedAt: Millis = 0;
  #windowEnd: Millis = 0;
  #candidateHost = '';
  #candidatePort = 0;
  #candidateSsrc = 0;
  #candidateType = 0;
  #candidateCount = 0;
  /** The spelling that the told host was last seen in, so that the common case compares one string. */
  #toldSpelling = '';

  /** Where to send to now. */
  get remote(): Endpoint | undefined {
    return this.#moved ?? this.#told;
  }

  /** A plan came: the window opens, and a changed address starts the search anew. True when the address changed. */
  plan(told: Endpoint | undefined, now: Millis): boolean {
    this.#windowEnd = now + LATCH_WINDOW_MS;
    this.#candidateCount = 0;
    const before = this.#told;
    if (before !== undefined && told !== undefined && before.port === told.port && sameHost(before.host, told.host))
      return false;
    this.#told = told;
    this.#moved = undefined;
    this.#heardTold = false;
    this.#toldSpelling = told?.host ?? '';
    return before !== told;
  }

  /** Whether an RTP packet from `from` belongs to the stream. */
  admits(from: Endpoint, ssrc: number, payloadType: number, now: Millis): boolean {
    const told = this.#told;
    if (told === undefined) return false;
    if (this.#isTold(from, told)) {
      this.#heardTold = true;
      this.#moved = undefined;
      this.#candidateCount = 0;
      return true;
    }
    const moved = this.#moved;
    if (moved !== undefined && moved.port === from.port && moved.host === from.host) {
      this.#movedAt = now;
      return true;
    }
    if (!this.#open(now)) return false;
    const same =
      this.#candidateCount > 0 &&
      this.#candidateSsrc === ssrc &&
      this.#candidateType === payloadType &&
      this.#candidatePort === from.port &&
      this.#candidateHost === from.host;
    this.#candidateCount = same ? this.#candidateCount + 1 : 1;
    if (!same) {
      this.#candidateSsrc = ssrc;
      this.#candidateType = payloadType;
      this.#candidatePort = from.port;
      this.#candidateHost = from.host;
    }
    if (this.#candidateCount < LATCH_PACKETS || !usable(from)) return false;
    this.#moved = { host: from.host, port: from.port };
    this.#movedAt = now;
    this.#candidateCount = 0;
    return true;
  }

  /** Whether `from` is a host that the stream knows: for RTCP, whose port may differ. */
  knows(from: Endpoint): boolean {
    const remote = this.remote;
    return remote !== undefined && sameHost(remote.host, from.host);
  }

  #isTold(from: Endpoint, told: Endpoint): boolean {
    if (from.port !== told.port) return false;
    if (from.host === told.host || from.host === this.#toldSpelling) return true;
    if (!sameHost(from.host, told.host)) return false;
    this.#toldSpelling = from.host;
    return true;
  }

  #open(now: Millis): boolean {
    if (now < this.#windowEnd) return true;
    if (this.#heardTold) return false;
    return this.#moved === undefined || now - this.#movedAt >= LATCH_WINDOW_MS;
  }
}

function sameHost(a: string, b: string): boolean {
  return a === b || canonicalHost(a) === canonicalHost(b);
}

/** Replies go there, so it must be a place that SDP could have named too. */
function usable(from: Endpoint): boolean {
  const kind = kindOf(from.host);
  return from.port >= 1024 && (kind === 'unicast' || kind === 'loopback');
}
