import { parseArgs } from 'node:util';
import type { ExchangeStyle } from '../../exchange/settings.ts';
import type { Fault } from '../../network/mischief.ts';

/** What can be broken on purpose: the demo must then find it and exit non-zero. */
export const BREAKS = ['hold', 'refer', 'notify', 'replaces', 'specialist-silent'] as const;
export type Break = (typeof BREAKS)[number];

/** Whose hand works the phone. */
export type HandName = 'keyboard' | 'headset' | 'mqtt';

/** The demo's command line. */
export interface DemoOptions {
  readonly auto: boolean;
  readonly style: ExchangeStyle;
  readonly loss: number;
  readonly seed: number;
  readonly hand: HandName;
  readonly fault: Break | undefined;
  /** How long people talk before the next step. */
  readonly talkMs: number;
  /** Write the result as JSON to this file. */
  readonly json: string | undefined;
  /** Folder for ladder, capture and recordings. */
  readonly out: string;
}

/** Read the command line; throws with one clear line when it is wrong. */
export function demoOptions(args: readonly string[], tty: boolean): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      auto: { type: 'boolean' },
      style: { type: 'string' },
      loss: { type: 'string' },
      seed: { type: 'string' },
      mqtt: { type: 'boolean' },
      headset: { type: 'boolean' },
      break: { type: 'string' },
      talk: { type: 'string' },
      json: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const style = values.style ?? 'b2bua';
  if (style !== 'proxy' && style !== 'b2bua') throw new Error(`--style is proxy or b2bua, not ${style}`);
  const fault = BREAKS.find((one) => one === values.break);
  if (values.break !== undefined && fault === undefined) throw new Error(`--break is one of ${BREAKS.join(', ')}`);
  const loss = Number(values.loss ?? 0);
  if (!(loss >= 0 && loss < 1)) throw new Error(`--loss is a share from 0 to 1, not ${values.loss}`);
  const talkMs = 1000 * Number(values.talk ?? 2);
  if (!(talkMs >= 500 && talkMs <= 60_000)) throw new Error(`--talk is seconds from 0.5 to 60, not ${values.talk}`);
  const seed = Number(values.seed ?? 1);
  if (!Number.isInteger(seed)) throw new Error(`--seed is a whole number, not ${values.seed}`);
  if (values.mqtt === true && values.headset === true)
    throw new Error('--mqtt and --headset are two hands: choose one');
  return {
    // A person's keys are the terminal's; the other hands play by themselves.
    auto: values.auto === true || !tty || values.mqtt === true || values.headset === true,
    style,
    loss,
    seed,
    hand: values.mqtt === true ? 'mqtt' : values.headset === true ? 'headset' : 'keyboard',
    fault,
    talkMs,
    json: values.json,
    out: values.out ?? 'demo-out',
  };
}

/** The network's part in a break; `specialist-silent` is the specialist's own. */
export function faultOf(broken: Break | undefined): Fault | undefined {
  switch (broken) {
    case 'hold':
      return 'hold-refused';
    case 'refer':
      return 'refer-refused';
    case 'notify':
      return 'no-notify';
    case 'replaces':
      return 'wrong-replaces';
    case 'specialist-silent':
    case undefined:
      return undefined;
    default:
      throw broken satisfies never;
  }
}
