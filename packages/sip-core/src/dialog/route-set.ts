import type { HeaderFields } from '../message/header-fields.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import { parseUri } from '../message/uri.ts';

/** Route values of a dialog from the Record-Route of a request that reached us: in order (RFC 3261 §12.1.1). */
export function routesOfRequest(headers: HeaderFields): readonly string[] {
  return readable(headers.list('Record-Route'));
}

/** Route values from the Record-Route of a response to us: reversed (RFC 3261 §12.1.2). */
export function routesOfResponse(headers: HeaderFields): readonly string[] {
  return readable(headers.list('Record-Route')).reverse();
}

/** The URI of a Route value. */
export function uriOfRoute(route: string): string | undefined {
  const address = parseNameAddr(route);
  return address.ok ? address.value.uri : undefined;
}

/** Whether the router takes loose routes: it has `lr` (RFC 3261 §19.1.1). `lr=on` and the like count. */
export function isLooseRoute(route: string): boolean {
  const uri = uriOfRoute(route);
  if (uri === undefined) return true;
  const parts = parseUri(uri);
  return parts.ok && parts.value.params.has('lr');
}

function readable(values: readonly string[]): string[] {
  return values.filter((value) => uriOfRoute(value) !== undefined);
}
