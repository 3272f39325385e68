import type { Endpoint, MediaId, SessionPlan } from '../session/plan.ts';

/** Supervisory tones a telephone plays into the ear (not into the call). */
export type ToneName =
  | 'dial'
  | 'recall-dial'
  | 'ringback'
  | 'busy'
  | 'reorder'
  | 'call-waiting'
  | 'refusal'
  | 'confirmation'
  | 'unknown'
  | 'caller-gone'
  /** The phone has answered by itself: who is near may be heard. */
  | 'auto-answer'
  /** As `dial`, interrupted at first: messages wait, or calls are sent elsewhere. */
  | 'stutter-dial'
  /** The handset lies beside the phone. */
  | 'howler'
  | 'unobtainable';

/** What rings. `recall` is a held caller coming back. */
export type RingName = 'external' | 'internal' | 'recall' | 'splash';

/** Where the person listens and speaks. */
export type RouteName = 'handset' | 'headset' | 'speaker';

/** What a session's far end hears while it is not connected to our microphone. */
export type HoldSource = 'music' | 'silence';

/** Commands to the media worker, in order. */
export type MediaCommand =
  /** Take a local endpoint out of the pool for a session (see `MediaPort.open`). */
  | { readonly type: 'open'; readonly session: MediaId; readonly port: number }
  /** Offer/answer has decided, or decided anew. */
  | { readonly type: 'plan'; readonly session: MediaId; readonly plan: SessionPlan }
  /** Which sessions are joined with the local microphone and speaker: none, one, or several (a local conference). */
  | { readonly type: 'connect'; readonly sessions: readonly MediaId[] }
  /** Join two or more sessions with each other, without us: the local bridge. Empty = dissolve. Several by `name`. */
  | { readonly type: 'bridge'; readonly sessions: readonly MediaId[]; readonly name?: string }
  /** What a session that is not connected sends when its plan lets it send. */
  | { readonly type: 'hold-source'; readonly session: MediaId; readonly source: HoldSource }
  | { readonly type: 'close'; readonly session: MediaId }
  | { readonly type: 'tone'; readonly tone: ToneName | undefined }
  | { readonly type: 'ring'; readonly ring: RingName | undefined }
  /** Send digits by RFC 4733, or in-band where no event type was agreed. */
  | { readonly type: 'dtmf'; readonly session: MediaId; readonly digits: string; readonly durationMs: number }
  | { readonly type: 'mute'; readonly on: boolean }
  | { readonly type: 'route'; readonly route: RouteName }
  | { readonly type: 'volume'; readonly route: RouteName | 'ring'; readonly percent: number };

/** Numbers of one session, since its start. */
export interface SessionQuality {
  readonly sentPackets: number;
  readonly receivedPackets: number;
  readonly lostPackets: number;
  readonly concealedFrames: number;
  /** RFC 3550 §6.4.1 interarrival jitter, ms. */
  readonly jitterMs: number;
  /** From here to the far end and back, by its reports (RFC 3550 §6.4.1); absent before the second. */
  readonly roundTripMs?: number;
  /** What the far end reports of what we send: share lost lately, and jitter. */
  readonly far?: { readonly lossPercent: number; readonly jitterMs: number };
  /** Datagrams dropped by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** What the media worker tells. */
export type MediaEvent =
  | {
      readonly type: 'ready';
      readonly clock: 'card' | 'deadline';
      readonly loop: 'poll' | 'dgram';
      readonly note?: string;
    }
  /** A spare endpoint joined the pool. */
  | { readonly type: 'spare'; readonly port: number }
  | { readonly type: 'digit'; readonly session: MediaId; readonly digit: string; readonly durationMs: number }
  /** First valid RTP of a session (again after each plan that moved it, and when it returns after `starved`). */
  | { readonly type: 'flowing'; readonly session: MediaId }
  /** No RTP for 5 s although the plan lets it come; again every 5 s with a growing `forMs`. Never while we hold. */
  | { readonly type: 'starved'; readonly session: MediaId; readonly forMs: number }
  | { readonly type: 'quality'; readonly session: MediaId; readonly quality: SessionQuality }
  | { readonly type: 'closed'; readonly session: MediaId; readonly quality: SessionQuality }
  /** The world failed: a card, a socket. The phone goes on. */
  | { readonly type: 'fault'; readonly where: 'card' | 'socket' | 'worker'; readonly message: string };

/** The phone's side of the media worker. */
export interface MediaPort {
  /** Give a session a local endpoint, at once, from the pool of open sockets. Undefined when none is left. */
  open(session: MediaId): Endpoint | undefined;
  /** True while no worker is there and one is being started: `open` gives nothing yet, `ready` and `spare` will tell. */
  readonly pending?: boolean;
  send(command: MediaCommand): void;
  /** Set by the runtime, called on the runtime's thread. */
  onEvent: (event: MediaEvent) => void;
  /** Stop the worker; a shell may return something to wait for. */
  close(): void;
}
