import { type FarEnd, linkPair } from '@switchhook/bt-headset/testing';
import { Hands, HeadsetLine } from '@switchhook/desk-phone';
import type { Runtime } from '@switchhook/phone/node';
import { monotonicClock } from '@switchhook/sip-core/node';

/** What makes a headset's service level connection (HFP 1.8 §4.2). */
const SET_UP = ['AT+BRSF=2', 'AT+CIND=?', 'AT+CIND?', 'AT+CMER=3,0,0,1', 'AT+CHLD=?'];

/** A headset: writes AT into one end of a local socket, whose other end the phone has as its headset. */
export class AtHeadset {
  readonly #far: FarEnd;
  readonly #hands: Hands;
  readonly #line: HeadsetLine;
  readonly #encoder = new TextEncoder();

  constructor(runtime: Runtime) {
    const closed = (_: unknown, why: string) => {
      throw new Error(why);
    };
    const bytes = (_: unknown, chunk: Uint8Array) => this.#line.take(chunk);
    const { link, far } = linkPair({ bytes, closed }, () => {});
    this.#far = far;
    this.#hands = new Hands({ runtime, clock: monotonicClock });
    this.#line = new HeadsetLine({ runtime, hands: this.#hands, clock: monotonicClock, link });
    this.close = () => {
      this.#line.close();
      this.#hands.close();
      link.close();
      far.close();
    };
    for (const command of SET_UP) this.say(command);
  }

  readonly close: () => void;

  /** Say a command; the moment at which its octets were there. */
  say(command: string): number {
    const bytes = this.#encoder.encode(`${command}\r`);
    const at = performance.now();
    this.#far.write(bytes);
    return at;
  }
}
