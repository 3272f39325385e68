import type { Step } from '@switchhook/sans-io';
import type { EndCause } from '@switchhook/sip-core';
import { acceptStatus, type ReferDecision, type ReferRequest, type TransfereePolicy } from './refer-policy.ts';
import type { ReferredTarget } from './referred-target.ts';

/*
 *  REFER ─► decideRefer ─refuse─► answer 4xx/6xx
 *             │ accept  │ ask
 *             │         └─► asking ─approved─┐     declined, 30 s ─► NOTIFY 603 ─► over
 *             ▼                              ▼
 *          startReferred ──────────────► calling ─answered─► NOTIFY 200 ─► parting ─transferor's BYE, or ours after 32 s─► over
 *                                            ├─failed──► NOTIFY code, back to the transferor ─► over
 *                                            └─hang-up─► CANCEL, NOTIFY 487, BYE ─► over
 */

/** Where a REFER that we accepted is. `transferor` = its call still stands. */
export type TransfereeState =
  | { readonly name: 'asking'; readonly target: ReferredTarget; readonly transferor: boolean }
  | { readonly name: 'calling'; readonly transferor: boolean; readonly reported: number }
  | { readonly name: 'parting' }
  | { readonly name: 'over' };

export type TransfereeTimer = 'ask' | 'bye';

export type TransfereeEvent =
  // the person
  | { readonly type: 'approved' }
  | { readonly type: 'declined' }
  | { readonly type: 'hang-up' }
  // the call that the REFER made us place
  | { readonly type: 'progress'; readonly status: number }
  | { readonly type: 'answered' }
  | { readonly type: 'failed'; readonly cause: EndCause }
  // the transferor's call
  | { readonly type: 'transferor-ended' }
  | { readonly type: 'timer'; readonly timer: TransfereeTimer };

export type TransfereeEffect =
  /** Answer the REFER; the user agent sends NOTIFY 100 after a 2xx. */
  | { readonly type: 'answer-refer'; readonly status: number }
  /** NOTIFY with this sipfrag; final from 200 on. The user agent ignores it where the subscription has ended. */
  | { readonly type: 'report'; readonly status: number }
  /** Ask the person, with the whole URI and never the display name alone (RFC 3515 §5.2). */
  | { readonly type: 'ask'; readonly uri: string }
  /** Silence the transferor's call locally: no re-INVITE, which would race its BYE. */
  | { readonly type: 'silence-transferor' }
  | { readonly type: 'unsilence-transferor' }
  /** Place the call, from the account of the REFER and as a new dialog. */
  | {
      readonly type: 'invite';
      readonly to: string;
      readonly replaces: string | undefined;
      readonly require: readonly string[];
      readonly referredBy: string | undefined;
    }
  /** The new call is the one that is talked on. */
  | { readonly type: 'activate' }
  | { readonly type: 'end'; readonly leg: 'transferor' | 'triggered' }
  /** The call failed, with nobody to return to: busy tone. */
  | { readonly type: 'nobody-left'; readonly status: number }
  | { readonly type: 'set-timer'; readonly timer: TransfereeTimer; readonly afterMs: number }
  | { readonly type: 'clear-timer'; readonly timer: TransfereeTimer };

export type TransfereeStep = Step<TransfereeState, TransfereeEffect>;

const over: TransfereeState = { name: 'over' };
const report = (status: number): TransfereeEffect => ({ type: 'report', status });
const clear = (timer: TransfereeTimer): TransfereeEffect => ({ type: 'clear-timer', timer });

/** Begin what `decideRefer` allowed. */
export function startReferred(
  request: ReferRequest,
  decision: Exclude<ReferDecision, { name: 'refuse' }>,
  policy: TransfereePolicy,
): TransfereeStep {
  const { target } = decision;
  const transferor = request.call !== undefined;
  // RFC 3515 §2.4.2: the answer is due at once, whatever the person will say.
  const answer: TransfereeEffect = { type: 'answer-refer', status: acceptStatus(request, policy) };
  if (decision.name === 'ask') {
    return {
      state: { name: 'asking', target, transferor },
      effects: [answer, { type: 'ask', uri: target.uri }, { type: 'set-timer', timer: 'ask', afterMs: policy.askMs }],
    };
  }
  const placed = place(target, transferor, request.referredBy);
  return { state: placed.state, effects: [answer, ...placed.effects] };
}

function place(target: ReferredTarget, transferor: boolean, referredBy: string | undefined): TransfereeStep {
  const invite: TransfereeEffect = {
    type: 'invite',
    to: target.uri,
    replaces: target.replaces,
    require: target.requireReplaces ? ['replaces'] : [],
    referredBy,
  };
  return {
    state: { name: 'calling', transferor, reported: 100 },
    effects: transferor ? [{ type: 'silence-transferor' }, invite] : [invite],
  };
}

