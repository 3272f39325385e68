/** What a folder may do. Floors as drawn in ARCHITECTURE.md: an import goes to a lower floor, never up, never sideways. */
export interface Room {
  readonly folder: string;
  readonly floor: number;
  /** IO only under `src/node/`. */
  readonly pure: boolean;
  /** npm packages its pure part may import. */
  readonly allowed?: readonly string[];
  /** Workspace packages of which only types may be imported. */
  readonly typesOnlyOf?: readonly string[];
  /** When set: the only import specifiers of the workspace that it may name. */
  readonly onlyFrom?: readonly string[];
}

export const ROOMS: readonly Room[] = [
  { folder: 'packages/sans-io', floor: 0, pure: true },
  { folder: 'packages/node-alsa', floor: 0, pure: false },
  { folder: 'packages/device-file', floor: 0, pure: false },
  { folder: 'packages/sip-core', floor: 1, pure: true },
  { folder: 'packages/rtp-media', floor: 1, pure: true, allowed: ['sdp-transform'] },
  { folder: 'packages/ladder', floor: 1, pure: true },
  { folder: 'packages/transfer', floor: 2, pure: true },
  { folder: 'packages/phone', floor: 3, pure: true },
  { folder: 'devices/audio', floor: 4, pure: false, typesOnlyOf: ['@switchhook/rtp-media', '@switchhook/phone'] },
  { folder: 'devices/gpio-keypad', floor: 4, pure: true, typesOnlyOf: ['@switchhook/rtp-media', '@switchhook/phone'] },
  { folder: 'devices/bt-headset', floor: 4, pure: true, typesOnlyOf: ['@switchhook/rtp-media', '@switchhook/phone'] },
  { folder: 'apps/desk-phone', floor: 5, pure: false },
  {
    folder: 'apps/mqtt-bridge',
    floor: 5,
    pure: false,
    onlyFrom: ['@switchhook/phone/control', '@switchhook/phone/control/node', '@switchhook/sans-io'],
  },
  { folder: 'tools/lab', floor: 7, pure: false },
  { folder: 'tools/bench', floor: 8, pure: false },
  { folder: 'tools/check-floors', floor: 6, pure: false },
  { folder: 'tools/run-tests', floor: 6, pure: false },
  { folder: 'tools/packed', floor: 6, pure: false },
  { folder: 'tools/mutate', floor: 6, pure: false },
  { folder: 'tools/interop', floor: 8, pure: false },
  { folder: 'tools/hardware-lab', floor: 8, pure: false },
];

/** Packages that only these rooms may import. */
export const SOLE_USERS: Readonly<Record<string, readonly string[]>> = {
  'node-alsa': ['devices/audio'],
  '@switchhook/device-file': ['devices/gpio-keypad', 'devices/bt-headset'],
  'werift-rtp': ['packages/rtp-media', 'tools/bench'],
};
