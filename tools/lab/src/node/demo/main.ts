import { writeFileSync } from 'node:fs';
import { ladderText, seenBy } from '@switchhook/ladder';
import { shortcomings } from '../../people/verdict.ts';
import { openHand } from '../hands/open-hand.ts';
import { RealOffice } from '../real-office.ts';
import { findingsOf, transferMsOf } from './findings.ts';
import { playByHand } from './interactive.ts';
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
const hand = await openHand(options.hand, runtime);
const wrong: string[] = [];
const playing = options.auto ? playTransfer(office, hand, say) : playByHand(office);
const played = await playing.catch((error: Error) => {
  wrong.push(error.message);
  return { outcome: { name: 'none', evidence: undefined }, receptionistIdle: runtime.idle };
});
const findings = findingsOf(office, played, options.out);
wrong.push(...shortcomings(findings));
const transferMs = transferMsOf(findings.ladder);
await hand.close();
await office.close();

console.log(`\n${ladderText(seenBy(findings.ladder, 'receptionist'))}`);
console.log(
  `outcome      ${played.outcome.name}, evidence ${played.outcome.evidence ?? 'none'}, REFER to NOTIFY 200 ${transferMs?.toFixed(1) ?? '-'} ms`,
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
    transferMs: transferMs ?? null,
    heard: { caller: findings.heard.caller, specialist: findings.heard.specialist },
    messages: findings.ladder.steps.length,
    style: options.style,
  };
  writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
}
for (const line of wrong) console.error(`demo: ${line}`);
console.log(wrong.length === 0 ? 'demo: all as it must be' : `demo: ${wrong.length} wrong`);
process.exitCode = wrong.length === 0 ? 0 : 1;
