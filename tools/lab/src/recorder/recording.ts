import type { Datagram } from '@switchhook/ladder';

/** What a datagram carries, told apart by the ports' plan or by its first bytes. */
export type Carries = 'sip' | 'rtp' | 'rtcp' | 'other';

/** Tell SIP, RTP and RTCP apart (RFC 5761 §4: the packet type byte). */
export function carries(bytes: Uint8Array): Carries {
  const first = bytes[0];
  if (first === undefined) return 'other';
  if (first >> 6 === 2 && bytes.length >= 8) {
    const type = bytes[1]!;
    if (type >= 192 && type <= 223) return 'rtcp';
    return bytes.length >= 12 ? 'rtp' : 'other';
  }
  return (first >= 0x41 && first <= 0x5a) || first === 0x0d || first === 0x0a ? 'sip' : 'other';
}

/** Every datagram of one office, in the order in which they were sent. */
export class Recording {
  readonly datagrams: Datagram[] = [];

  /** Bound, so that it can be given to a network as its `record`. */
  readonly add = (datagram: Datagram): void => {
    this.datagrams.push(datagram);
  };

  /** Only those that carry `what`. */
  only(what: Carries): Datagram[] {
    return this.datagrams.filter((datagram) => carries(datagram.bytes) === what);
  }
}
