import type { Token } from '@switchhook/sans-io';

/**
 * The one door of the user agent: every value that goes into it and every value that comes out.
 *
 * ```
 *  sockets ──received, closed, failed──►┌────────────┐──send, open, close──► sockets
 *                                       │ user agent │
 *  phone  ──register, invite, answer───►└────────────┘──registration, incoming, answered, notified, …──► phone
 * ```
 */

/** Our name for one call, minted by whoever places it, or by the user agent for an incoming one. */
export type CallId = Token<'call'>;
/** Our name for one account of the configuration. */
export type AccountId = Token<'account'>;
/** Our name for one REFER, sent or received, and its implicit subscription. */
export type ReferId = Token<'refer'>;
/** Our name for one subscription of an event package, minted by whoever wants it. */
export type SubscriptionId = Token<'subscription'>;
/** Our name for an offer that waits for an answer. */
export type OfferId = Token<'offer'>;

export type TransportName = 'udp' | 'tcp' | 'tls';

/**
 * Where a message came from or goes to: a remote address, and for streams the connection. An answer to something that
 * came over a connection goes back over it.
 */
export interface Flow {
  readonly transport: TransportName;
  readonly host: string;
  readonly port: number;
  /** Streams only: the connection's number, given by the shell; absent = open one, or reuse one to that address. */
  readonly connection?: number;
}

/** Who a dialog is, as seen from us (RFC 3261 §12). */
export interface DialogIdentity {
  readonly sipCallId: string;
  readonly localTag: string;
  readonly remoteTag: string;
}

/** A person at the far end: who they say they are, and whether somebody we trust vouches for it. */
export interface Party {
  readonly uri: string;
  readonly display?: string;
  /** True when it came in P-Asserted-Identity (or Remote-Party-ID) over the flow of our own registrar (RFC 3325). */
  readonly verified: boolean;
}

/** What the far end of a dialog has told of itself; grows as messages arrive. */
export interface Peer {
  readonly party: Party;
  /** The remote target (its Contact), guarded: never one of our own Contacts. */
  readonly target: string;
  /** Methods of its Allow, upper-case; undefined = it never said. */
  readonly allow: readonly string[] | undefined;
  /** Option tags of its Supported; undefined = it never said. */
  readonly supported: readonly string[] | undefined;
  /** Its Contact is a GRUU (`gr` parameter, RFC 5627). */
  readonly gruu: boolean;
  /** Its Contact is a conference (`isfocus`, RFC 4579). */
  readonly focus: boolean;
}

/** Why a call ended, in the terms of the message that ended it. */
export interface EndCause {
  readonly by: 'local' | 'remote' | 'network';
  /** How: a BYE, a CANCEL, a final response, silence, a transport that failed, or replacement by another call. */
  readonly how: 'bye' | 'cancel' | 'response' | 'timeout' | 'transport' | 'replaced';
  /** Final response status; for `timeout` 408, for `transport` 503. */
  readonly status?: number;
  /** The status line's phrase. */
  readonly phrase?: string;
  /** The Reason header field as sent by the far end (RFC 3326), first value. */
  readonly reason?: { readonly protocol: string; readonly cause?: number; readonly text?: string };
}

/** Where a call is sent instead. */
export interface Diversion {
  /** A URI without angle brackets: the Contact of the 302. */
  readonly to: string;
  readonly reason: 'unconditional' | 'user-busy' | 'no-answer';
}

/** A body of offer/answer: opaque here (SDP is rtp-media's business). */
export type SessionBody = string;

// ---------------------------------------------------------------------------------------------------------------- in

/** From the sockets. */
export type NetworkIn =
  /** One datagram, or a chunk of a stream. */
  | { readonly type: 'received'; readonly flow: Flow; readonly bytes: Uint8Array }
  /** A stream was closed by the far end or by an error. */
  | { readonly type: 'closed'; readonly flow: Flow }
  /**
   * Something handed to `send` could not be sent (ICMP unreachable, refused connection). `why`: the system's code, or a
   * sentence with blanks in it that says what to mend.
   */
  | { readonly type: 'failed'; readonly flow: Flow; readonly why: string };

/** Account verbs. */
export type AccountIn =
  | { readonly type: 'register'; readonly account: AccountId }
  | { readonly type: 'unregister'; readonly account: AccountId };

