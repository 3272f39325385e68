import type { Millis } from '@switchhook/sans-io';
import { callerId, waitingCall } from './answers.ts';
import type { GatewayCall, GatewayPicture } from './door.ts';
import { ALWAYS_REPORTED, changes, INDICATORS, indicatorsOf, NOTHING } from './indicators.ts';

/** What is known before the phone has said anything. */
const NOBODY: GatewayPicture = {
  calls: [],
  service: false,
  signal: 0,
  roam: false,
  battery: 5,
  operator: '',
  memory: [],
};

/** What a headset was told of the phone, and what is still to be told: +CIEV, RING with +CLIP, and +CCWA. */
export class CallReports {
  /** The phone as it is. */
  picture: GatewayPicture = NOBODY;
  /** AT+CMER. */
  indicators = false;
  /** AT+CLIP. */
  callerId = false;
  /** AT+CCWA. */
  callWaiting = false;
  readonly #ringEveryMs: Millis;
  /** bluealsa answers AT+CIND? (nothing goes on, whatever does), and tells of the battery itself. */
  readonly #theirs: boolean;
  readonly #unwanted = new Set<number>();
  #told = NOTHING;
  #toldOf = NOBODY;
  #announced: ReadonlySet<string> = new Set();
  #rang: string | undefined;
  #ringAt: Millis | undefined;

  constructor(theirs: boolean, ringEveryMs: Millis) {
    this.#theirs = theirs;
    this.#ringEveryMs = ringEveryMs;
  }

  /** When the next RING is due. */
  get deadline(): Millis | undefined {
    return this.#ringAt;
  }

  /** The call that can be answered. */
  get rings(): GatewayCall | undefined {
    return this.picture.calls.find(({ state }) => state === 'incoming' || state === 'waiting');
  }

  /** AT+CIND?: from here on the headset believes what this answers. */
  read(): string {
    const is = this.#theirs ? NOTHING : indicatorsOf(this.picture);
    this.#told = is;
    this.#toldOf = this.#theirs ? NOBODY : this.picture;
    return `+CIND: ${INDICATORS.map((name) => is[name]).join(',')}`;
  }

  /** AT+BIA. */
  want(wanted: ReadonlyMap<number, boolean>): void {
    for (const [place, on] of wanted) {
      if (on) this.#unwanted.delete(place);
      else this.#unwanted.add(place);
    }
  }

  /** Everything that brings the headset's belief to what holds, and the first ring. */
  tell(now: Millis): readonly string[] {
    const lines = this.indicators ? this.#changes() : [];
    const waiting = this.picture.calls.filter(({ state }) => state === 'waiting');
    if (this.callWaiting)
      for (const call of waiting) if (!this.#announced.has(nameOf(call))) lines.push(waitingCall(call));
    this.#announced = new Set(waiting.map(nameOf));
    const rings = this.#alone;
    const known = rings !== undefined && this.#ringAt !== undefined && nameOf(rings) === this.#rang;
    if (!known) this.#ringAt = undefined;
    if (rings !== undefined && !known) lines.push(...this.#ring(rings, now));
    return lines;
  }

  /** Ring again; `quiet`: the headset is just being answered, so only the time goes on. */
  wake(now: Millis, quiet: boolean): readonly string[] {
    if (this.#ringAt === undefined || now < this.#ringAt) return [];
    this.#ringAt = undefined;
    const rings = this.#alone;
    const lines = rings === undefined ? [] : this.#ring(rings, now);
    return quiet ? [] : lines;
  }

  get #alone(): GatewayCall | undefined {
    return this.picture.calls.find(({ state }) => state === 'incoming');
  }

  #ring(call: GatewayCall, now: Millis): readonly string[] {
    this.#rang = nameOf(call);
    this.#ringAt = now + this.#ringEveryMs;
    return ['RING', ...(this.callerId && call.number !== '' ? [callerId(call)] : [])];
  }

  #changes(): string[] {
    const lines: string[] = [];
    for (const [name, value] of changes(this.#told, this.#toldOf, this.picture)) {
      const place = INDICATORS.indexOf(name) + 1;
      if (this.#theirs && name === 'battchg') continue;
      if (this.#unwanted.has(place) && !ALWAYS_REPORTED.has(name)) continue;
      this.#told = { ...this.#told, [name]: value };
      lines.push(`+CIEV: ${place},${value}`);
    }
    this.#toldOf = this.picture;
    return lines;
  }
}

/** An index alone may have gone to another call. */
function nameOf({ index, direction, number }: GatewayCall): string {
  return `${index} ${direction} ${number}`;
}
