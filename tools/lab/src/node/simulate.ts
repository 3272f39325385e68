import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ladderText } from '@switchhook/ladder';
import { UserAgent } from '@switchhook/sip-core';
import { SABOTAGES } from '../virtual/sabotage.ts';
import { isGood, type OfficeReport, playOffice } from '../virtual/simulation.ts';
import { seededCrypto } from './seeded-crypto.ts';

/** `npm run simulate -- --offices 1000 --seed 1 [--loss p] [--style proxy|b2bua] [--break kind] [--json FILE]` */
/** A wrong command line is one line and exit code 2. */
function refuse(why: string): never {
  console.error(`simulate: ${why}`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      options: {
        offices: { type: 'string', default: '1000' },
        seed: { type: 'string', default: '1' },
        loss: { type: 'string', default: '0' },
        style: { type: 'string' },
        break: { type: 'string' },
        json: { type: 'string' },
        ladder: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

const values = options();
const [offices, first, loss] = [values.offices, values.seed, values.loss].map(Number) as [number, number, number];
const style = values.style === 'proxy' || values.style === 'b2bua' ? values.style : undefined;
const sabotage = SABOTAGES.find((one) => one === values.break);
if (!(offices > 0) || !Number.isInteger(first) || !(loss >= 0 && loss < 1))
  refuse('--offices and --seed are whole numbers, --loss is a share from 0 to 1');
if (values.style !== undefined && style === undefined) refuse('--style is proxy or b2bua');
if (values.break !== undefined && sabotage === undefined) refuse(`--break is one of ${SABOTAGES.join(', ')}`);

const tally = { runs: 0, lostCallers: 0, brokenPromises: 0, leaks: 0, uncaught: 0, messages: 0 };
const byFault: Record<string, number> = {};
const byOutcome: Record<string, number> = { completed: 0, failed: 0, unknown: 0, none: 0 };
const byStyle: Record<string, number> = {};
const failing: OfficeReport[] = [];
const began = performance.now();
for (let seed = first; seed < first + offices; seed++) {
  const report = playOffice(seed, {
    make: (settings) => new UserAgent(settings),
    crypto: seededCrypto,
    loss,
    style,
    sabotage,
  });
  count(report);
  if (values.ladder === true) show(report);
}
const seconds = (performance.now() - began) / 1000;
const result = {
  ...tally,
  seed: first,
  seconds,
  byFault,
  byOutcome,
  byStyle,
  failing: failing.map((report) => report.seed),
};
console.log(
  `offices ${tally.runs} in ${seconds.toFixed(1)} s, ${tally.messages} datagrams, seeds ${first}…${first + offices - 1}`,
);
console.log(`by planted fault: ${words(byFault)}`);
console.log(`by exchange: ${words(byStyle)}`);
console.log(`transfers by outcome: ${words(byOutcome)}`);
console.log(
  `lostCallers ${tally.lostCallers}  brokenPromises ${tally.brokenPromises}  leaks ${tally.leaks}  uncaught ${tally.uncaught}`,
);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
if (failing.length > 0) {
  show(failing[0]!);
  process.exitCode = 1;
}

function count(report: OfficeReport): void {
  tally.runs++;
  tally.messages += report.messages;
  tally.lostCallers += report.lostCallers.length;
  tally.brokenPromises += report.brokenPromises.length;
  tally.leaks += report.leaks.length;
  if (report.uncaught !== undefined) tally.uncaught++;
  byFault[report.planted] = (byFault[report.planted] ?? 0) + 1;
  byStyle[report.style] = (byStyle[report.style] ?? 0) + 1;
  for (const outcome of report.outcomes.length === 0 ? ['none'] : report.outcomes)
    byOutcome[outcome] = (byOutcome[outcome] ?? 0) + 1;
  if (!isGood(report)) failing.push(report);
}

/** What went wrong, the ladder, and the command that plays it again. */
function show(report: OfficeReport): void {
  console.log(
    `\nseed ${report.seed}: ${report.style}, planted ${report.planted}, outcomes ${report.outcomes.join() || 'none'}`,
  );
  for (const act of report.acts) console.log(`  ${(act.atMs / 1000).toFixed(3)} s ${act.who} ${act.what}`);
  console.log(ladderText(report.ladder()));
  for (const line of [...report.lostCallers, ...report.brokenPromises, ...report.leaks]) console.log(`  WRONG ${line}`);
  if (report.uncaught !== undefined) console.log(`  UNCAUGHT ${report.uncaught}`);
  const more = [
    loss > 0 ? ` --loss ${loss}` : '',
    style === undefined ? '' : ` --style ${style}`,
    sabotage === undefined ? '' : ` --break ${sabotage}`,
  ];
  console.log(`replay: npm run simulate -- --offices 1 --seed ${report.seed}${more.join('')} --ladder`);
}

function words(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([word, n]) => `${word} ${n}`)
    .join(', ');
}
