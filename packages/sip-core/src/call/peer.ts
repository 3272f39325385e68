import type { HeaderFields } from '../message/header-fields.ts';
import { type NameAddr, parseNameAddr } from '../message/name-addr.ts';
import { parseUri } from '../message/uri.ts';
import type { Party, Peer } from '../user-agent/door.ts';

/**
 * Who the far end is: P-Asserted-Identity when somebody we trust wrote it (RFC 3325 §9), else its forerunner
 * Remote-Party-ID from the same hand, else From of its request or To of its response.
 */
export function readParty(headers: HeaderFields, field: 'From' | 'To', trusted: boolean): Party {
  const asserted = trusted ? assertedIdentity(headers) : undefined;
  const address = asserted ?? headers.read(field, parseNameAddr);
  const display = address?.display;
  return {
    uri: address?.uri ?? '',
    ...(display === undefined || display === '' ? {} : { display }),
    verified: asserted !== undefined,
  };
}

/** The identity in P-Asserted-Identity: the SIP one when a tel one stands beside it. */
function assertedIdentity(headers: HeaderFields): NameAddr | undefined {
  let first: NameAddr | undefined;
  for (const value of headers.list('P-Asserted-Identity')) {
    const read = parseNameAddr(value);
    if (!read.ok) continue;
    first ??= read.value;
    if (/^sips?:/i.test(read.value.uri)) return read.value;
  }
  return first ?? remotePartyId(headers);
}

/** What older exchanges write (draft-ietf-sip-privacy-04); one that wants privacy is no name to show. */
function remotePartyId(headers: HeaderFields): NameAddr | undefined {
  const read = parseNameAddr(headers.list('Remote-Party-ID')[0] ?? '');
  if (!read.ok) return undefined;
  const privacy = read.value.params.get('privacy') ?? 'off';
  return privacy.toLowerCase() === 'off' ? read.value : undefined;
}

/** What a message tells of the far end, over what was known before. */
export function readPeer(headers: HeaderFields, party: Party, target: string, before?: Peer): Peer {
  const contact = headers.read('Contact', parseNameAddr);
  const uri = contact && parseUri(contact.uri);
  return {
    party,
    target,
    allow: headers.has('Allow') ? headers.list('Allow').map((method) => method.toUpperCase()) : before?.allow,
    supported: headers.has('Supported') ? headers.list('Supported').map((tag) => tag.toLowerCase()) : before?.supported,
    gruu: contact === undefined ? (before?.gruu ?? false) : uri?.ok === true && uri.value.params.has('gr'),
    focus: contact === undefined ? (before?.focus ?? false) : contact.params.has('isfocus'),
  };
}

/** The URI of a message's Contact. */
export function contactUri(headers: HeaderFields): string | undefined {
  return headers.read('Contact', parseNameAddr)?.uri;
}

/** Whether two say the same of the far end. */
export function samePeer(a: Peer, b: Peer): boolean {
  return (
    a.target === b.target &&
    a.party.uri === b.party.uri &&
    a.party.display === b.party.display &&
    a.party.verified === b.party.verified &&
    a.gruu === b.gruu &&
    a.focus === b.focus &&
    String(a.allow) === String(b.allow) &&
    String(a.supported) === String(b.supported)
  );
}
