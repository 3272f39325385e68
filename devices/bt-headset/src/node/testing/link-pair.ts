import { socketPair } from '@switchhook/device-file/testing';
import type { HeadsetLink } from '../../bluetooth/index.ts';
import { FdLink, type LinkListener } from '../fd-link.ts';

/** The headset's end of a link. */
export interface FarEnd {
  write(bytes: Uint8Array): void;
  close(): void;
}

/** A link of the real kind over a local socket: ours, and the headset's end, whose bytes `heard` is told. */
export function linkPair(
  listener: LinkListener,
  heard: (bytes: Uint8Array) => void,
): { readonly link: HeadsetLink; readonly far: FarEnd } {
  const { ours, theirs } = socketPair('stream', 'headset');
  const about = { address: '00:00:00:00:00:00', name: 'a headset', transport: 'profile', slc: 'ours' } as const;
  // the link takes the descriptor over; nothing else closes it
  const link = new FdLink(ours.fd, { ...about, voice: undefined }, listener);
  theirs.listen({ bytes: heard, gone: () => {} });
  return { link, far: theirs };
}