/** The transferee (RFC 3515 §2.4, transfer.md §7). An event that means nothing here changes nothing. */
export function transfereeStep(
  state: TransfereeState,
  event: TransfereeEvent,
  request: ReferRequest,
  policy: TransfereePolicy,
): TransfereeStep {
  switch (state.name) {
    case 'asking':
      return askingStep(state, event, request);
    case 'calling':
      return callingStep(state, event, policy);
    case 'parting':
      return partingStep(state, event);
    case 'over':
      return { state, effects: [] };
    default:
      state satisfies never;
      throw new Error(`no such state: ${JSON.stringify(state)}`);
  }
}

function askingStep(
  state: Extract<TransfereeState, { name: 'asking' }>,
  event: TransfereeEvent,
  request: ReferRequest,
): TransfereeStep {
  switch (event.type) {
    case 'approved': {
      const placed = place(state.target, state.transferor, request.referredBy);
      return { state: placed.state, effects: [clear('ask'), ...placed.effects] };
    }
    case 'declined':
      return { state: over, effects: [clear('ask'), report(603)] };
    case 'timer':
      return event.timer === 'ask' ? { state: over, effects: [report(603)] } : { state, effects: [] };
    case 'hang-up': {
      const end: readonly TransfereeEffect[] = state.transferor ? [{ type: 'end', leg: 'transferor' }] : [];
      return { state: over, effects: [clear('ask'), report(603), ...end] };
    }
    case 'transferor-ended':
      return { state: { ...state, transferor: false }, effects: [] };
    case 'progress':
    case 'answered':
    case 'failed':
      return { state, effects: [] };
    default:
      event satisfies never;
      throw new Error(`no such event: ${JSON.stringify(event)}`);
  }
}

function callingStep(
  state: Extract<TransfereeState, { name: 'calling' }>,
  event: TransfereeEvent,
  policy: TransfereePolicy,
): TransfereeStep {
  switch (event.type) {
    case 'progress':
      // One NOTIFY a change: 180 that is sent again is no news.
      return event.status === state.reported || event.status < 101 || event.status > 199
        ? { state, effects: [] }
        : { state: { ...state, reported: event.status }, effects: [report(event.status)] };
    case 'answered': {
      const effects: TransfereeEffect[] = [report(200), { type: 'activate' }];
      if (!state.transferor) return { state: over, effects };
      return {
        state: { name: 'parting' },
        effects: [...effects, { type: 'set-timer', timer: 'bye', afterMs: policy.byeMs }],
      };
    }
    case 'failed': {
      const status = reportStatus(event.cause);
      const back: TransfereeEffect = state.transferor
        ? { type: 'unsilence-transferor' }
        : { type: 'nobody-left', status };
      return { state: over, effects: [report(status), back] };
    }
    case 'transferor-ended':
      // The commonest case in the field: its BYE comes right after our 2xx. The call goes on (transfer.md §7.7).
      return { state: { ...state, transferor: false }, effects: [] };
    case 'hang-up': {
      const end: readonly TransfereeEffect[] = state.transferor ? [{ type: 'end', leg: 'transferor' }] : [];
      return { state: over, effects: [{ type: 'end', leg: 'triggered' }, report(487), ...end] };
    }
    case 'approved':
    case 'declined':
    case 'timer':
      return { state, effects: [] };
    default:
      event satisfies never;
      throw new Error(`no such event: ${JSON.stringify(event)}`);
  }
}

function partingStep(state: Extract<TransfereeState, { name: 'parting' }>, event: TransfereeEvent): TransfereeStep {
  switch (event.type) {
    case 'transferor-ended':
      return { state: over, effects: [clear('bye')] };
    case 'timer':
      // RFC 5589 §6.1 leaves the BYE to the transferor; one that forgets it would leave a dialog for ever.
      return event.timer === 'bye'
        ? { state: over, effects: [{ type: 'end', leg: 'transferor' }] }
        : { state, effects: [] };
    case 'hang-up':
      return {
        state: over,
        effects: [clear('bye'), { type: 'end', leg: 'triggered' }, { type: 'end', leg: 'transferor' }],
      };
    case 'failed':
    case 'approved':
    case 'declined':
    case 'progress':
    case 'answered':
      return { state, effects: [] };
    default:
      event satisfies never;
      throw new Error(`no such event: ${JSON.stringify(event)}`);
  }
}

/** Status of the final NOTIFY for the end of the call that was placed (transfer.md §5). */
export function reportStatus(cause: EndCause): number {
  switch (cause.how) {
    case 'timeout':
      return 408;
    case 'transport':
      return 503;
    case 'cancel':
      return 487;
    case 'response':
      return cause.status !== undefined && cause.status >= 300 && cause.status <= 699 ? cause.status : 503;
    case 'bye':
    case 'replaced':
      return 487; // ended before it was answered to us
    default:
      cause.how satisfies never;
      throw new Error(`no such end: ${cause.how}`);
  }
}
