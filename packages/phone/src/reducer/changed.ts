import type { Call, PhoneState, TransferRecord } from './state.ts';

/**
 * Changed copies of what a step changes. Each names its fields: of an object with so many, `{ ...state, ...patch }` gives every
 * copy a hidden class of its own until V8 gives up on it, which costs twenty times as much and slows whoever reads the copies.
 */

/** The state with `patch`. */
export function changedState(state: PhoneState, patch: Partial<PhoneState>): PhoneState {
  return written<PhoneState>(
    {
      settings: state.settings,
      hook: state.hook,
      route: state.route,
      lostRoutes: state.lostRoutes,
      awayFrom: state.awayFrom,
      headset: state.headset,
      mute: state.mute,
      choices: state.choices,
      accountChoices: state.accountChoices,
      volumes: state.volumes,
      callBackUntil: state.callBackUntil,
      calls: state.calls,
      prompt: state.prompt,
      ahead: state.ahead,
      errand: state.errand,
      transfers: state.transfers,
      referrals: state.referrals,
      referLedger: state.referLedger,
      waiting: state.waiting,
      registrations: state.registrations,
      mailboxes: state.mailboxes,
      blf: state.blf,
      lastNumbers: state.lastNumbers,
      asks: state.asks,
      quiet: state.quiet,
      beep: state.beep,
      message: state.message,
      failedLines: state.failedLines,
      sounds: state.sounds,
      timers: state.timers,
      callCount: state.callCount,
      transferCount: state.transferCount,
    },
    patch,
  );
}

/** The call with `patch`. */
export function changedCall(call: Call, patch: Partial<Call>): Call {
  return written<Call>(
    {
      id: call.id,
      line: call.line,
      account: call.account,
      direction: call.direction,
      phase: call.phase,
      number: call.number,
      address: call.address,
      peer: call.peer,
      dialog: call.dialog,
      trusted: call.trusted,
      remoteHold: call.remoteHold,
      via: call.via,
      earlier: call.earlier,
      handed: call.handed,
      since: call.since,
      heldSince: call.heldSince,
      emergency: call.emergency,
      recalling: call.recalling,
      answersAfterMs: call.answersAfterMs,
      alert: call.alert,
      codec: call.codec,
      secure: call.secure,
      chained: call.chained,
      diversions: call.diversions,
      replaces: call.replaces,
    },
    patch,
  );
}

/** The transfer with `patch`. */
export function changedRecord(record: TransferRecord, patch: Partial<TransferRecord>): TransferRecord {
  return written<TransferRecord>(
    {
      pair: record.pair,
      kind: record.kind,
      machine: record.machine,
      to: record.to,
      pendingResume: record.pendingResume,
      pendingJoin: record.pendingJoin,
      joinedSince: record.joinedSince,
      rules: record.rules,
      putDown: record.putDown,
      outcome: record.outcome,
    },
    patch,
  );
}

function written<T extends object>(copy: T, patch: Partial<T>): T {
  for (const key in patch) copy[key] = patch[key] as T[typeof key];
  return copy;
}
