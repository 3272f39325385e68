import type { HidField, ReportDescriptor } from './report-descriptor.ts';

/** Usages of the telephony page (HID Usage Tables §14) and of its lamps (§11), page and number together. */
const USAGE = {
  hook: 0x000b_0020,
  flash: 0x000b_0021,
  redial: 0x000b_0024,
  drop: 0x000b_0026,
  mute: 0x000b_002f,
} as const;
const LAMP = {
  mute: 0x0008_0009,
  offHook: 0x0008_0017,
  ring: 0x0008_0018,
  hold: 0x0008_0020,
} as const;

export type HidKey = Exclude<keyof typeof USAGE, 'hook'>;
export type HidLamps = Readonly<Record<keyof typeof LAMP, boolean>>;

/** What a hand did: the hook key (`lifted` as the headset has it), or another key going down. */
export type HidAct =
  | { readonly type: 'hook'; readonly lifted: boolean }
  | { readonly type: 'key'; readonly key: HidKey };

/** A USB or BLE headset's telephony keys and lamps, between its raw reports and what they mean. Keeps no time. */
export class TelephonyHeadset {
  readonly #descriptor: ReportDescriptor;
  readonly #levels = new Map<keyof typeof USAGE, boolean>();
  /** The reports that were written last, by number. */
  readonly #written = new Map<number, string>();
  #lifted = false;

  constructor(descriptor: ReportDescriptor) {
    this.#descriptor = descriptor;
  }

  /** Whether a device is one: it has a hook key. */
  static is({ inputs }: ReportDescriptor): boolean {
    return inputs.some(({ usages }) => usages.includes(USAGE.hook));
  }

  /** The lamps that it has. */
  get lamps(): readonly (keyof typeof LAMP)[] {
    const has = (usage: number) => this.#descriptor.outputs.some(({ usages }) => usages.includes(usage));
    return (Object.keys(LAMP) as (keyof typeof LAMP)[]).filter((name) => has(LAMP[name]));
  }

  /** One input report as it was read; one that is too short or of another number says nothing. */
  report(bytes: Uint8Array): readonly HidAct[] {
    const number = this.#descriptor.numbered ? bytes[0] : 0;
    const data = this.#descriptor.numbered ? bytes.subarray(1) : bytes;
    const acts: HidAct[] = [];
    for (const name of Object.keys(USAGE) as (keyof typeof USAGE)[]) {
      const fields = this.#descriptor.inputs.filter(
        ({ report, usages }) => report === number && usages.includes(USAGE[name]),
      );
      const values = fields.map((field) => pressed(field, data, USAGE[name])).filter((value) => value !== undefined);
      if (values.length === 0) continue;
      const is = values.includes(true);
      const was = this.#levels.get(name) ?? false;
      this.#levels.set(name, is);
      if (name !== 'hook') {
        if (is && !was) acts.push({ type: 'key', key: name });
      } else if (!fields.some(({ relative }) => relative)) {
        if (is !== was) acts.push({ type: 'hook', lifted: is });
        this.#lifted = is;
      } else if (is && !was) {
        // a button that tells its presses: each one turns the hook over
        this.#lifted = !this.#lifted;
        acts.push({ type: 'hook', lifted: this.#lifted });
      }
    }
    return acts;
  }

  /** Output reports that make the lamps so; none where nothing changes. The first octet is the report's number. */
  light(lamps: HidLamps): readonly Uint8Array[] {
    // a headset whose hook key tells presses goes by the phone's hook from here on
    this.#lifted = lamps.offHook;
    const reports: Uint8Array[] = [];
    for (const [number, length] of this.#descriptor.outputBytes) {
      const report = new Uint8Array(1 + length);
      report[0] = number;
      let ours = false;
      for (const field of this.#descriptor.outputs) {
        if (field.report !== number) continue;
        for (const name of Object.keys(LAMP) as (keyof typeof LAMP)[]) {
          if (!field.usages.includes(LAMP[name])) continue;
          ours = true;
          if (lamps[name]) put(report, field, LAMP[name]);
        }
      }
      const text = report.join();
      if (!ours || this.#written.get(number) === text) continue;
      this.#written.set(number, text);
      reports.push(report);
    }
    return reports;
  }
}

/** Whether the usage is on in this field; undefined = the report is too short for it. */
function pressed(field: HidField, data: Uint8Array, usage: number): boolean | undefined {
  if (field.bit + field.bits > data.length * 8) return undefined;
  let value = 0;
  for (let i = 0; i < field.bits; i++) {
    const bit = field.bit + i;
    if (((data[bit >> 3]! >> (bit & 7)) & 1) === 1) value += 2 ** i;
  }
  if (field.kind === 'variable') return value !== 0;
  return field.usages[value - field.least] === usage;
}

/** Switch a usage on in an output report whose first octet is its number. */
function put(report: Uint8Array, field: HidField, usage: number): void {
  const value = field.kind === 'variable' ? 1 : field.usages.indexOf(usage) + field.least;
  for (let i = 0; i < field.bits; i++) {
    if (((value >> i) & 1) === 0) continue;
    const bit = 8 + field.bit + i;
    report[bit >> 3]! |= 1 << (bit & 7);
  }
}
