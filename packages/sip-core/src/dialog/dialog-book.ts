import type { DialogIdentity, ReferId } from '../user-agent/door.ts';
import type { Dialog } from './dialog.ts';

/** What a Replaces value finds (RFC 3891 §3). */
export type Match =
  | { readonly name: 'dialog'; readonly dialog: Dialog }
  /** It ended less than 32 s ago. */
  | { readonly name: 'ended' }
  | { readonly name: 'none' }
  /** More than one: a tag of `0` may mean that tag or none. */
  | { readonly name: 'many' };

/** All dialogs over all accounts and transports, found by all three ids and by nothing less. */
export class DialogBook {
  /** REFERs of ours that may still bring news: until then no leg of any transfer is given up for a refused refresh. */
  readonly refers = new Set<ReferId>();
  readonly #dialogs = new Map<string, Dialog>();
  readonly #ended = new Set<string>();

  get size(): number {
    return this.#dialogs.size;
  }

  /** Enter a dialog for one usage of it. */
  hold(dialog: Dialog, usage: string): void {
    dialog.usages.add(usage);
    this.#dialogs.set(key(dialog.identity), dialog);
  }

  /** The far half of a dialog that was held without one has told its tag (RFC 6665 §4.4.1). */
  complete(dialog: Dialog, remoteTag: string): void {
    if (this.#dialogs.get(key(dialog.identity)) !== dialog) throw new Error('a dialog to complete is not held');
    this.#dialogs.delete(key(dialog.identity));
    dialog.meet(remoteTag);
    this.#dialogs.set(key(dialog.identity), dialog);
  }

  /** A usage is over. With the last one the dialog goes; true when it did. */
  release(dialog: Dialog, usage: string): boolean {
    dialog.usages.delete(usage);
    if (dialog.usages.size > 0 || this.#dialogs.get(key(dialog.identity)) !== dialog) return false;
    this.#dialogs.delete(key(dialog.identity));
    return true;
  }

  /** Keep the ids of an ended INVITE usage, so that a late Replaces is told 603 and does not ring. */
  bury(dialog: Dialog): void {
    this.#ended.add(key(dialog.identity));
  }

  /** Forget the ids of an ended one. */
  forget(identity: DialogIdentity): void {
    this.#ended.delete(key(identity));
  }

  /** The dialog of a message: Call-ID and both tags exact, octet by octet. */
  find(sipCallId: string, localTag: string, remoteTag: string): Dialog | undefined {
    return this.#dialogs.get(key({ sipCallId, localTag, remoteTag }));
  }

  /** The dialog that a Replaces or Target-Dialog value names; a from-tag of `0` also matches an absent tag. */
  match(sipCallId: string, localTag: string, remoteTag: string): Match {
    if (remoteTag !== '0') return this.#match({ sipCallId, localTag, remoteTag });
    const zero = this.#match({ sipCallId, localTag, remoteTag });
    const absent = this.#match({ sipCallId, localTag, remoteTag: '' });
    if (zero.name === 'dialog' && absent.name === 'dialog') return { name: 'many' };
    if (absent.name === 'dialog' || zero.name === 'none') return absent;
    return zero;
  }

  #match(identity: DialogIdentity): Match {
    const dialog = this.#dialogs.get(key(identity));
    if (dialog?.usages.has('invite') === true) return { name: 'dialog', dialog };
    if (this.#ended.has(key(identity))) return { name: 'ended' };
    return dialog === undefined ? { name: 'none' } : { name: 'dialog', dialog };
  }
}

function key(identity: DialogIdentity): string {
  // Neither a Call-ID nor a tag can hold a blank (RFC 3261 §25.1), so the three never run together.
  return `${identity.sipCallId} ${identity.localTag} ${identity.remoteTag}`;
}
