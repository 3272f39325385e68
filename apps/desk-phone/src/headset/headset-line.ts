import { AudioGateway, type GatewayOut, type GatewayPicture, type HeadsetLink } from '@switchhook/bt-headset';
import type { PhoneState } from '@switchhook/phone';
import type { Runtime } from '@switchhook/phone/node';
import type { AlarmClock } from '@switchhook/sans-io';
import type { Hands } from '../hands.ts';
import { CallsPicture } from './calls-picture.ts';
import { handOf } from './request-table.ts';

export interface HeadsetLineOptions {
  readonly runtime: Pick<Runtime, 'state' | 'subscribe'>;
  readonly hands: Pick<Hands, 'take'>;
  readonly clock: AlarmClock;
  readonly link: Pick<HeadsetLink, 'slc' | 'send'>;
  /** Numbers of `ATD>n;`. */
  readonly memory?: readonly string[];
}

/** What a headset told of itself; undefined = not yet. */
export interface HeadsetNews {
  /** The service level connection stands; `threeWay`: it can send AT+CHLD. */
  readonly connected: boolean;
  readonly threeWay: boolean;
  readonly battery: number | undefined;
}

/**
 * One headset that is connected: its AT on one side, the phone's calls and hands on the other.
 *
 * ```
 *  link ─ bytes ──► gateway ─ request ──► table ──► hands ──► submit
 *  link ◄─ bytes ── gateway ◄─ picture ── runtime
 * ```
 */
export class HeadsetLine {
  news: HeadsetNews = { connected: false, threeWay: false, battery: undefined };
  /** `news` is different. */
  onNews: () => void = () => {};
  readonly #options: HeadsetLineOptions;
  readonly #gateway: AudioGateway;
  readonly #picture: CallsPicture;
  readonly #unsubscribe: () => void;
  #shown = '';
  #volume: number | undefined;
  #takeBack: () => void = () => {};

  constructor(options: HeadsetLineOptions) {
    this.#options = options;
    this.#gateway = new AudioGateway({ slc: options.link.slc });
    this.#picture = new CallsPicture(options.memory);
    this.#unsubscribe = options.runtime.subscribe({ snapshot: () => this.#show() });
    this.#show();
  }

  /** How often each fault of its bytes was met. */
  get counts(): AudioGateway['counts'] {
    return this.#gateway.counts;
  }

  /** Something was said by the headset. */
  take(bytes: Uint8Array): void {
    this.#perform(this.#gateway.receive({ type: 'bytes', bytes }, this.#now()));
  }

  /** It has gone. */
  close(): void {
    this.#unsubscribe();
    this.#takeBack();
  }

  #show(): void {
    const { state } = this.#options.runtime;
    const picture: GatewayPicture = this.#picture.of(state);
    const text = JSON.stringify(picture);
    if (text !== this.#shown) {
      this.#shown = text;
      this.#perform(this.#gateway.receive({ type: 'picture', picture }, this.#now()));
    }
    this.#showVolume(state);
  }

  /** The phone's volume of the headset, shown on the headset once it was changed elsewhere. */
  #showVolume({ volumes }: PhoneState): void {
    const level = Math.round((volumes.headset / 100) * 15);
    const was = this.#volume;
    this.#volume = level;
    if (was === undefined || was === level || !this.news.connected) return;
    this.#perform(this.#gateway.receive({ type: 'volume', of: 'speaker', level }, this.#now()));
  }

  #perform(outputs: readonly GatewayOut[]): void {
    for (const out of outputs) {
      switch (out.type) {
        case 'bytes':
          this.#options.link.send(out.bytes);
          break;
        case 'request': {
          const { request } = out;
          if (request.name === 'volume' && request.of === 'speaker') this.#volume = request.level;
          const acts = handOf(request, this.#options.runtime.state, (index) => this.#picture.callOf(index));
          const ok = acts.map((act) => this.#options.hands.take(act)).every((taken) => taken);
          this.#perform(this.#gateway.receive({ type: 'answered', ok }, this.#now()));
          break;
        }
        case 'connected':
          this.#tell({ connected: true, threeWay: out.threeWay });
          break;
        case 'battery':
          this.#tell({ battery: out.percent });
          break;
        case 'codec':
        case 'no-codec':
          break; // no voice goes over this connection yet: the gateway was made without codecs
        default:
          out satisfies never;
          throw new Error('unknown output of the audio gateway');
      }
    }
    this.#wait();
  }

  #tell(news: Partial<HeadsetNews>): void {
    this.news = { ...this.news, ...news };
    this.onNews();
  }

  #wait(): void {
    this.#takeBack();
    this.#takeBack = () => {};
    const at = this.#gateway.deadline;
    if (at === undefined) return;
    this.#takeBack = this.#options.clock.alarm(at, () => this.#perform(this.#gateway.wake(this.#now())));
  }

  #now(): number {
    return this.#options.clock.now();
  }
}
