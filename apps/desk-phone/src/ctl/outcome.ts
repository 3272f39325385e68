import type { Acknowledgement, PhoneNotice, Snapshot } from '@switchhook/phone/control';

/** Exit codes of `switchhook ctl`, one a kind of ending, so that a script can tell them apart. */
export const EXIT = {
  done: 0,
  /** The phone refused or the call or transfer failed. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** No phone answers at the socket. */
  unreachable: 3,
  /** The outcome of a transfer is unknown: both calls were kept. */
  unknown: 4,
} as const;

/** The exit code for a final acknowledgement. */
export function exitCode(answer: Acknowledgement): number {
  if (answer.phase !== 'failed') return EXIT.done;
  return answer.error.code === 'transfer_unknown' ? EXIT.unknown : EXIT.failed;
}

/** A final acknowledgement as a sentence. */
export function describeAnswer(verb: string, answer: Acknowledgement): string {
  switch (answer.phase) {
    case 'accepted':
      return `${verb}: accepted`;
    case 'done': {
      const result = Object.entries(answer.result).map(([name, value]) => `${name} ${String(value)}`);
      return [`${verb}: done`, ...result].join(', ');
    }
    case 'failed': {
      const { code, message, sip, canDo } = answer.error;
      const status = sip === null ? '' : ` (SIP ${sip})`;
      const now = canDo.length === 0 ? '' : `\nnow possible: ${canDo.join(', ')}`;
      return `${verb}: ${code}: ${message}${status}${now}`;
    }
    default:
      throw answer satisfies never;
  }
}

/** Something that happened, on one line. */
export function describeNotice(notice: PhoneNotice & { readonly ts?: string }): string {
  const parts: string[] = [notice.ts?.slice(11, 19) ?? '', notice.event_type];
  if (notice.callId !== undefined) parts.push(notice.callId);
  if (notice.transferId !== undefined) parts.push(notice.transferId);
  if (notice.number !== undefined) parts.push(notice.number);
  if (notice.name !== undefined) parts.push(`"${notice.name}"`);
  if (notice.code !== undefined) parts.push(String(notice.code));
  if (notice.reason !== undefined) parts.push(notice.reason);
  if (notice.evidence !== undefined) parts.push(`evidence: ${notice.evidence}`);
  return parts.filter((part) => part !== '').join(' ');
}

/** The picture in a few lines for a person. */
export function describeState(state: Snapshot): readonly string[] {
  const lines = state.lines.map((line) => {
    const party =
      line.party === null ? '' : ` ${line.direction === 'in' ? 'from' : 'to'} ${line.party.name ?? line.party.number}`;
    return `line ${line.n}: ${line.state}${party}${line.callId === null ? '' : ` (${line.callId})`}`;
  });
  const registrations = state.registrations.map((one) => {
    const why = one.reason === null ? '' : `: ${one.code === null ? '' : `${one.code} `}${one.reason}`;
    return `account ${one.account}: ${one.state}${why}`;
  });
  const transfer =
    state.transfer === null
      ? []
      : [`transfer ${state.transfer.transferId}: ${state.transfer.outcome ?? state.transfer.state}`];
  return [
    `phone: ${state.phone}, hook ${state.hook}, ${state.route}${state.mute ? ', muted' : ''}${state.dnd ? ', do not disturb' : ''}`,
    ...forwarding(state),
    ...lines,
    ...transfer,
    ...registrations,
  ];
}

/** Where calls that come are sent to, a line each. */
function forwarding({ settings }: Snapshot): readonly string[] {
  return Object.entries(settings).flatMap(([key, value]) =>
    key.startsWith('forward_') && typeof value === 'string' && value !== '' ? [`${key}: ${value}`] : [],
  );
}
