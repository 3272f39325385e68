import type { SipRequest } from '../message/message.ts';
import { nameAddr, printNameAddr } from '../message/name-addr.ts';
import { addressesOf, numberOf } from '../message/values.ts';
import type { Diversion } from '../user-agent/door.ts';
import type { Seat } from '../user-agent/seat.ts';

/** The header fields of a 3xx that sends the caller on (RFC 3261 §21.3.3), with whom and why (RFC 5806 §3). */
export function divertedTo(seat: Seat, { to, reason }: Diversion): [string, string][] {
  const us = nameAddr(seat.addressOfRecord, undefined, [
    ['reason', reason],
    ['counter', '1'],
  ]);
  return [
    ['Contact', printNameAddr(nameAddr(to))],
    ['Diversion', printNameAddr(us)],
  ];
}

/** What an INVITE says of its way to us. */
export interface Travelled {
  readonly diversions: number;
  readonly divertedBy?: string;
  readonly hopsLeft: number;
}

/**
 * How often an INVITE was diverted: Diversion with its counters (RFC 5806 §3), or the entries of History-Info that carry
 * a cause (RFC 7044 §5, RFC 4458); whichever says more.
 */
export function travelled(request: SipRequest): Travelled {
  const hopsLeft = numberOf(request, 'Max-Forwards') ?? 70;
  const diverted = addressesOf(request, 'Diversion');
  const history = addressesOf(request, 'History-Info');
  const counted = diverted.reduce((sum, { params }) => sum + counter(params.get('counter')), 0);
  const caused = history.filter(({ uri }) => /cause(=|%3d)\d{3}/i.test(uri)).length;
  const by = diverted[0]?.uri ?? (caused > 0 ? history.at(-2)?.uri : undefined);
  return { diversions: Math.max(counted, caused), ...(by === undefined ? {} : { divertedBy: by }), hopsLeft };
}

/** At least 1: an entry is a diversion. At most 100: more is a loop whatever it says. */
function counter(text: string | undefined): number {
  return Math.min(100, Math.max(1, Number.parseInt(text ?? '1', 10) || 1));
}