/** Call verbs. Each names its call; a verb for a call that has gone is a no-op (races are normal). */
export type CallIn =
  /** Place a call. `to` is a URI (`sip:9999@example.com`); `body` absent = late offer. */
  | {
      readonly type: 'invite';
      readonly call: CallId;
      readonly account: AccountId;
      readonly to: string;
      readonly body?: SessionBody;
      /** Replaces header value, unescaped (`cid;to-tag=..;from-tag=..`), RFC 3891. */
      readonly replaces?: string;
      /** Referred-By header value to copy, RFC 3892. */
      readonly referredBy?: string;
      /** Option tags to Require. */
      readonly require?: readonly string[];
    }
  /** Send a provisional response to an incoming call (180 by default), with early media when `body` is there. */
  | { readonly type: 'ring'; readonly call: CallId; readonly status?: number; readonly body?: SessionBody }
  /** Send 200. `body` is the answer to its offer, or our offer when it had none. */
  | { readonly type: 'answer'; readonly call: CallId; readonly body: SessionBody }
  /** Refuse an incoming call (any status 300–699), or an incoming INVITE with Replaces. */
  | {
      readonly type: 'reject';
      readonly call: CallId;
      readonly status: number;
      readonly retryAfterS?: number;
      /** Only with 3xx: where the caller shall go instead, and why (RFC 5806). */
      readonly divert?: Diversion;
    }
  /** End the call by whatever its state needs: CANCEL, BYE, or 480/603 on an unanswered incoming one. */
  | { readonly type: 'hangup'; readonly call: CallId; readonly reason?: string }
  /** Change the session by re-INVITE (hold, resume, move). Queued behind an open one; 491 is retried (§14.1). */
  | {
      readonly type: 'offer';
      readonly call: CallId;
      readonly body: SessionBody;
      /** Takes the place of our offer that still waits for its turn: an answer given meanwhile made that one stale. */
      readonly instead?: boolean;
    }
  /** The answer in the ACK of a 2xx that carried an offer (late offer). */
  | { readonly type: 'acknowledge'; readonly call: CallId; readonly body: SessionBody }
  /** Answer an `offered` event: 200 with a body, or a refusal. */
  | { readonly type: 'answer-offer'; readonly call: CallId; readonly offer: OfferId; readonly body: SessionBody }
  | { readonly type: 'refuse-offer'; readonly call: CallId; readonly offer: OfferId; readonly status: number }
  /** DTMF by INFO (application/dtmf-relay). */
  | { readonly type: 'info-digit'; readonly call: CallId; readonly digit: string; readonly durationMs: number };

/** Transfer verbs. */
export type ReferIn =
  /**
   * Send REFER in the call's dialog. `referTo` is the URI without angle brackets, Replaces already escaped into it.
   * The answer comes as `refer-answered` after any digest round, the NOTIFYs as `refer-notified`.
   */
  | {
      readonly type: 'refer';
      readonly call: CallId;
      readonly refer: ReferId;
      readonly referTo: string;
      readonly referredBy: string;
      /** Ask for no subscription (`Refer-Sub: false`, RFC 4488). */
      readonly withoutSubscription?: boolean;
      /**
       * Send it in a dialog of its own to the peer's GRUU, the call named by Target-Dialog (RFC 7647 §4, RFC 4538); only
       * for a peer whose `gruu` is true. Its refusals are said of the REFER alone, never of the call: 481 and 408 leave it.
       */
      readonly outOfDialog?: boolean;
    }
  /** Answer an incoming REFER: 2xx accepts and starts its subscription with NOTIFY 100; anything else refuses. */
  | { readonly type: 'answer-refer'; readonly refer: ReferId; readonly status: number; readonly phrase?: string }
  /** Report progress of the referred call; >= 200 is final and ends the subscription. */
  | { readonly type: 'report-refer'; readonly refer: ReferId; readonly status: number; readonly phrase?: string };

