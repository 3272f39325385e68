import type { SipRequest } from '../message/message.ts';
import { toTagOf, viaOf } from '../message/values.ts';
import type { Flow } from '../user-agent/door.ts';
import type { InviteClientState } from './invite-client.ts';
import type { InviteServerState } from './invite-server.ts';
import { isRfc3261Branch } from './matching.ts';
import type { NonInviteClientState } from './non-invite-client.ts';
import type { NonInviteServerState } from './non-invite-server.ts';
import type { QueuedTimer } from './timer-queue.ts';
import type { Conditions, TimerName } from './timers.ts';

/** The timers of one transaction that run. */
type RunningTimers = Map<TimerName, QueuedTimer<Transaction, TimerName>>;

/** A request of ours on its way. */
export interface Client {
  readonly side: 'client';
  readonly key: string;
  readonly on: Conditions;
  readonly timers: RunningTimers;
  readonly flow: Flow;
  readonly request: SipRequest;
  readonly bytes: Uint8Array;
  machine:
    | { readonly name: 'invite'; readonly state: InviteClientState }
    | { readonly name: 'non-invite'; readonly state: NonInviteClientState };
}

/** A request that reached us, and the last that was said to it. */
export interface Server {
  readonly side: 'server';
  readonly key: string;
  readonly mergeKey: string | undefined;
  readonly on: Conditions;
  readonly timers: RunningTimers;
  /** Where responses go. */
  readonly flow: Flow;
  readonly request: SipRequest;
  last: { readonly bytes: Uint8Array; readonly toTag: string | undefined } | undefined;
  machine:
    | { readonly name: 'invite'; readonly state: InviteServerState }
    | { readonly name: 'non-invite'; readonly state: NonInviteServerState };
}

export type Transaction = Client | Server;

/** Whether the machine will send this response, so that it becomes the one to repeat. */
export function takesResponse(server: Server, status: number): boolean {
  const { name } = server.machine.state;
  return name === 'trying' || name === 'proceeding' || (name === 'accepted' && status >= 200 && status < 300);
}

/** RFC 3261 §17.2.3: without a branch to tell by, the ACK must have the To tag of our response. */
export function acknowledges(server: Server, ack: SipRequest): boolean {
  return isRfc3261Branch(viaOf(ack).branch) || toTagOf(ack) === server.last?.toTag;
}
