import type { HeaderFields, SipMessage } from '@switchhook/sip-core';
import type { ExchangeSettings } from './settings.ts';

/** Whether a message tells a phone who is at the other end: INVITE, and what answers it from ringing on. */
export function introduces(message: SipMessage): boolean {
  if (message.kind === 'request') return message.method === 'INVITE';
  if (message.status <= 100 || message.status >= 300) return false;
  return message.headers.get('CSeq')?.trim().endsWith('INVITE') === true;
}

/** Write who it is (RFC 3325 §5): what a phone asserted of itself is taken out, what the registrar knows comes in. */
export function assertIdentity(
  headers: HeaderFields,
  user: string | undefined,
  { domain, extensions }: Pick<ExchangeSettings, 'domain' | 'extensions'>,
): void {
  headers.delete('P-Asserted-Identity');
  if (user === undefined) return;
  const name = extensions.find((extension) => extension.user === user)?.displayName;
  headers.set('P-Asserted-Identity', `${name === undefined ? '' : `"${name}" `}<sip:${user}@${domain}>`);
}
