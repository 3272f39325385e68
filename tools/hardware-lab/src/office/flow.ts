import { captionOf, type Ladder, type LadderStep } from '@switchhook/ladder';

interface Transaction {
  readonly request: LadderStep;
  /** Its answers and its ACK. */
  readonly rest: LadderStep[];
}

/**
 * What went over the wire between `us` and others, made comparable with another run: from, to, method or status, CSeq method, direction of
 * the body, Event, Subscription-State, Refer-To and Replaces. Call-IDs are C1, C2… by appearance; tags, branches, ports, numbers, times and
 * repeated messages are gone. The requests of `us` stand in their order; what others begin between two of them is ordered by call, since
 * two calls do not wait for each other; answers stand behind their request.
 */
export function flowText(ladder: Ladder, us: string): string {
  const transactions: Transaction[] = [];
  for (const step of ladder.steps) {
    if (step.again) continue;
    const own = transactions.findLast(({ request }) => belongs(step, request));
    // a 2xx that was repeated gets another ACK, on a branch of its own
    const acknowledged = step.method === 'ACK' && own?.rest.some(({ method }) => method === 'ACK') === true;
    if (acknowledged) continue;
    if (own !== undefined) own.rest.push(step);
    else transactions.push({ request: step, rest: [] });
  }
  const calls = [...new Set(transactions.map(({ request }) => request.callId))];
  const callOf = (callId: string) => calls.indexOf(callId) + 1;
  const ordered: Transaction[] = [];
  let theirs: Transaction[] = [];
  const flush = () => {
    ordered.push(...theirs.sort((a, b) => callOf(a.request.callId) - callOf(b.request.callId)));
    theirs = [];
  };
  for (const transaction of transactions) {
    if (transaction.request.from !== us) theirs.push(transaction);
    else {
      flush();
      ordered.push(transaction);
    }
  }
  flush();
  const line = (step: LadderStep) =>
    [
      `C${callOf(step.callId)} ${step.from} -> ${step.to}: ${captionOf(step)}`,
      step.cseq.method,
      ...(step.sdp === undefined ? [] : [`sdp ${step.sdp}`]),
      ...(step.event === undefined ? [] : [`Event ${step.event}`]),
      ...(step.subscription === undefined ? [] : [step.subscription.replace(/expires=\d+/, 'expires=N')]),
      ...(step.sipfrag === undefined ? [] : [`sipfrag ${step.sipfrag}`]),
      ...(step.referTo === undefined ? [] : [`Refer-To ${step.referTo.uri.replace(/:\d+(?=[;>]|$)/, '')}`]),
      ...(step.replaces === undefined ? [] : [`Replaces C${callOf(step.replaces.split(';')[0]!)}`]),
    ].join(' | ');
  return ordered.flatMap(({ request, rest }) => [request, ...rest].map(line)).join('\n');
}

/** Whether a step is an answer to the request, or the ACK of its answer. */
function belongs(step: LadderStep, { method, callId, cseq, from }: LadderStep): boolean {
  if (method === undefined || step.callId !== callId || step.cseq.number !== cseq.number) return false;
  if (step.method === 'ACK') return method === 'INVITE' && step.from === from;
  return step.method === undefined && step.cseq.method === cseq.method && step.to === from;
}
