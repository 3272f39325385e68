import type { DialogIdentity } from '@switchhook/sip-core';

/** What a Refer-To is built from. */
export interface ReferGoal {
  /** Contact or address of record of the party to be called, with or without angle brackets. */
  readonly uri: string;
  /** Our dialog with that party, for Replaces; absent = a blind transfer. */
  readonly replaces?: DialogIdentity;
  /** RFC 3891 §3: the dialog must still be early. Default false. */
  readonly earlyOnly?: boolean;
  /** Add `Require=replaces`. Default false. */
  readonly requireReplaces?: boolean;
}

/**
 * Replaces value for the eyes of the far end of `dialog` (RFC 3891 §3): its to-tag is that party's own tag, so our
 * remote one, and its from-tag our local one, whoever called whom.
 */
export function replacesFor(dialog: DialogIdentity, earlyOnly = false): string {
  const value = `${dialog.sipCallId};to-tag=${dialog.remoteTag};from-tag=${dialog.localTag}`;
  return earlyOnly ? `${value};early-only` : value;
}

/** The Refer-To URI without angle brackets (RFC 3515 §2.1); the caller of this writes `<` and `>`, and no display name. */
export function referToUri(goal: ReferGoal): string {
  const uri = plainTarget(goal.uri);
  if (goal.replaces === undefined) return uri;
  const replaces = `Replaces=${escapeOnce(replacesFor(goal.replaces, goal.earlyOnly))}`;
  return goal.requireReplaces ? `${uri}?Require=replaces&${replaces}` : `${uri}?${replaces}`;
}

/**
 * RFC 3261 §25.1: what is not allowed raw in a hvalue becomes %HH. `encodeURIComponent` escapes more than it must, which
 * is equivalent. A lone surrogate cannot be written in UTF-8: it becomes U+FFFD, since a peer's Call-ID must not throw.
 */
function escapeOnce(text: string): string {
  return encodeURIComponent(text.replace(/[\uD800-\uDFFF]/gu, '\uFFFD'));
}

/** URI parameters that belong to one hop or one message and not to the party. */
const dropped = new Set(['method', 'maddr', 'ttl', 'lr', 'ob']);

/** A URI with its header part and the `dropped` parameters taken away; `transport`, `user`, `gr` and others stay. */
export function plainTarget(uri: string): string {
  const bare = uri.trim().replace(/^[^<]*<([^>]*)>.*$/s, '$1');
  const { head, parameters } = splitUri(bare);
  const kept = parameters.filter((parameter) => !dropped.has(parameterName(parameter)));
  return [head, ...kept].join(';');
}

/** A URI in its parts: `head` is scheme, user and host, `parameters` raw, `headers` the raw text after the `?`. */
export function splitUri(uri: string): {
  readonly head: string;
  readonly parameters: readonly string[];
  readonly headers: string | undefined;
} {
  const hostAt = hostStart(uri);
  const mark = uri.indexOf('?', hostAt);
  const front = mark < 0 ? uri : uri.slice(0, mark);
  const semicolon = front.indexOf(';', hostAt);
  return {
    head: semicolon < 0 ? front : front.slice(0, semicolon),
    parameters:
      semicolon < 0
        ? []
        : front
            .slice(semicolon + 1)
            .split(';')
            .filter((parameter) => parameter !== ''),
    headers: mark < 0 ? undefined : uri.slice(mark + 1),
  };
}

/**
 * Where the host begins. A user part may hold `?` and `;` (RFC 3261 §25.1 user-unreserved), and careless peers leave
 * the `@` of a Call-ID raw in the header part: what follows the first `?` and looks like `name=` is the header part.
 */
function hostStart(uri: string): number {
  const scheme = uri.indexOf(':') + 1;
  const at = uri.indexOf('@', scheme);
  if (at < 0) return scheme;
  const mark = uri.indexOf('?', scheme);
  if (mark >= 0 && mark < at && /^[A-Za-z-]+=/.test(uri.slice(mark + 1))) return scheme;
  return at + 1;
}

function parameterName(parameter: string): string {
  const equals = parameter.indexOf('=');
  return (equals < 0 ? parameter : parameter.slice(0, equals)).trim().toLowerCase();
}

/** Host of a URI in lower case, without port; IPv6 keeps its brackets. */
export function hostOf(uri: string): string {
  const bare = plainTarget(uri);
  const host = bare.slice(hostStart(bare)).split(';')[0]!;
  return (host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.split(':')[0]!).toLowerCase();
}
