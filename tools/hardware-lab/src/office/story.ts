import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Findings,
  type Hand,
  heardInOrder,
  heardThen,
  segmentsOf,
  shortcomings,
  VOICE_HZ,
  VOICES,
  wav,
} from '@switchhook/lab';
import { findingsOf, playTransfer, RealOffice } from '@switchhook/lab/node';
import { ladderText, seenBy } from '@switchhook/ladder';
import { Ear, Mouth, phoneEnd } from '../devices/loopback.ts';
import { CONFIGURED, type Telephone } from '../devices/telephone.ts';
import { type DeskConfiguration, DeskProcess } from './desk-process.ts';
import { flowText } from './flow.ts';
import { lookAt, looking, type Seen } from './lamp-watch.ts';

/** Cables of the loopback card: where one listens and speaks, and the bell. */
const HANDSET = 0;
const BELL = 1;
/** The lamps are looked at for some seconds at each step: that is talk enough. */
const TALK_MS = 600;
/** What the fault `refer-slow` holds a REFER back, less the moment in which the lamps come to it. */
const REFER_SLOW_MS = 2100;
/** Sound of the last half second may lie in the recorder's sockets, read after the BYE: one CPU does everything here. */
const QUEUED_PACKETS = 25;
/** Long enough for the verdict and the end of the specialist's call, so that their order with our BYE is not a race. */
const BYE_GRACE_MS = 5000;
/** One breath of the receptionist. */
const VOICE_S = 60;

/** What a story is played with. */
export interface StoryPlan {
  /** The hand's name, and the folder's. */
  readonly name: string;
  /** The telephone's case, whose lamps are looked at. */
  readonly telephone: Telephone;
  /** What of the phone's configuration is the hand's. */
  readonly configuration: DeskConfiguration;
  /** The hand at the phone, once it runs. */
  readonly hand: (desk: DeskProcess) => Promise<Hand>;
}

/** What a story left behind. */
export interface Story {
  readonly findings: Findings;
  /** What is not as it must be, a line each. */
  readonly wrong: readonly string[];
  /** The ladder as the receptionist's phone saw it, comparable. */
  readonly flow: string;
  /** Who was heard at the receptionist's ear, in order. */
  readonly ear: readonly string[];
  /** What the line lamps showed, moment by moment. */
  readonly lamps: readonly Seen[];
  /** How loud the bell was at most: 0 = it did not ring. */
  readonly bell: number;
}

/**
 * The caller rings, is answered, and ends up with the specialist, played by one hand on the real phone process; ears and a mouth are at
 * the other end of its sound card. The REFER is slow on its way, so that the lamps of a transfer under way can be seen.
 */
export async function playStory(folder: string, { name, telephone, configuration, hand }: StoryPlan): Promise<Story> {
  const here = join(folder, name);
  mkdirSync(here, { recursive: true });
  const audio = {
    sound: 'alsa',
    capture: phoneEnd(HANDSET),
    playback: phoneEnd(HANDSET),
    ringer: phoneEnd(BELL),
  };
  const ear = new Ear(HANDSET, here);
  const bell = new Ear(BELL, here);
  const mouth = new Mouth(HANDSET, here, VOICE_HZ.receptionist, VOICE_S);
  const office = await RealOffice.openWith(
    { style: 'proxy', loss: 0, seed: 1, fault: 'refer-slow', specialistSilent: false },
    (told) =>
      DeskProcess.start(here, told, {
        audio,
        keypad: CONFIGURED,
        transfer: { timers: { byeGraceMs: BYE_GRACE_MS } },
        ...configuration,
      }),
  );
  try {
    const lamps: Seen[] = [await lookAt(telephone.wires, 'nothing happens')];
    const person = looking(await hand(office.phones.receptionist), telephone.wires, lamps, REFER_SLOW_MS);
    const say = (line: string) => console.log(`${name} ${(office.elapsed() / 1000).toFixed(2)} s  ${line}`);
    try {
      const played = await playTransfer(office, person, say, TALK_MS);
      // where one processor does everything the end of one call may overtake an answer in the other: the steps are judged as with loss,
      // and the order by the equality of the three flows
      const found = findingsOf(office, played, here, true);
      const findings = {
        ...found,
        packetsAfterEnd: found.packetsAfterEnd > QUEUED_PACKETS ? found.packetsAfterEnd : 0,
      };
      const flow = flowText(seenBy(findings.ladder, 'receptionist'), 'receptionist');
      writeFileSync(join(here, 'flow.txt'), `${flow}\n`);
      const heard = heardInOrder(segmentsOf(ear.heard(), VOICES));
      const wrong = shortcomings(findings);
      if (!heardThen(heard, 'caller', 'specialist'))
        wrong.push(`at the handset one heard ${heard.join(', ')}, not caller, specialist`);
      return {
        findings,
        wrong,
        flow,
        ear: heard,
        lamps: [...lamps, await lookAt(telephone.wires, 'all is over')],
        bell: bell.heard().reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
      };
    } finally {
      writeFileSync(join(here, 'ladder-so-far.txt'), ladderText(office.ladder()));
      writeFileSync(join(here, 'ear.wav'), wav(ear.heard()));
      await person.close();
    }
  } finally {
    await office.close();
    await Promise.all([ear.close(), bell.close(), mouth.close()]);
  }
}
