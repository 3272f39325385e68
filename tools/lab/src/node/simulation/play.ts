import { UserAgent } from '@switchhook/sip-core';
import { quickCrypto } from '../../virtual/quick-crypto.ts';
import { type OfficeReport, playOffice } from '../../virtual/simulation.ts';
import type { SimulateOptions } from './options.ts';

/** Play the office of one seed as the command line wants it. */
export function playSeed(seed: number, { loss, style, sabotage }: SimulateOptions): OfficeReport {
  return playOffice(seed, {
    make: (settings) => new UserAgent(settings),
    crypto: quickCrypto,
    loss,
    style,
    sabotage,
  });
}
