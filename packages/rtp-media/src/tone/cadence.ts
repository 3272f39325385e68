import { fault, type Parsed, parsed } from '@switchhook/sans-io';

/** One step of a tone: up to two frequencies for a time. */
export interface CadenceStep {
  /** 0 = silence. */
  readonly hz: number;
  /** Added to `hz`, or its modulator; 0 = none. */
  readonly otherHz: number;
  readonly mix: 'single' | 'sum' | 'modulated';
  /** Undefined = for ever. */
  readonly ms: number | undefined;
  /** Played the first time round only. */
  readonly once: boolean;
}

/** Steps in order, repeated without those that are `once`. Never empty. */
export type Cadence = readonly CadenceStep[];

export type CadenceFault = 'empty' | 'too-long' | 'bad-step' | 'bad-frequency' | 'bad-duration';

const STEP = /^(!?)(\d{1,4})(?:([+*])(\d{1,4}))?(?:\/(\d{1,6}))?$/;
const MAX_STEPS = 64;

/**
 * Read the cadence syntax `[!]f1[+f2|*f2][/ms],…`: `!` = once, `+` = sum, `*` = amplitude modulation, without `/ms` = for
 * ever, frequency 0 = silence. Steps after one that lasts for ever are never reached and are kept.
 */
export function parseCadence(text: string): Parsed<Cadence, CadenceFault> {
  if (text.trim() === '') return fault('empty', 0);
  const steps: CadenceStep[] = [];
  let at = 0;
  for (const part of text.split(',')) {
    if (steps.length === MAX_STEPS) return fault('too-long', at);
    const match = STEP.exec(part.trim());
    if (match === null) return fault('bad-step', at);
    const hz = Number(match[2]);
    const otherHz = Number(match[4] ?? 0);
    const ms = match[5] === undefined ? undefined : Number(match[5]);
    if (hz >= 4000 || otherHz >= 4000 || (match[3] !== undefined && (hz === 0 || otherHz === 0))) {
      return fault('bad-frequency', at);
    }
    if (ms === 0) return fault('bad-duration', at);
    const mix = match[3] === undefined ? 'single' : match[3] === '+' ? 'sum' : 'modulated';
    steps.push({ hz, otherHz, mix, ms, once: match[1] === '!' });
    at += part.length + 1;
  }
  return parsed(steps);
}

/** A cadence of our own tables: a fault there is a bug and throws. */
export function cadence(text: string): Cadence {
  const read = parseCadence(text);
  if (!read.ok) throw new Error(`cadence "${text}": ${read.fault} at ${read.at}`);
  return read.value;
}
