import type { AudioSink, AudioSource, RouteName, Sound } from '@switchhook/rtp-media';
import { isAvailable, openPcm, unavailableReason } from 'node-alsa';
import type { AlsaDevice, AlsaDevices } from '../alsa-devices.ts';
import { Capture, messageOf, type PcmCounts } from './capture.ts';
import { Playback, type PlaybackCounts } from './playback.ts';

/** Seconds of silence after which the ringer's PCM is given back. */
const RINGER_IDLE_S = 2;

/** What happened to the cards since the sound was opened; a route change starts `capture` and `playback` anew. */
export interface AlsaCounts {
  readonly capture: Readonly<PcmCounts>;
  readonly playback: Readonly<PlaybackCounts>;
}

/** A `Sound` over ALSA. */
export interface AlsaSound extends Sound {
  readonly counts: AlsaCounts;
  route(route: RouteName): void;
}

/**
 * Open the handset's PCMs. Never throws for what the world does: what is missing is told by `tend` and tried again,
 * and until it is there the microphone is silent. The capture PCM of the active route is the clock.
 */
export function openAlsaSound(devices: AlsaDevices): AlsaSound {
  return new Cards(devices);
}

/** Why the devices cannot be used now, in one line; undefined when all can be opened. For a doctor, before the worker starts. */
export function describeMissing(devices: AlsaDevices): string | undefined {
  if (!isAvailable()) return unavailableReason();
  const names = [devices, devices.headset, devices.speaker].filter((device) => device !== undefined);
  const wanted = [
    ...names.map(({ capture }) => ({ name: capture, stream: 'capture' as const })),
    ...names.map(({ playback }) => ({ name: playback, stream: 'playback' as const })),
    ...(devices.ringer === undefined ? [] : [{ name: devices.ringer, stream: 'playback' as const }]),
  ];
  for (const { name, stream } of wanted) {
    try {
      openPcm({ name, stream, rate: 8000, channels: 1, periodFrames: 160, bufferFrames: 640 }).close();
    } catch (error) {
      return messageOf(error);
    }
  }
  return undefined;
}

class Cards implements AlsaSound {
  readonly microphone: AudioSource = { read: (frame) => this.#capture.read(frame) };
  readonly speaker: AudioSink = { write: (frame) => this.#playback.write(frame) };
  readonly ringer: AudioSink = { write: (frame) => this.#ring(frame) };
  readonly #devices: AlsaDevices;
  #route: RouteName = 'handset';
  #capture: Capture;
  #playback: Playback;
  #ringer: Playback | undefined;
  #ringerIdleS = 0;

  constructor(devices: AlsaDevices) {
    this.#devices = devices;
    this.#capture = new Capture(devices.capture);
    this.#playback = new Playback(devices.playback, devices.prefillFrames);
  }

  get pollFds(): readonly number[] {
    return this.#capture.pollFds;
  }

  get counts(): AlsaCounts {
    return { capture: this.#capture.counts, playback: this.#playback.counts };
  }

  available(): number {
    return this.#capture.available();
  }

  /** A route without devices of its own keeps the handset's. */
  route(route: RouteName): void {
    const device = this.#deviceOf(route);
    const before = this.#deviceOf(this.#route);
    this.#route = route;
    if (device.capture !== before.capture) {
      this.#capture.close();
      this.#capture = new Capture(device.capture);
    }
    if (device.playback !== before.playback) {
      this.#playback.close();
      this.#playback = new Playback(device.playback, this.#devices.prefillFrames);
    }
  }

  tend(): string | undefined {
    if (this.#ringer !== undefined && ++this.#ringerIdleS > RINGER_IDLE_S) {
      this.#ringer.close();
      this.#ringer = undefined;
    }
    const faults = [this.#capture.tend(), this.#playback.tend(), this.#ringer?.tend()];
    const told = faults.filter((fault) => fault !== undefined);
    return told.length === 0 ? undefined : told.join('; ');
  }

  close(): void {
    this.#capture.close();
    this.#playback.close();
    this.#ringer?.close();
    this.#ringer = undefined;
  }

  #deviceOf(route: RouteName): AlsaDevice {
    switch (route) {
      case 'handset':
        return this.#devices;
      case 'headset':
        return this.#devices.headset ?? this.#devices;
      case 'speaker':
        return this.#devices.speaker ?? this.#devices;
      default:
        route satisfies never;
        throw new Error(`no such route: ${String(route)}`);
    }
  }

  #ring(frame: Int16Array): void {
    if (this.#devices.ringer === undefined) return;
    const sounds = frame.some((sample) => sample !== 0);
    if (sounds) {
      this.#ringerIdleS = 0;
      this.#ringer ??= new Playback(this.#devices.ringer, this.#devices.prefillFrames);
    }
    this.#ringer?.write(frame);
  }
}
