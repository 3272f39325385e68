import type { AudioSink, AudioSource, RouteName, Sound } from '@switchhook/rtp-media';
import { isAvailable, openPcm, unavailableReason } from 'node-alsa';
import type { AlsaDevice, AlsaDevices } from '../alsa-devices.ts';
import { FRAME_SAMPLES } from '../frame.ts';
import { Capture, messageOf, type PcmCounts } from './capture.ts';
import { Playback, type PlaybackCounts } from './playback.ts';

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
  readonly speaker: AudioSink = { write: (frame) => this.#speak(frame) };
  readonly ringer: AudioSink = { write: (frame) => this.#ring(frame) };
  readonly #devices: AlsaDevices;
  #route: RouteName = 'handset';
  #capture: Capture;
  #playback: Playback;
  /** Open all the time: opening a PCM takes longer than a tick may, and a call may be going on when it rings. */
  readonly #ringer: Playback | undefined;
  /** The speaker's frame of this tick, while it waits for the ringer's. */
  readonly #mix = new Int16Array(FRAME_SAMPLES);

  constructor(devices: AlsaDevices) {
    this.#devices = devices;
    this.#capture = new Capture(devices.capture);
    this.#playback = new Playback(devices.playback, devices.prefillFrames);
    const own = devices.ringer !== undefined && devices.ringer !== devices.playback;
    this.#ringer = own ? new Playback(devices.ringer, devices.prefillFrames) : undefined;
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
    const faults = [this.#capture.tend(), this.#playback.tend(), this.#ringer?.tend()];
    const told = faults.filter((fault) => fault !== undefined);
    return told.length === 0 ? undefined : told.join('; ');
  }

  close(): void {
    this.#capture.close();
    this.#playback.close();
    this.#ringer?.close();
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

  /** The bell sounds from the speaker itself: the loop writes the speaker's frame first, then the ringer's. */
  get #shared(): boolean {
    return this.#devices.ringer !== undefined && this.#ringer === undefined;
  }

  #speak(frame: Int16Array): void {
    if (this.#shared) this.#mix.set(frame);
    else this.#playback.write(frame);
  }

  #ring(frame: Int16Array): void {
    this.#ringer?.write(frame);
    if (!this.#shared) return;
    const mix = this.#mix;
    for (let at = 0; at < mix.length; at++) {
      mix[at] = Math.max(-32_768, Math.min(32_767, mix[at]! + frame[at]!));
    }
    this.#playback.write(mix);
  }
}
