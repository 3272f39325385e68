import { fault, type Parsed, parsed } from '@switchhook/sans-io';

import { afterQuoted, type Params, parseParams, printParams, quote, unquote, type ValueFault } from './params.ts';
import { skipBlanks, trimmed } from './token.ts';
import { isUriText } from './uri-text.ts';
import { cutParams, USUAL_NAME_ADDR } from './usual-shapes.ts';

/** An address with its display name and the parameters of its header field (RFC 3261 §20.10). */
export interface NameAddr {
  /** Without quotes. */
  readonly display?: string | undefined;
  /** The URI as written, without angle brackets and without the header field's parameters. */
  readonly uri: string;
  readonly params: Params;
}

/**
 * Read one name-addr or addr-spec with what follows it. Without angle brackets, parameters belong to the header field
 * and `?` or `,` in the URI is refused (RFC 3261 §20.10). Display names that should have been quoted are taken.
 */
export function parseNameAddr(text: string): Parsed<NameAddr, ValueFault> {
  return usualNameAddr(text) ?? plainNameAddr(text);
}

function usualNameAddr(text: string): Parsed<NameAddr, ValueFault> | undefined {
  if (!USUAL_NAME_ADDR.test(text)) return undefined;
  const quoted = text.charCodeAt(0) === 0x22;
  const shut = quoted ? text.indexOf('"', 1) : 0;
  const open = quoted ? text.indexOf('<', shut) : 0;
  const close = text.indexOf('>', open);
  const params = cutParams(text, close + 1);
  if (params === undefined) return undefined;
  const uri = text.slice(open + 1, close);
  return parsed(quoted ? { display: text.slice(1, shut), uri, params } : { uri, params });
}

/** `parseNameAddr` by the letter, for any value: what is unusual or wrong is read by it. */
export function plainNameAddr(text: string): Parsed<NameAddr, ValueFault> {
  let i = skipBlanks(text, 0);
  let display: string | undefined;
  if (text.charCodeAt(i) === 0x22) {
    const after = afterQuoted(text, i);
    if (after < 0) return fault('quote', i);
    display = unquote(text.slice(i, after));
    i = skipBlanks(text, after);
    if (text.charCodeAt(i) !== 0x3c) return fault('bracket', i);
  }
  const open = text.indexOf('<', i);
  if (open < 0) return addrSpec(text, i);
  if (display === undefined) {
    const plain = trimmed(text, i, open);
    if (plain.indexOf('"') >= 0) return fault('quote', i);
    if (plain !== '') display = plain;
  }
  const close = text.indexOf('>', open);
  if (close < 0) return fault('bracket', open);
  const uri = trimmed(text, open + 1, close);
  if (!isUriText(uri)) return fault('uri', open + 1);
  const params = parseParams(text, close + 1);
  if (!params.ok) return params;
  return parsed(display === undefined ? { uri, params: params.value } : { display, uri, params: params.value });
}

function addrSpec(text: string, at: number): Parsed<NameAddr, ValueFault> {
  const semicolon = text.indexOf(';', at);
  const end = semicolon < 0 ? text.length : semicolon;
  const uri = trimmed(text, at, end);
  if (!isUriText(uri) || uri.indexOf('?') >= 0 || uri.indexOf(',') >= 0) return fault('uri', at);
  const params = parseParams(text, end);
  if (!params.ok) return params;
  return parsed({ uri, params: params.value });
}

/** Always with angle brackets, the display name always quoted. Throws on a URI that could end the brackets. */
export function printNameAddr(address: NameAddr): string {
  if (!isUriText(address.uri)) throw new Error(`not a URI: ${JSON.stringify(address.uri)}`);
  const display = address.display === undefined || address.display === '' ? '' : `${quote(address.display)} `;
  return `${display}<${address.uri}>${printParams(address.params)}`;
}

/** A name-addr from its parts. */
export function nameAddr(uri: string, display?: string, params: Iterable<readonly [string, string | undefined]> = []) {
  const address: NameAddr = { uri, params: new Map(params), ...(display === undefined ? {} : { display }) };
  return address;
}

/** The `tag` parameter. */
export function tagOf(address: NameAddr): string | undefined {
  return address.params.get('tag');
}

/** The same address with this tag. */
export function withTag(address: NameAddr, tag: string): NameAddr {
  return { ...address, params: new Map([...address.params, ['tag', tag]]) };
}
