import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ladder, ladderSvg, ladderText, pcap, seenBy } from '@switchhook/ladder';
import { heardInOrder, segmentsOf } from '../../analysis/heard.ts';
import type { Findings } from '../../people/verdict.ts';
import { VOICES } from '../../people/voices.ts';
import { heardAt, sentRtpAt } from '../../recorder/listening.ts';
import { wav } from '../../recorder/wav.ts';
import type { RealOffice, RealPerson } from '../real-office.ts';
import type { Played } from './play.ts';

/** The receptionist's phone may still send what was in its hands when the last call ended. */
const TAIL_MS = 100;
const PEOPLE: readonly RealPerson[] = ['caller', 'specialist', 'receptionist'];

/** Put together what was seen and heard, and write it to `folder`. */
export function findingsOf(office: RealOffice, played: Played, folder: string, lossy: boolean): Findings {
  const { plan, recording, epochMs } = office;
  const endMs = office.elapsed();
  const ladder = office.ladder();
  const first = ladder.steps[0]?.atMs ?? 0;
  mkdirSync(folder, { recursive: true });
  const sounds = Object.fromEntries(
    PEOPLE.map((who) => [who, heardAt(recording.datagrams, plan[who].wan, first, endMs)]),
  );
  const heard = Object.fromEntries(PEOPLE.map((who) => [who, heardInOrder(segmentsOf(sounds[who]!, VOICES))]));
  for (const who of PEOPLE) writeFileSync(join(folder, `${who}.wav`), wav(sounds[who]!));
  writeFileSync(join(folder, 'ladder.txt'), ladderText(ladder));
  writeFileSync(join(folder, 'ladder.svg'), ladderSvg(ladder, 'Attended transfer'));
  writeFileSync(join(folder, 'capture.pcap'), pcap(recording.datagrams, epochMs));
  const lastBye = ladder.steps
    .filter((step) => step.method === 'BYE' && (step.from === 'receptionist' || step.to === 'receptionist'))
    .at(-1);
  const sent = sentRtpAt(recording.datagrams, plan.receptionist.wan);
  return {
    ladder,
    lossy,
    outcome: played.outcome,
    heard: heard as unknown as Findings['heard'],
    receptionistIdle: played.receptionistIdle,
    shows: played.shows,
    packetsAfterEnd: lastBye === undefined ? 0 : sent.filter((at) => at > lastBye.atMs + TAIL_MS).length,
  };
}

/** From REFER to NOTIFY with a 2xx as they went over the wire, ms; undefined when there was none. */
export function transferMsOf(ladder: Ladder): number | undefined {
  const { steps } = seenBy(ladder, 'receptionist');
  const refer = steps.findLast((step) => step.method === 'REFER' && !step.again);
  const notify = steps.find(
    (step) => refer !== undefined && step.atMs >= refer.atMs && Math.floor((step.sipfrag ?? 0) / 100) === 2,
  );
  return refer === undefined || notify === undefined ? undefined : notify.atMs - refer.atMs;
}
