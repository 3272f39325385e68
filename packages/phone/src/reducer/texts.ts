import type { ToneName } from '@switchhook/rtp-media';
import type { TransferOutcome } from '@switchhook/transfer';

/** A final status in a word for the display. */
export function wordFor(status: number | undefined): string {
  if (status === undefined) return 'failed';
  if (status === 486 || status === 600) return 'busy';
  if (status === 408 || status === 480) return 'no answer';
  if (status === 404 || status === 484 || status === 604) return 'wrong number';
  if (status === 403 || status === 603) return 'refused';
  if (status === 487) return 'cancelled';
  if (status === 503) return 'no line';
  if (status === 488) return 'no common sound format';
  return `failed (${status})`;
}

/** The tone after a call that did not come about (phone-ux.md §4.5). */
export function toneFor(status: number | undefined): ToneName {
  if (status === 486 || status === 600) return 'busy';
  if (status === 404 || status === 484 || status === 604) return 'unobtainable';
  return 'reorder';
}

/** "back from 9999: busy", or nothing when the caller came back because the person wished it. */
export function viaFor(to: string, outcome: TransferOutcome): string | undefined {
  if (outcome.name !== 'failed' || outcome.stage === 'cancelled') return undefined;
  if (outcome.stage === 'target-gone') return `back from ${to}: hung up`;
  return `back from ${to}: ${wordFor(outcome.status)}`;
}

/** Two lines for the display (phone-ux.md §4.2). `back` = the caller is still there. */
export function outcomeText(to: string, outcome: TransferOutcome): readonly [string, string] {
  switch (outcome.name) {
    case 'completed':
      return outcome.evidence.name === 'bridge' ? ['Joined by this phone: keep it on', to] : ['Transferred', to];
    case 'unknown':
      return ['Not confirmed', 'Transfer = again, Cancel = back to caller'];
    case 'failed': {
      const code = outcome.status === undefined ? '' : ` (${outcome.status})`;
      switch (outcome.stage) {
        case 'cancelled':
          return ['Back to caller', ''];
        case 'caller-gone':
          return ['Caller hung up', to];
        case 'target-gone':
          return [`${to} hung up`, 'Cancel = back to caller'];
        case 'consult':
          return [`${to}: ${wordFor(outcome.status)}`, 'Cancel = back to caller'];
        case 'hold':
          return [`Hold refused${code}`, ''];
        case 'refer':
          return [`Transfer refused${code}`, 'Transfer = retry, Cancel = back to caller'];
        case 'bridge':
          return [`Joining failed${code}`, 'Transfer = retry, Cancel = back to caller'];
        case 'notify':
          return [`Transfer failed${code}`, 'Transfer = retry, Cancel = back to caller'];
        default:
          outcome.stage satisfies never;
          throw new Error('unknown stage');
      }
    }
    default:
      outcome satisfies never;
      throw new Error('unknown outcome');
  }
}
