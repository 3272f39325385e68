import { linphone } from './linphone.ts';
import type { Make } from './real-peer.ts';

/** The telephones of other makers that Debian has. */
export const MAKES: readonly Make[] = [linphone];
