/** A dialog of another phone, as its dialog-info document tells it (RFC 4235 §4.1): the tags are that phone's. */
export interface WatchedDialog {
  readonly sipCallId: string;
  readonly localTag: string;
  /** Empty when it has not been told. */
  readonly remoteTag: string;
}

/** Who gets the INVITE: the watched phone or the PBX in its place, or the party that calls it. */
export type PickupAim = 'watched' | 'remote';

/**
 * Replaces value to pick up a call that rings elsewhere (RFC 5359 §2.16). RFC 3891 §3: to-tag is the local tag of whoever
 * receives the INVITE. Undefined while a tag is unknown. `early-only`: a call that was answered meanwhile is let alone.
 */
export function pickupReplaces(dialog: WatchedDialog, aim: PickupAim): string | undefined {
  const { sipCallId, localTag, remoteTag } = dialog;
  if (sipCallId === '' || localTag === '' || remoteTag === '') return undefined;
  const [to, from] = aim === 'watched' ? [localTag, remoteTag] : [remoteTag, localTag];
  return `${sipCallId};to-tag=${to};from-tag=${from};early-only`;
}
