import { writeFileSync } from 'node:fs';
import { ladderText, seenBy } from '@switchhook/ladder';
import { demoOptions } from './options.ts';
import { runDemo } from './run.ts';

/** `npm run demo`: an office on loopback in which a caller is transferred. Exit code 0 = everything was as it must be. */
try {
  const options = demoOptions(process.argv.slice(2), process.stdin.isTTY === true && process.stdout.isTTY === true);
  const { findings, transferMs, wrong } = await runDemo(options, (line) => console.log(line));
  const { outcome, heard, ladder } = findings;
  console.log(`\n${ladderText(seenBy(ladder, 'receptionist'))}`);
  console.log(`outcome      ${outcome.name}, evidence ${outcome.evidence ?? 'none'}`);
  console.log(
    `transfer     ${transferMs === undefined ? 'no NOTIFY 200' : `${transferMs.toFixed(1)} ms from REFER to NOTIFY 200`}`,
  );
  for (const [who, voices] of Object.entries(heard)) {
    console.log(`${who.padEnd(12)} heard ${voices.join(', ') || 'nothing'}`);
  }
  const files = 'ladder.txt ladder.svg capture.pcap caller.wav specialist.wav receptionist.wav';
  console.log(`files        ${options.out}/ ${files}`);
  if (options.json !== undefined) {
    const result = {
      outcome: outcome.name,
      evidence: outcome.evidence ?? null,
      transferMs: transferMs ?? null,
      heard: { caller: heard.caller, specialist: heard.specialist },
      messages: ladder.steps.length,
      style: options.style,
    };
    writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  }
  for (const line of wrong) console.error(`demo: ${line}`);
  console.log(wrong.length === 0 ? 'demo: all as it must be' : `demo: not as it must be (${wrong.length})`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
  console.error(
    'demo: what it takes: --auto --style --loss --seed --mqtt --headset --break --talk --json --out; see README.md',
  );
  process.exitCode = 2;
}