/** Event verbs (RFC 6665). */
export type SubscribeIn =
  /**
   * Follow the events of `to`, for ever: refreshed before its end, begun anew whenever it is lost, until `unsubscribe` or a
   * refusal for good. Said again of one that lives it asks for the whole state anew (at most every 5 s), and of one that
   * waits or is `over` it tries at once.
   */
  | {
      readonly type: 'subscribe';
      readonly subscription: SubscriptionId;
      readonly account: AccountId;
      /** URI of what is watched. */
      readonly to: string;
      /** The event package: `dialog`, `message-summary`, … */
      readonly event: string;
      /** Media types of its bodies. */
      readonly accept: readonly string[];
      /** Seconds asked for. Default 3600; 0 = tell once (RFC 6665 §4.4.3). */
      readonly expiresS?: number;
    }
  /** Ends with the state `ended`. */
  | { readonly type: 'unsubscribe'; readonly subscription: SubscriptionId };

export type UserAgentIn = NetworkIn | AccountIn | CallIn | ReferIn | SubscribeIn | { readonly type: 'shutdown' };

// --------------------------------------------------------------------------------------------------------------- out

/** To the sockets. */
export type NetworkOut =
  | { readonly type: 'send'; readonly flow: Flow; readonly bytes: Uint8Array }
  | { readonly type: 'close'; readonly flow: Flow };

export type RegistrationState =
  | { readonly name: 'unregistered' }
  | { readonly name: 'registering'; readonly attempt: number }
  /** `contact` is what dialogs carry: our public GRUU when the registrar gave one (RFC 5627 §4.4). */
  | { readonly name: 'registered'; readonly expiresAt: number; readonly contact: string }
  /** Not given up: `nextTryAt` is the moment of the next attempt. */
  | {
      readonly name: 'failed';
      readonly status?: number;
      readonly phrase?: string;
      readonly why: 'refused' | 'wrong-password' | 'timeout' | 'transport' | 'forbidden';
      readonly nextTryAt: number;
    };

export type AccountOut = {
  readonly type: 'registration';
  readonly account: AccountId;
  readonly state: RegistrationState;
};

export type CallOut =
  /**
   * A call for us; nothing but 100 has been sent. `replaces` names the call it wants to take over, already matched by
   * all three ids (RFC 3891 §3): whether it may is the phone's decision (`answer` or `reject`). On `answer` the user
   * agent waits for the ACK and then ends the replaced call with `ended how: 'replaced'`.
   */
  | {
      readonly type: 'incoming';
      readonly call: CallId;
      readonly account: AccountId;
      readonly peer: Peer;
      /** The To URI, what was dialled. */
      readonly to: string;
      readonly body: SessionBody | undefined;
      readonly replaces?: { readonly call: CallId; readonly early: boolean };
      readonly referredBy?: string;
      /** It came over the flow of the account's own registrar or proxy. */
      readonly trusted: boolean;
      readonly alertInfo?: string;
      /** Seconds of Call-Info/Alert-Info answer-after, 0 for `Answer-Mode: Auto` and its like; only when `trusted`. */
      readonly answerAfterS?: number;
      /** How often it was diverted on its way to us: by its Diversion or History-Info, and at the least 0. */
      readonly diversions: number;
      /** Who sent it on to us last: a URI. */
      readonly divertedBy?: string;
      /** How many more hops it may take; 70 where it does not say. */
      readonly hopsLeft: number;
    }
  /** A provisional response to our INVITE (101–199). With `body`: early media. */
  | {
      readonly type: 'progress';
      readonly call: CallId;
      readonly status: number;
      readonly phrase: string;
      readonly body?: SessionBody;
      /** Present when the response made an early dialog. */
      readonly dialog?: DialogIdentity;
    }
  /** Our INVITE got its 2xx (`body` is the answer, or an offer to `acknowledge`), or our 2xx got its ACK. */
  | {
      readonly type: 'answered';
      readonly call: CallId;
      readonly direction: 'outgoing' | 'incoming';
      readonly body?: SessionBody;
      readonly dialog: DialogIdentity;
      readonly peer: Peer;
    }
  /** The peer's shown identity, target or capabilities changed in mid-call; only when something of it did. */
  | { readonly type: 'peer-changed'; readonly call: CallId; readonly peer: Peer }
  /** A re-INVITE or UPDATE: `body` absent = the peer wants our full offer. Reply with answer-offer or refuse-offer. */
  | {
      readonly type: 'offered';
      readonly call: CallId;
      readonly offer: OfferId;
      readonly body: SessionBody | undefined;
    }
  /** Our `offer` was accepted with this answer. */
  | { readonly type: 'offer-answered'; readonly call: CallId; readonly body: SessionBody }
  /** Our `offer` failed; the session is as it was before (RFC 3261 §14.1). 491 only after the retries. */
  | { readonly type: 'offer-refused'; readonly call: CallId; readonly status: number; readonly phrase: string }
  /** The call is over: the last event of its name, and always sent exactly once. */
  | { readonly type: 'ended'; readonly call: CallId; readonly cause: EndCause }
  /** A digit by INFO. */
  | { readonly type: 'info-digit'; readonly call: CallId; readonly digit: string };

