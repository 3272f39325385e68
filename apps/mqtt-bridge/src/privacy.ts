import type { Acknowledgement, PhoneNotice, Snapshot } from '@switchhook/phone/control';
import { settingShape } from '@switchhook/phone/control';

/** How much of people's numbers and names the broker gets: all, `+36*****678` and `K***`, or nothing. */
export type Privacy = 'full' | 'masked' | 'none';

/** A number of eight characters or more keeps three at each end, a shorter one nothing. */
export function maskedNumber(number: string): string {
  if (number.length < 8) return '*'.repeat(number.length);
  return `${number.slice(0, 3)}${'*'.repeat(number.length - 6)}${number.slice(-3)}`;
}

/** Takes out of what the phone says whatever the owner keeps from the broker. */
export class Veil {
  readonly #level: Privacy;

  constructor(level: Privacy) {
    this.#level = level;
  }

  /** Nothing is hidden. */
  get open(): boolean {
    return this.#level === 'full';
  }

  /** The picture: parties, forwards and watched extensions veiled, free texts left out. */
  snapshot<Picture extends Snapshot>(picture: Picture): Picture {
    if (this.open) return picture;
    return {
      ...picture,
      lines: picture.lines.map((line) => this.#line(line)),
      ...(picture.waiting === undefined ? {} : { waiting: picture.waiting.map((line) => this.#line(line)) }),
      settings: this.#settings(picture.settings),
      blf: picture.blf.map((key) => ({ ...key, target: this.number(key.target), label: this.#label(key.label) })),
      display: [],
    };
  }

  /** An event. */
  notice<Notice extends PhoneNotice>(notice: Notice): Notice {
    if (this.open) return notice;
    const { number, name, reason, ...rest } = notice;
    const veiled = {
      ...rest,
      ...(number === undefined || this.#level === 'none' ? {} : { number: this.number(number) }),
      ...(name === undefined || this.#level === 'none' ? {} : { name: this.#name(name) }),
      // in `partyChanged` the reason is a person
      ...(reason === undefined || notice.event_type === 'partyChanged' ? {} : { reason }),
    };
    return veiled as Notice;
  }

  /** An answer to `cmd`. */
  answer(cmd: string, answer: Acknowledgement): Acknowledgement {
    if (this.open || answer.phase === 'accepted') return answer;
    if (answer.phase === 'failed') {
      const message = answer.error.message.replace(/[+\d*#]{3,}/g, (number) => this.number(number));
      return { ...answer, error: { ...answer.error, message } };
    }
    if (cmd !== 'state.get') return answer;
    return { ...answer, result: { ...this.snapshot(answer.result as unknown as Snapshot) } };
  }

  /** A number as it may be seen: empty when nothing may. */
  number(number: string): string {
    return this.open ? number : this.#level === 'none' ? '' : maskedNumber(number);
  }

  #name(name: string): string {
    return `${[...name][0] ?? ''}***`;
  }

  #label(label: string): string {
    return this.#level === 'none' ? '' : this.#name(label);
  }

  #line(line: Snapshot['lines'][number]): Snapshot['lines'][number] {
    const party = this.#party(line.party);
    const { joined, ...rest } = line;
    const other = joined === undefined ? null : this.#party(joined.party);
    return {
      ...rest,
      party,
      via: null,
      ...(joined === undefined || other === null ? {} : { joined: { ...joined, party: other } }),
    };
  }

  #party(party: Snapshot['lines'][number]['party']): Snapshot['lines'][number]['party'] {
    if (party === null || this.#level === 'none') return null;
    return {
      ...party,
      number: maskedNumber(party.number),
      name: party.name === null ? null : this.#name(party.name),
    };
  }

  #settings(settings: Snapshot['settings']): Snapshot['settings'] {
    const entries = Object.entries(settings).flatMap(([key, value]) => {
      if (settingShape(key)?.name !== 'number' || value === '') return [[key, value] as const];
      return this.#level === 'none' ? [] : [[key, maskedNumber(String(value))] as const];
    });
    return Object.fromEntries(entries);
  }
}
