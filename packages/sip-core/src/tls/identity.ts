/** What a certificate says of whom it is for. */
export interface CertificateNames {
  /** Its subject alternative names as `TYPE:value, TYPE:value`, the way OpenSSL prints them; undefined = it has none. */
  readonly altNames: string | undefined;
  /** The common name of its subject. */
  readonly commonName: string | undefined;
}

/** The names in a certificate, by kind, lower-case. */
export interface Identities {
  /** Domains of `sip:` URIs; a URI with a user part is for that user alone, and not among them (RFC 5922 §7.1). */
  readonly sip: readonly string[];
  readonly dns: readonly string[];
  readonly addresses: readonly string[];
}

/** The SIP identities of a certificate (RFC 5922 §7.1): its alternative names, and the common name only where it has none. */
export function identitiesOf({ altNames, commonName }: CertificateNames): Identities {
  if (altNames === undefined)
    return { sip: [], dns: commonName === undefined ? [] : [domain(commonName)], addresses: [] };
  const sip: string[] = [];
  const dns: string[] = [];
  const addresses: string[] = [];
  for (const entry of splitNames(altNames)) {
    const colon = entry.indexOf(':');
    const [kind, value] = [entry.slice(0, colon), entry.slice(colon + 1)];
    // What had to be quoted holds signs that no name has.
    if (colon < 0 || value.startsWith('"')) continue;
    if (kind === 'DNS') dns.push(domain(value));
    else if (kind === 'IP Address') addresses.push(domain(value));
    else if (kind === 'URI' && /^sips?:[^@;?]+$/i.test(value)) sip.push(domain(value.replace(/^sips?:/i, '')));
  }
  return { sip, dns, addresses };
}

/**
 * Whether a certificate is for `name`: a SIP domain, or an address (RFC 5922 §7.2). With `sip:` names in it only these
 * count; a wildcard counts nothing (RFC 5922 §7.2) unless `wildcards`, and then for one whole first label.
 */
export function isFor(name: string, names: CertificateNames, wildcards = false): boolean {
  const wanted = domain(name.replace(/^\[|\]$/g, ''));
  const { sip, dns, addresses } = identitiesOf(names);
  if (isAddressText(wanted)) return addresses.some((address) => sameAddress(address, wanted));
  if (sip.length > 0) return sip.includes(wanted);
  return dns.some((each) => each === wanted || (wildcards && fits(each, wanted)));
}

/** For people: whom a certificate is for. */
export function describeNames(names: CertificateNames): string {
  const { sip, dns, addresses } = identitiesOf(names);
  const all = [...new Set([...sip, ...dns, ...addresses])];
  return all.length === 0 ? 'nobody' : all.slice(0, 5).join(', ');
}

/** Cut at the commas outside quotes. */
function splitNames(text: string): string[] {
  const entries: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (text[at] === '\\' && quoted) at++;
    else if (at === text.length || (text[at] === ',' && !quoted)) {
      entries.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return entries;
}

function domain(text: string): string {
  return text.trim().toLowerCase().replace(/\.$/, '');
}

function fits(pattern: string, wanted: string): boolean {
  const rest = pattern.slice(2);
  const dot = wanted.indexOf('.');
  // Never for a whole top-level domain.
  return pattern.startsWith('*.') && rest.includes('.') && dot > 0 && wanted.slice(dot + 1) === rest;
}

function isAddressText(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) || text.includes(':');
}

/** IPv6 addresses have several spellings: `::1` and `0:0:0:0:0:0:0:1`. */
function sameAddress(a: string, b: string): boolean {
  return a === b || (a.includes(':') && b.includes(':') && groups(a).join(':') === groups(b).join(':'));
}

function groups(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const zeros: string[] = Array.from({ length: middle }, () => '0');
  return [...left, ...zeros, ...right].map((group) => group.replace(/^0+(?=.)/, ''));
}
