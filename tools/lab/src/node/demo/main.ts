import { writeFileSync } from 'node:fs';
import { ladderText, seenBy } from '@switchhook/ladder';
import { shortcomings } from '../../people/verdict.ts';
import { headsetHand } from '../hands/headset.ts';
import { keyboardHand } from '../hands/keyboard.ts';
import { RealOffice } from '../real-office.ts';
import { findingsOf } from './findings.ts';
import { demoOptions, faultOf } from './options.ts';
import { playTransfer } from './play.ts';

/** `npm run demo`: an office on loopback in which a caller is transferred. Exit code 0 = everything was as it must be. */
const options = demoOptions(process.argv.slice(2), process.stdout.isTTY === true);
const office = await RealOffice.open({
  style: options.style,
  loss: options.loss,
  seed: options.seed,
  fault: faultOf(options.fault),
  specialistSilent: options.fault === 'specialist-silent',
});
const say = (line: string): void => console.log(`${(office.elapsed() / 1000).toFixed(2).padStart(7)} s  ${line}`);
const { runtime } = office.phones.receptionist;
const hand = options.hand === 'headset' ? headsetHand(runtime) : keyboardHand(runtime);
const wrong: string[] = [];
const played = await playTransfer(office, hand, say).catch((error: Error) => {
  wrong.push(error.message);
  return { outcome: { name: 'none', evidence: undefined }, transferMs: undefined, receptionistIdle: runtime.idle };
});
const findings = findingsOf(office, played, options.out);
wrong.push(...shortcomings(findings));
await hand.close();
await office.close();

console.log(`\n${ladderText(seenBy(findings.ladder, 'receptionist'))}`);
console.log(
  `outcome      ${played.outcome.name}, evidence ${played.outcome.evidence ?? 'none'}, after ${played.transferMs?.toFixed(0) ?? '-'} ms`,
);
for (const [who, heard] of Object.entries(findings.heard))
  console.log(`${who.padEnd(12)} heard ${heard.join(', ') || 'nothing'}`);
console.log(
  `files        ${options.out}/ ladder.txt ladder.svg capture.pcap caller.wav specialist.wav receptionist.wav`,
);
if (options.json !== undefined) {
  const result = {
    outcome: played.outcome.name,
    evidence: played.outcome.evidence ?? null,
    transferMs: played.transferMs ?? null,
    heard: { caller: findings.heard.caller, specialist: findings.heard.specialist },
    messages: findings.ladder.steps.length,
    style: options.style,
  };
  writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
}
for (const line of wrong) console.error(`demo: ${line}`);
console.log(wrong.length === 0 ? 'demo: all as it must be' : `demo: ${wrong.length} wrong`);
process.exitCode = wrong.length === 0 ? 0 : 1;
