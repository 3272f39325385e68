import type { Dialog } from '../dialog/dialog.ts';
import type { DialogBook } from '../dialog/dialog-book.ts';
import type { SipRequest } from '../message/message.ts';
import { replacesOf } from '../message/values.ts';

type Refusal = 400 | 403 | 481 | 486 | 603;

/** What a Replaces header field comes to (RFC 3891 §3): nothing, a dialog to be taken over, or a refusal. */
export type ReplacesMatch =
  | { readonly name: 'none' }
  | { readonly name: 'matched'; readonly dialog: Dialog }
  | { readonly name: 'refused'; readonly status: Refusal };

/** Who may take over what. */
export interface ReplacesRules {
  /** The dialog's call still stands. */
  readonly isUp: (dialog: Dialog) => boolean;
  /** The INVITE came a way on which calls of this dialog's account may be moved at all. */
  readonly mayMove: (dialog: Dialog) => boolean;
}

/** Match by all three ids over all accounts; never by less. */
export function matchReplaces(request: SipRequest, dialogs: DialogBook, rules: ReplacesRules): ReplacesMatch {
  const values = request.headers.all('Replaces');
  if (values.length === 0) return { name: 'none' };
  const replaces = replacesOf(request);
  // Twice, with Join (RFC 3911), or with a tag missing or twice.
  if (values.length > 1 || request.headers.has('Join') || replaces === undefined || repeats(values[0]!)) {
    return refused(400);
  }
  const match = dialogs.match(replaces.callId, replaces.toTag, replaces.fromTag);
  if (match.name === 'ended') return refused(603);
  if (match.name !== 'dialog' || match.dialog.call === undefined) return refused(481);
  const { dialog } = match;
  if (dialog.usage === undefined || !rules.isUp(dialog)) return refused(603);
  // RFC 3891 §5: three ids learned elsewhere entitle nobody.
  if (!rules.mayMove(dialog)) return refused(403);
  if (dialog.stage === 'confirmed') return replaces.earlyOnly ? refused(486) : { name: 'matched', dialog };
  // An early dialog only when we began it: nobody takes over a call that is ringing here, unless the account says so.
  const { seat, ownsCallId } = dialog;
  return ownsCallId || seat.account.replaceRinging === true ? { name: 'matched', dialog } : refused(481);
}

function refused(status: Refusal): ReplacesMatch {
  return { name: 'refused', status };
}

/** A tag parameter that stands twice. */
const TAG_TWICE = /;\s*(to-tag|from-tag)\s*(?=[=;]).*;\s*\1\s*(?:[=;]|$)/is;

function repeats(value: string): boolean {
  return TAG_TWICE.test(value);
}
