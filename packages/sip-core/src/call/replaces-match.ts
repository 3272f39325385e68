import type { Dialog } from '../dialog/dialog.ts';
import type { DialogBook } from '../dialog/dialog-book.ts';
import type { SipRequest } from '../message/message.ts';
import { replacesOf } from '../message/values.ts';

/** What a Replaces header field comes to (RFC 3891 §3): nothing, a dialog to be taken over, or a refusal. */
export type ReplacesMatch =
  | { readonly name: 'none' }
  | { readonly name: 'matched'; readonly dialog: Dialog }
  | { readonly name: 'refused'; readonly status: 400 | 481 | 486 | 603 };

/** Match by all three ids over all accounts; never by less. `isUp` tells whether a dialog's call still stands. */
export function matchReplaces(
  request: SipRequest,
  dialogs: DialogBook,
  isUp: (dialog: Dialog) => boolean,
): ReplacesMatch {
  const values = request.headers.all('Replaces');
  if (values.length === 0) return { name: 'none' };
  const replaces = replacesOf(request);
  // Twice, with Join (RFC 3911), or with a tag missing or twice.
  if (values.length > 1 || request.headers.has('Join') || replaces === undefined || repeats(values[0]!)) {
    return refused(400);
  }
  const match = dialogs.match(replaces.callId, replaces.toTag, replaces.fromTag);
  if (match.name === 'ended') return refused(603);
  if (match.name === 'none' || match.dialog.call === undefined) return refused(481);
  const { dialog } = match;
  if (dialog.usage === undefined || !isUp(dialog)) return refused(603);
  if (dialog.stage === 'confirmed') return replaces.earlyOnly ? refused(486) : { name: 'matched', dialog };
  // An early dialog only when we began it: nobody takes over a call that is ringing here.
  return dialog.ownsCallId ? { name: 'matched', dialog } : refused(481);
}

function refused(status: 400 | 481 | 486 | 603): ReplacesMatch {
  return { name: 'refused', status };
}

/** A tag parameter that stands twice. */
const TAG_TWICE = /;\s*(to-tag|from-tag)\s*(?=[=;]).*;\s*\1\s*(?:[=;]|$)/is;

function repeats(value: string): boolean {
  return TAG_TWICE.test(value);
}
