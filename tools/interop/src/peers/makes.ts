import { baresip } from './baresip.ts';
import { linphone } from './linphone.ts';
import type { Make } from './real-peer.ts';
import { twinkle } from './twinkle.ts';

/** The telephones of other makers that Debian has. */
export const MAKES: readonly Make[] = [linphone, twinkle, baresip];
