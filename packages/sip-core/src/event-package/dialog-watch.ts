import type { DialogInfo, DialogInfoEntry } from './dialog-info.ts';

/** What is known of a watched phone's dialogs: the documents so far, one on the other (RFC 4235 §4.3). */
export interface DialogWatch {
  readonly version: number;
  /** Those that are not terminated, by id. */
  readonly dialogs: ReadonlyMap<string, DialogInfoEntry>;
}

/** A watch after one more document; `gap` = something was missed, and the whole state has to be asked for. */
export interface WatchStep {
  readonly watch: DialogWatch | undefined;
  readonly gap: boolean;
}

/** Dialogs of one phone that are kept. */
const MOST_DIALOGS = 64;

/** Put one more document on what was known; undefined = nothing was, as at the beginning of each subscription. */
export function watchDialogs(watch: DialogWatch | undefined, info: DialogInfo): WatchStep {
  const { version, state, dialogs } = info;
  if (state === 'full') {
    // Departs from RFC 4235 §4.3, which drops a lower version, because NOTIFYs come in order within their dialog: one that
    // starts to count again has lost its count, and what it tells is what is.
    return { watch: { version, dialogs: merged(new Map(), dialogs) }, gap: false };
  }
  if (watch !== undefined && version <= watch.version) return { watch, gap: false };
  const gap = watch === undefined || version > watch.version + 1;
  return { watch: { version, dialogs: merged(new Map(watch?.dialogs), dialogs) }, gap };
}

function merged(kept: Map<string, DialogInfoEntry>, changed: readonly DialogInfoEntry[]): Map<string, DialogInfoEntry> {
  for (const dialog of changed) {
    if (dialog.state === 'terminated') kept.delete(dialog.id);
    else if (kept.has(dialog.id) || kept.size < MOST_DIALOGS) kept.set(dialog.id, dialog);
  }
  return kept;
}

/** How a watched phone is, in the words of a lamp; with the call that rings there. */
export interface WatchedPhone {
  readonly state: 'idle' | 'ringing' | 'busy' | 'held';
  readonly ringing: DialogInfoEntry | undefined;
}

/**
 * Ringing before busy before held. A dialog without a direction that is early rings: exchanges that tell of extensions
 * leave it out, or say `recipient`.
 */
export function phoneOf(watch: DialogWatch): WatchedPhone {
  const all = [...watch.dialogs.values()];
  const ringing = all.find(({ state, direction }) => direction !== 'initiator' && state === 'early');
  const rings = ringing ?? all.find(({ state, direction }) => direction === 'recipient' && state !== 'confirmed');
  if (rings !== undefined) return { state: 'ringing', ringing: rings };
  if (all.length === 0) return { state: 'idle', ringing: undefined };
  const held = all.every(({ state, local }) => state === 'confirmed' && local.silent);
  return { state: held ? 'held' : 'busy', ringing: undefined };
}
