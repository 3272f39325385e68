import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import { isCallId } from '../message/replaces.ts';
import { isToken } from '../message/token.ts';
import { isUriText } from '../message/uri.ts';
import { childOf, childrenOf, readXml, type XmlElement, type XmlFault } from './xml.ts';

/** Where a dialog of a watched phone is (RFC 4235 §3.7.1). */
export type DialogInfoState = 'trying' | 'proceeding' | 'early' | 'confirmed' | 'terminated';

/** One side of it. */
export interface DialogParticipant {
  /** Its address of record. */
  readonly identity?: string;
  readonly display?: string;
  /** URI of its Contact. */
  readonly target?: string;
  /** It renders no media: it holds, or is held (`+sip.rendering`, RFC 4235 §4.1.6.2). */
  readonly silent: boolean;
}

/** A dialog of a watched phone; ids and tags are that phone's. */
export interface DialogInfoEntry {
  readonly id: string;
  readonly sipCallId?: string;
  readonly localTag?: string;
  readonly remoteTag?: string;
  /** Whether the watched phone began it; undefined = not told. */
  readonly direction?: 'initiator' | 'recipient';
  readonly state: DialogInfoState;
  readonly local: DialogParticipant;
  readonly remote: DialogParticipant;
}

/** A dialog-info document (RFC 4235 §4.1). */
export interface DialogInfo {
  readonly version: number;
  /** `full`: these are all; `partial`: these have changed. */
  readonly state: 'full' | 'partial';
  /** URI of the watched phone. */
  readonly entity: string;
  readonly dialogs: readonly DialogInfoEntry[];
}

export type DialogInfoFault = XmlFault | 'root' | 'version' | 'state' | 'dialog' | 'too-many-dialogs';

export const DIALOG_INFO = 'application/dialog-info+xml';

const SPACE = 'urn:ietf:params:xml:ns:dialog-info';
const STATES: readonly string[] = ['trying', 'proceeding', 'early', 'confirmed', 'terminated'];
/** Of one phone at a time. */
const MOST_DIALOGS = 64;
/** Characters of an id, a tag or a URI. */
const LONGEST = 512;

/** Read an application/dialog-info+xml body. Elements of other namespaces are passed over. */
export function parseDialogInfo(body: string): Parsed<DialogInfo, DialogInfoFault> {
  const document = readXml(body);
  if (!document.ok) return document;
  const root = document.value;
  if (root.name !== 'dialog-info' || root.space !== SPACE) return fault('root', 0);
  const version = root.attributes.get('version')?.trim() ?? '';
  if (!/^\d{1,10}$/.test(version)) return fault('version', 0);
  const state = root.attributes.get('state')?.trim();
  if (state !== 'full' && state !== 'partial') return fault('state', 0);
  const elements = childrenOf(root, 'dialog');
  if (elements.length > MOST_DIALOGS) return fault('too-many-dialogs', 0);
  const dialogs: DialogInfoEntry[] = [];
  for (const element of elements) {
    const dialog = readDialog(element);
    if (dialog === undefined) return fault('dialog', 0);
    dialogs.push(dialog);
  }
  const entity = bounded(root.attributes.get('entity')) ?? '';
  return parsed({ version: Number(version), state, entity, dialogs });
}

function readDialog(element: XmlElement): DialogInfoEntry | undefined {
  const id = bounded(element.attributes.get('id'));
  const state = childOf(element, 'state')?.text.trim().toLowerCase();
  if (id === undefined || state === undefined || !STATES.includes(state)) return undefined;
  // They will stand in a Replaces: what is no Call-ID and no tag was not told.
  const sipCallId = bounded(element.attributes.get('call-id'), isCallId);
  const localTag = bounded(element.attributes.get('local-tag'), isToken);
  const remoteTag = bounded(element.attributes.get('remote-tag'), isToken);
  const direction = element.attributes.get('direction')?.trim();
  return {
    id,
    state: state as DialogInfoState,
    ...(sipCallId === undefined ? {} : { sipCallId }),
    ...(localTag === undefined ? {} : { localTag }),
    ...(remoteTag === undefined ? {} : { remoteTag }),
    ...(direction === 'initiator' || direction === 'recipient' ? { direction } : {}),
    local: readParticipant(childOf(element, 'local')),
    remote: readParticipant(childOf(element, 'remote')),
  };
}

function readParticipant(element: XmlElement | undefined): DialogParticipant {
  if (element === undefined) return { silent: false };
  const identityElement = childOf(element, 'identity');
  const identity = bounded(identityElement?.text, isSipUri);
  const display = bounded(identityElement?.attributes.get('display'));
  const targetElement = childOf(element, 'target');
  const target = bounded(targetElement?.attributes.get('uri'), isSipUri);
  const params = targetElement === undefined ? [] : childrenOf(targetElement, 'param');
  const silent = params.some(
    ({ attributes }) =>
      attributes.get('pname')?.toLowerCase() === '+sip.rendering' && attributes.get('pval')?.toLowerCase() === 'no',
  );
  return {
    ...(identity === undefined ? {} : { identity }),
    ...(display === undefined ? {} : { display }),
    ...(target === undefined ? {} : { target }),
    silent,
  };
}

/** Without blanks around it; undefined when it is empty, longer than any of them is, or not what it should be. */
function bounded(text: string | undefined, fits: (value: string) => boolean = () => true): string | undefined {
  const value = text?.trim();
  return value === undefined || value === '' || value.length > LONGEST || !fits(value) ? undefined : value;
}

function isSipUri(text: string): boolean {
  return /^sips?:/i.test(text) && isUriText(text);
}
