import { availableParallelism } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { ExchangeStyle } from '../../exchange/settings.ts';
import { SABOTAGES, type Sabotage } from '../../virtual/sabotage.ts';

/** What a person may say on the command line of `npm run simulate`. */
export interface SimulateOptions {
  readonly offices: number;
  readonly seed: number;
  readonly loss: number;
  readonly style: ExchangeStyle | undefined;
  readonly sabotage: Sabotage | undefined;
  readonly workers: number;
  /** Stop after so many seconds, with the summary of what was played. */
  readonly seconds: number | undefined;
  readonly json: string | undefined;
  readonly ladder: boolean;
  /** Play nothing: add up what earlier runs wrote by `--json`. */
  readonly sum: readonly string[];
}

/** A wrong command line is one line and exit code 2. */
function refuse(why: string): never {
  console.error(`simulate: ${why}`);
  process.exit(2);
}

/** `npm run simulate -- --offices 1000 --seed 1 [--loss p] [--style proxy|b2bua] [--break kind] [--seconds n] [--workers n] [--json FILE] [--ladder]`; `--sum FILE… [--json FILE]` */
export function simulateOptions(args: readonly string[]): SimulateOptions {
  const { values, positionals } = parsed(args);
  const [offices, seed, loss] = [values.offices, values.seed, values.loss].map(Number) as [number, number, number];
  const style = values.style === 'proxy' || values.style === 'b2bua' ? values.style : undefined;
  const sabotage = SABOTAGES.find((one) => one === values.break);
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
  const workers = values.workers === undefined ? availableParallelism() : Number(values.workers);
  if (!(offices > 0) || !Number.isInteger(offices) || !Number.isInteger(seed) || !(loss >= 0 && loss < 1))
    refuse('--offices and --seed are whole numbers, --loss is a share from 0 to 1');
  if (values.style !== undefined && style === undefined) refuse('--style is proxy or b2bua');
  if (values.break !== undefined && sabotage === undefined) refuse(`--break is one of ${SABOTAGES.join(', ')}`);
  if (seconds !== undefined && !(seconds > 0)) refuse('--seconds is a number above 0');
  if (positionals.length > 0 !== (values.sum === true)) refuse('--sum, and nothing else, is followed by files');
  if (!(workers >= 1 && workers <= 64)) refuse('--workers is a number from 1 to 64');
  return {
    offices,
    seed,
    loss,
    style,
    sabotage,
    workers,
    seconds,
    json: values.json,
    ladder: values.ladder === true,
    sum: positionals,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        offices: { type: 'string', default: '1000' },
        seed: { type: 'string', default: '1' },
        loss: { type: 'string', default: '0' },
        style: { type: 'string' },
        break: { type: 'string' },
        workers: { type: 'string' },
        seconds: { type: 'string' },
        json: { type: 'string' },
        ladder: { type: 'boolean' },
        sum: { type: 'boolean' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    return refuse((error as Error).message);
  }
}
