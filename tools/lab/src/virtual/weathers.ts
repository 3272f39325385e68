import type { Fault } from '../network/mischief.ts';
import { FAIR, type Weather } from '../network/weather.ts';

/** What is planted into one office: at most one of these each. */
export type Planted =
  | 'nothing'
  | 'loss'
  | 'reordering'
  | 'duplication'
  | 'crash'
  | 'specialist-busy'
  | 'specialist-leaves'
  | 'caller-leaves'
  | Exclude<Fault, 'wrong-replaces'>;

/** Every kind, equally likely: with sixteen kinds each is in about 6 % of offices. */
export const PLANTED: readonly Planted[] = [
  'nothing',
  'loss',
  'reordering',
  'duplication',
  'crash',
  'specialist-busy',
  'specialist-leaves',
  'caller-leaves',
  'hold-refused',
  'refer-refused',
  'no-notify',
  'no-verdict',
  'notify-before-2xx',
  'bye-before-notify',
  'terminated-notify',
  'refer-200',
];

const OFFICE: Weather = { ...FAIR, delayMs: 2, jitterMs: 6 };

/** The weather that a planted fault brings. `loss` is what the person asked for besides. */
export function weatherOf(planted: Planted, loss: number): Weather {
  switch (planted) {
    case 'loss':
      return { ...OFFICE, loss: Math.max(loss, 0.15) };
    case 'reordering':
      return { ...OFFICE, loss, delayMs: 20, jitterMs: 120, reorder: 0.15, reorderMs: 400 };
    case 'duplication':
      return { ...OFFICE, loss, duplicate: 0.3, jitterMs: 40 };
    default:
      return { ...OFFICE, loss };
  }
}

/** The meddling that a planted fault is. */
export function meddlingOf(planted: Planted): Fault | undefined {
  switch (planted) {
    case 'hold-refused':
    case 'refer-refused':
    case 'no-notify':
    case 'no-verdict':
    case 'notify-before-2xx':
    case 'bye-before-notify':
    case 'terminated-notify':
    case 'refer-200':
      return planted;
    default:
      return undefined;
  }
}
