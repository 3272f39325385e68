// idle ──open (ours, or the headset's AT+BCC)──► asked ──AT+BCS same──► agreed
//  ▲                                              │ 3 s, or another codec: once more with CVSD, then
//  └──────────────────── no-codec ◄───────────────┘
import type { Millis } from '@switchhook/sans-io';
import type { VoiceCodec } from './door.ts';

/** Codec numbers of AT+BAC and +BCS (HFP 1.8 §4.11). */
const IDS: Readonly<Record<VoiceCodec, number>> = { cvsd: 1, msbc: 2 };
/** A headset that has not confirmed by then will not. */
const CONFIRM_MS = 3000;

export type CodecSays =
  /** Send +BCS with this number. */
  | { readonly type: 'ask'; readonly id: number }
  | { readonly type: 'codec'; readonly codec: VoiceCodec }
  | { readonly type: 'no-codec' };

type ChoiceState =
  | { readonly name: 'idle' }
  | { readonly name: 'asked'; readonly codec: VoiceCodec; readonly until: Millis }
  | { readonly name: 'agreed'; readonly codec: VoiceCodec };

/** Which codec the voice link gets. A headset that negotiates none has CVSD. */
export class CodecChoice {
  readonly #ours: readonly VoiceCodec[];
  /** The headset's list; undefined until AT+BAC, which one without negotiation never sends. */
  #theirs: readonly number[] | undefined;
  #state: ChoiceState = { name: 'idle' };

  constructor(ours: readonly VoiceCodec[]) {
    this.#ours = ours;
  }

  get deadline(): Millis | undefined {
    return this.#state.name === 'asked' ? this.#state.until : undefined;
  }

  /** AT+BAC: the headset's codecs, new at any time. True = a question was open and is to be asked anew, with `open`. */
  available(ids: readonly number[]): boolean {
    const asked = this.#state.name === 'asked';
    this.#theirs = ids;
    this.#state = { name: 'idle' };
    return asked;
  }

  /** A voice link is wanted. */
  open(now: Millis): readonly CodecSays[] {
    if (this.#theirs === undefined) {
      if (!this.#ours.includes('cvsd')) return [{ type: 'no-codec' }];
      this.#state = { name: 'agreed', codec: 'cvsd' };
      return [{ type: 'codec', codec: 'cvsd' }];
    }
    const best = this.#ours.find((codec) => this.#theirs?.includes(IDS[codec]) === true);
    return best === undefined ? this.#give() : this.#ask(best, now);
  }

  /** What both ends have agreed on. */
  get agreed(): VoiceCodec | undefined {
    return this.#state.name === 'agreed' ? this.#state.codec : undefined;
  }

  /** AT+BCS; false = that was not the question: ERROR. */
  chosen(id: number): boolean {
    if (this.#state.name !== 'asked' || IDS[this.#state.codec] !== id) return false;
    this.#state = { name: 'agreed', codec: this.#state.codec };
    return true;
  }

  wake(now: Millis): readonly CodecSays[] {
    if (this.#state.name !== 'asked' || now < this.#state.until) return [];
    const again = this.#state.codec !== 'cvsd' && this.#ours.includes('cvsd');
    return again ? this.#ask('cvsd', now) : this.#give();
  }

  #ask(codec: VoiceCodec, now: Millis): readonly CodecSays[] {
    this.#state = { name: 'asked', codec, until: now + CONFIRM_MS };
    return [{ type: 'ask', id: IDS[codec] }];
  }

  #give(): readonly CodecSays[] {
    this.#state = { name: 'idle' };
    return [{ type: 'no-codec' }];
  }
}