export type ReferOut =
  /** Final answer to our REFER; 408 also when nothing came, 481 when the dialog had gone. */
  | {
      readonly type: 'refer-answered';
      readonly refer: ReferId;
      readonly status: number;
      readonly phrase: string;
      /** Seconds of Retry-After, when given. */
      readonly retryAfterS?: number;
      /** The 2xx said `Refer-Sub: false`: no NOTIFY will come. */
      readonly withoutSubscription: boolean;
      /** 3xx only: the URI of its first Contact, where the REFER may be tried instead. */
      readonly contact?: string;
    }
  /**
   * A NOTIFY on our refer subscription, already answered 200. `status` is the sipfrag's, undefined when the body was
   * missing or unreadable.
   */
  | {
      readonly type: 'refer-notified';
      readonly refer: ReferId;
      readonly status: number | undefined;
      readonly phrase: string;
      readonly subscription: 'active' | 'pending' | 'terminated';
      /** Seconds the subscription still has, when said. */
      readonly expiresS?: number;
    }
  /** A REFER reached us; nothing but the parsing has been done. Reply with `answer-refer`. */
  | {
      readonly type: 'refer-requested';
      readonly refer: ReferId;
      /** The call in whose dialog it came, or that its Target-Dialog names; undefined = a stranger's. */
      readonly call: CallId | undefined;
      readonly account: AccountId;
      /** The whole Refer-To value, as received. */
      readonly referTo: string;
      readonly referredBy?: string;
      readonly trusted: boolean;
    };

/** Where a subscription is. */
export type SubscriptionStatus =
  | { readonly name: 'subscribing' }
  /** Told of events; `pending` = the other side has not decided yet, and its bodies may say nothing. */
  | { readonly name: 'active' }
  | { readonly name: 'pending' }
  /** Lost or put off and not given up: `nextTryAt` is the moment of the next attempt. */
  | {
      readonly name: 'waiting';
      readonly why: 'refused' | 'wrong-password' | 'timeout' | 'transport' | 'terminated' | 'expired';
      readonly status?: number;
      readonly phrase?: string;
      readonly nextTryAt: number;
    }
  /**
   * Nothing more is tried before the next `subscribe`: refused by a final response (`status`), or ended by a NOTIFY with
   * that reason (RFC 6665 §4.1.3). After `invariant` what was told last stays true for ever.
   */
  | {
      readonly name: 'over';
      readonly why: 'refused' | 'rejected' | 'noresource' | 'invariant' | 'limit';
      readonly status?: number;
      readonly phrase?: string;
    }
  /** We ended it, or it was asked to tell once: the last event of its name. */
  | { readonly name: 'ended' };

export type SubscriptionOut =
  | { readonly type: 'subscription'; readonly subscription: SubscriptionId; readonly status: SubscriptionStatus }
  /** A NOTIFY with a body, already answered 200. */
  | {
      readonly type: 'notified';
      readonly subscription: SubscriptionId;
      /** Lower-case media type; empty when it was not told. */
      readonly contentType: string;
      readonly body: string;
      /** The first one with a body in a new dialog: what was told in another one, versions too, counts no more. */
      readonly anew: boolean;
    }
  /** A NOTIFY that nobody asked for, from the account's own server, of a package of `Account.unasked`. */
  | {
      readonly type: 'notified-unasked';
      readonly account: AccountId;
      readonly event: string;
      readonly contentType: string;
      readonly body: string;
    };

/** Something dropped or odd, counted by word: for diagnosis, never for control. */
export type NoteOut = {
  readonly type: 'note';
  readonly word: string;
  readonly detail?: string;
  readonly flow?: Flow;
};

export type UserAgentEvent = AccountOut | CallOut | ReferOut | SubscriptionOut | NoteOut;
export type UserAgentOut = NetworkOut | UserAgentEvent;
