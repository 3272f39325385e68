import { msFromIso } from '@switchhook/phone/control';
import type { Envelope } from './envelope.ts';
import type { Role } from './topics.ts';

/** Somebody who signs: the key is a shared secret of this client and this phone. */
export interface SigningClient {
  readonly key: string;
  /** The topic prefixes that its commands may come by. */
  readonly roles: readonly Role[];
}

export interface SigningSettings {
  /** True: nothing that is not signed is carried out, neither buttons nor settings. */
  readonly required: boolean;
  readonly clients: Readonly<Record<string, SigningClient>>;
  /** HMAC-SHA256 of `text` in UTF-8 under `key` in UTF-8, as lower-case hexadecimal. */
  readonly hmac: (key: string, text: string) => string;
}

export type SignatureVerdict =
  | { readonly name: 'unsigned' }
  | { readonly name: 'signed'; readonly client: string }
  | { readonly name: 'refused'; readonly code: 'forbidden' | 'expired'; readonly why: string };

/** How far the sender's clock may be from ours. */
export const SIGNED_FOR_MS = 30_000;

/**
 * JSON with one spelling for each value: names in the order of their UTF-16 code units, no white space, numbers and
 * strings as ECMAScript prints them (RFC 8785 §3.2).
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${fields.map(([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner)}`).join(',')}}`;
}

/**
 * What is signed: `id|ts|cmd|canonical(args)`, followed by `|ifSeq=…`, `|expiresAt=…` and `|replyTo=…` where the envelope
 * has them, so that nobody can take them away on the road.
 */
export function signedText({ id, ts, cmd, args, ifSeq, expiresAt, replyTo }: Envelope): string {
  const more = Object.entries({ ifSeq, expiresAt, replyTo }).flatMap(([name, value]) =>
    value === undefined ? [] : [`|${name}=${value}`],
  );
  return `${id}|${ts ?? ''}|${cmd}|${canonicalJson(args)}${more.join('')}`;
}

/** Judge the signature of an envelope that came by the topic of `role`. `now`: ms since 1970; undefined = nobody knows. */
export function judgeSignature(
  signing: SigningSettings | undefined,
  envelope: Envelope,
  role: Role,
  now: number | undefined,
): SignatureVerdict {
  const { client, sig, ts, id, cmd } = envelope;
  if (signing === undefined) return { name: 'unsigned' };
  if (sig === undefined)
    return signing.required ? refused('this phone carries out signed commands only') : { name: 'unsigned' };
  const known = client !== undefined && Object.hasOwn(signing.clients, client) ? signing.clients[client] : undefined;
  // one refusal for all of these: a stranger learns nothing about clients and keys
  const wrong = refused('the signature is not right');
  if (known === undefined || client === undefined || ts === undefined || /\|/.test(id) || /\|/.test(cmd)) return wrong;
  if (!equal(sig, signing.hmac(known.key, signedText(envelope)))) return wrong;
  if (!known.roles.includes(role)) return refused(`the client ${client} may not act as ${role}`);
  if (now === undefined)
    return {
      name: 'refused',
      code: 'expired',
      why: 'the clock of this phone was never set: signatures cannot be judged',
    };
  if (Math.abs(now - (msFromIso(ts) ?? 0)) > SIGNED_FOR_MS)
    return {
      name: 'refused',
      code: 'expired',
      why: `it was signed more than ${SIGNED_FOR_MS / 1000} s from now: set the clocks`,
    };
  return { name: 'signed', client };
}

function refused(why: string): SignatureVerdict {
  return { name: 'refused', code: 'forbidden', why };
}

/** Compares in a time that does not tell where two texts differ. */
function equal(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= a.charCodeAt(i % Math.max(1, a.length)) ^ b.charCodeAt(i);
  return difference === 0;
}
