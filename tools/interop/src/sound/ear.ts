import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWav } from '@switchhook/rtp-media';

/** How a peer protects its sound. `mandatory` refuses what comes in clear. */
export type Encryption = 'none' | 'srtp' | 'mandatory';

/** What a peer of one call is told. */
export interface EarOptions {
  readonly encryption: Encryption;
  /** Where it listens for SIP on loopback, free; its RTP is a thousand above. */
  readonly port: number;
  /** Home, configuration and logs; exists and is empty. */
  readonly home: string;
}

/** A telephone of another maker that answers by itself, speaks one tone for ever and keeps what it hears. */
export interface Ear {
  /** What it has heard as a WAV file, once its call has ended. */
  heard(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A maker's telephone. */
export interface EarMake {
  readonly name: string;
  /** What has to be installed, or undefined when all is here. */
  missing(): string | undefined;
  start(options: EarOptions): Promise<Ear>;
}

/** What the peer speaks and what the phone speaks, Hz. */
export const PEER_HZ = 1000;
export const PHONE_HZ = 440;

/** A minute of the peer's tone as a WAV file in `home`; its path. */
export function speech(home: string): string {
  const rate = 8000;
  const samples = Int16Array.from({ length: rate * 60 }, (_, i) => 8000 * Math.sin((2 * Math.PI * PEER_HZ * i) / rate));
  const path = join(home, 'speech.wav');
  writeFileSync(path, writeWav({ sampleRate: rate, samples }));
  return path;
}
