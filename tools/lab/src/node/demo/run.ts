import type { Findings } from '../../people/verdict.ts';
import { shortcomings } from '../../people/verdict.ts';
import { openHand } from '../hands/open-hand.ts';
import { RealOffice } from '../real-office.ts';
import { findingsOf, transferMsOf } from './findings.ts';
import { playByHand } from './interactive.ts';
import { type DemoOptions, faultOf } from './options.ts';
import { playTransfer, shownIn } from './play.ts';

/** What a demo amounts to. */
export interface DemoResult {
  readonly findings: Findings;
  /** From REFER to NOTIFY 2xx on the wire, ms. */
  readonly transferMs: number | undefined;
  /** What is not as it must be, a line each. */
  readonly wrong: readonly string[];
}

/** Open the office, play the transfer or let a person play it, write the files, close the office. */
export async function runDemo(options: DemoOptions, say: (line: string) => void): Promise<DemoResult> {
  const office = await RealOffice.open({
    style: options.style,
    loss: options.loss,
    seed: options.seed,
    fault: faultOf(options.fault),
    specialistSilent: options.fault === 'specialist-silent',
  });
  const { runtime } = office.phones.receptionist;
  const wrong: string[] = [];
  try {
    const hand = await openHand(options.hand, runtime);
    const told = (line: string) => say(`${(office.elapsed() / 1000).toFixed(2).padStart(7)} s  ${line}`);
    const playing = options.auto ? playTransfer(office, hand, told, options.talkMs) : playByHand(office);
    const played = await playing.catch((error: Error) => {
      wrong.push(error.message);
      return {
        outcome: { name: 'none', evidence: undefined },
        receptionistIdle: runtime.idle,
        shows: shownIn(office),
      };
    });
    const findings = findingsOf(office, played, options.out, options.loss > 0);
    await hand.close();
    return { findings, transferMs: transferMsOf(findings.ladder), wrong: [...wrong, ...shortcomings(findings)] };
  } finally {
    await office.close();
  }
}
