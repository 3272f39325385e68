import type { Snapshot } from '@switchhook/phone/control';
import { type Component, entities } from './entities.ts';
import type { Topics } from './topics.ts';

/** How the phone presents itself to Home Assistant. */
export interface DiscoverySettings {
  /** False: no description is published, and one that stands is removed. */
  readonly enabled: boolean;
  /** Of the device, for people. */
  readonly name: string;
  /** Serial number of the machine, if it has one. */
  readonly serial?: string;
  /** A page of the phone, opened from the device's card. */
  readonly url?: string;
}

const ORIGIN = 'switchhook-mqtt-bridge';

/**
 * The device discovery of Home Assistant 2024.11 and newer: one retained payload with every entity. Its root is a closed
 * schema; one unknown key there, and the whole message is dropped with a line in a log that nobody reads.
 */
export class Discovery {
  readonly #settings: DiscoverySettings;
  readonly #topics: Topics;
  readonly #version: string;
  readonly #lent: readonly string[];
  #said: string | undefined;
  #components: Readonly<Record<string, Component>> = {};

  constructor(settings: DiscoverySettings, topics: Topics, version: string, lent: readonly string[]) {
    this.#settings = settings;
    this.#topics = topics;
    this.#version = version;
    this.#lent = lent;
  }

  /** What is to stand at the discovery topic now; undefined = it stands there already. */
  change(state: Snapshot, verbs: readonly string[]): string | undefined {
    const payload = this.#settings.enabled ? this.#payload(state, verbs) : '';
    if (payload === this.#said) return undefined;
    this.#said = payload;
    return payload;
  }

  /** The broker or Home Assistant may have lost it. */
  forget(): void {
    this.#said = undefined;
  }

  #payload(state: Snapshot, verbs: readonly string[]): string {
    const { name, serial, url } = this.#settings;
    const components = entities({ topics: this.#topics, state, verbs, lent: this.#lent });
    // an entity that is no more is named once with nothing but its platform: that removes it
    const gone = Object.entries(this.#components)
      .filter(([key]) => !Object.hasOwn(components, key))
      .map(([key, { p }]) => [key, { p }] as const);
    this.#components = components;
    return JSON.stringify({
      dev: {
        ids: [`switchhook_${this.#topics.id}`],
        name,
        mf: 'Switchhook',
        mdl: 'SIP desk phone',
        sw: this.#version,
        ...(serial === undefined ? {} : { sn: serial }),
        ...(url === undefined ? {} : { cu: url }),
      },
      o: { name: ORIGIN, sw: this.#version },
      availability: [{ topic: this.#topics.availability }],
      qos: 1,
      cmps: { ...components, ...Object.fromEntries(gone) },
    });
  }
}
