import type { SipMessage } from '../message/message.ts';
import { type NameAddr, parseNameAddr } from '../message/name-addr.ts';
import { sameUri } from '../message/uri.ts';
import type { Party } from '../user-agent/door.ts';
import { readParty } from './peer.ts';

/**
 * Who is at the far end of one dialog as the call goes on. What our own server vouches for counts most; a From that
 * changes in mid-call (RFC 4916) is news too, but nobody vouches for it; and what has been said before is no news.
 */
export class PeerIdentity {
  #party: Party;
  #from: NameAddr | undefined;

  /** `address` = how the far end is called in To of our requests, which its From repeats until something changes. */
  constructor(party: Party, address: string) {
    this.#party = party;
    const read = parseNameAddr(address);
    this.#from = read.ok ? read.value : undefined;
  }

  /** Take a re-INVITE, an UPDATE or a 2xx to ours; gives who is there now. */
  read(message: SipMessage, trusted: boolean): Party {
    const request = message.kind === 'request';
    const told = readParty(message.headers, request ? 'From' : 'To', trusted);
    if (told.verified) this.#party = told;
    // To of a response is our own word (RFC 3261 §8.2.6.2).
    if (!request) return this.#party;
    const from = message.headers.read('From', parseNameAddr);
    const moved = from !== undefined && (this.#from === undefined || !sameUri(from.uri, this.#from.uri));
    if (from !== undefined) this.#from = from;
    if (told.verified) return this.#party;
    const named = !this.#party.verified && from !== undefined && sameUri(from.uri, this.#party.uri);
    if (moved || (named && told.display !== undefined)) this.#party = told;
    return this.#party;
  }
}
