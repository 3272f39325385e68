import { callsIn, nameOf } from '../reducer/inquiry.ts';
import type { Call, PhoneState, TransferRecord } from '../reducer/state.ts';

/** What is missing before there can be a transfer, and what to press; `call` = the one that would be transferred. */
export function adviceWithout(state: PhoneState, call: Call | undefined): readonly string[] {
  const ringing = callsIn(state, 'ringing')[0];
  if (call === undefined && ringing !== undefined)
    return [`Nothing can be transferred yet: ${nameOf(ringing)} has not been answered.`, 'Answer the call first.'];
  if (call === undefined)
    return [
      'No transfer is under way, and there is no call.',
      'A transfer needs a caller: answer or place a call first.',
    ];
  if (call.emergency) return ['An emergency call is up: it is not transferred.'];
  if (call.dialog === undefined || call.phase.name === 'dialing' || call.phase.name === 'ringback')
    return [`Nothing can be transferred yet: ${nameOf(call)} has not answered.`];
  return [
    `No transfer is under way. ${nameOf(call)} can be transferred.`,
    'Press Transfer and dial whom the caller is to get (or: switchhook ctl transfer.start NUMBER).',
  ];
}

/** What is missing in a transfer that is there, and what to press. */
export function adviceFor({ machine, to, kind, outcome }: TransferRecord, target: Call | undefined): readonly string[] {
  const who = target === undefined ? (to ?? 'the target') : nameOf(target);
  switch (machine.name) {
    case 'holding':
      if (kind === 'blind') return ['The REFER goes out as soon as the caller is held.'];
      return [
        to === undefined ? 'Dial whom the caller is to get.' : 'The caller is being held, then the target is dialled.',
      ];
    case 'calling-target':
      if (to === undefined) return ['Dial whom the caller is to get; Cancel leads back to the caller.'];
      return [`${who} has not answered.`, 'Press Transfer to hand over as soon as it answers, or Cancel to go back.'];
    case 'armed':
      return [
        `The REFER goes out as soon as ${who} answers.`,
        'Press Transfer again to send the caller there unasked.',
      ];
    case 'degrading':
      return [`${who} is given up; then the caller is sent there unasked.`];
    case 'consulting':
    case 'swapped':
    case 'merged':
      return ['Nothing is missing: press Transfer (or transfer.complete) and this REFER goes out.'];
    case 'swapping':
    case 'merging':
    case 'unmerging':
    case 'holding-again':
    case 'holding-target':
      return ['A hold or resume waits for its answer.'];
    case 'referring':
      return ['The REFER is out and has not been answered.'];
    case 'backing-off':
      return ['The far end asked us to wait; the REFER goes out again by itself. Cancel leads back.'];
    case 'watching':
      return ['The REFER was accepted; the phone waits for proof that the caller has arrived.'];
    case 'restored':
      return [
        'The transfer failed and both calls are back.',
        'Press Transfer to try again, or Cancel to go back to the caller.',
      ];
    case 'unsure':
      return [
        'Nobody said how the transfer ended; both calls are kept.',
        'Press Transfer to try again, or Cancel to go back.',
      ];
    case 'caller-held':
      return ['The target has gone; the caller waits.', 'Press Cancel or the line key to take the caller back.'];
    case 'retrieving':
      return ['The caller is being taken back.'];
    case 'bridging':
    case 'bridged':
      return ['The phone itself joins the two: no REFER is sent any more.'];
    case 'settling':
    case 'over':
      return [
        outcome?.name === 'completed'
          ? 'The transfer is completed: nothing is sent any more.'
          : 'This transfer is over.',
      ];
    default:
      machine satisfies never;
      throw new Error('unknown transfer state');
  }
}
