/** The way between us and a headset. */
export type HeadsetTransport = 'bluealsa' | 'profile';

/** A headset that is there to be talked with. */
export interface HeadsetLink {
  readonly address: string;
  readonly name: string;
  readonly transport: HeadsetTransport;
  /** Who answers for the service level connection. */
  readonly slc: 'ours' | 'theirs';
  /** ALSA name under which its voice is to be had; undefined = no voice comes over this transport. */
  readonly voice: string | undefined;
  send(bytes: Uint8Array): void;
  close(): void;
}

/** ALSA name of a headset's voice at bluealsa; without an address that of the headset that came last. */
export function bluealsaVoice(address: string | undefined): string {
  return `bluealsa:DEV=${address ?? '00:00:00:00:00:00'},PROFILE=sco`;
}

/** How Bluetooth is, for people. */
export interface BluetoothStatus {
  /** Why nothing goes on; undefined when all is there. */
  readonly trouble: string | undefined;
  /** Which way a headset would come. */
  readonly transport: HeadsetTransport | undefined;
  /** The headset that the phone uses, connected or not. */
  readonly headset:
    | {
        readonly address: string;
        readonly name: string;
        readonly connected: boolean;
        readonly battery: number | undefined;
        readonly rssi: number | undefined;
      }
    | undefined;
}
