import {
  type DialPattern,
  type PhoneAccount,
  type PhoneSettings,
  parsePattern,
  phoneSettings,
} from '@switchhook/phone';
import type { RemotePolicy } from '@switchhook/phone/node';
import type { SrtpWish } from '@switchhook/rtp-media';
import { token } from '@switchhook/sans-io';
import type { Account } from '@switchhook/sip-core';
import { type ProfileName, type TransferRules, transferRules } from '@switchhook/transfer';
import type { AccountConfiguration, Configuration } from './schema.ts';
import { blfOf, mwiOf, pickupOf, unaskedOf } from './watching.ts';

/** The configuration as the telephone takes it. */
export function settingsOf(configuration: Configuration): PhoneSettings {
  const { accounts, transfer, headset, limits, emergency, audio, calls, hotline } = configuration;
  return phoneSettings({
    accounts: accounts.map((account) => phoneAccountOf(account, configuration)),
    blf: blfOf(configuration),
    blfIdle: configuration.blfIdle,
    blfTransfer: configuration.blfTransfer,
    lines: configuration.lines?.length ?? 2,
    maxCalls: limits.calls,
    emergencyNumbers: emergency,
    completeOnHook: transfer.completeOnHook,
    onHookWithHeld: transfer.onHookWithHeld,
    holdRecallSec: transfer.holdRecallSec,
    interdigitMs: limits.interdigitSec * 1000,
    shortInterdigitMs: limits.shortInterdigitSec * 1000,
    dialPlan: configuration.dialPlan.map(({ match, strip, prepend, account, refuse }) => ({
      match: patternOf(match),
      strip,
      prepend,
      ...(account === undefined ? {} : { account: token<'account'>(account) }),
      ...(refuse === undefined ? {} : { refuse }),
    })),
    lineAccounts: (configuration.lines ?? []).map((line) => token<'account'>(line.account)),
    ...(hotline === undefined ? {} : { hotline: { to: hotline.to, afterMs: hotline.afterSec * 1000 } }),
    howler: audio.howler,
    dialToneMs: limits.dialToneSec * 1000,
    reorderMs: limits.reorderSec * 1000,
    ringTimeoutMs: limits.ringSec * 1000,
    acceptRefer: transfer.acceptRefer,
    callWaiting: calls.waiting,
    dndStatus: calls.dndStatus,
    lineKeyHolds: calls.lineKeyHolds,
    pushToTalk: calls.pushToTalk,
    ...(calls.parkNumber === undefined ? {} : { parkNumber: calls.parkNumber }),
    forwardLimit: calls.forwardLimit,
    callBackMs: calls.callBackMin * 60_000,
    autoAnswer: { from: calls.autoAnswerFrom.map(patternOf), afterMs: calls.autoAnswerSec * 1000 },
    choices: {
      forwardAlways: calls.forwardAlways,
      forwardBusy: calls.forwardBusy,
      forwardNoAnswer: calls.forwardNoAnswer,
      forwardNoAnswerSec: calls.forwardNoAnswerSec,
      autoAnswer: calls.autoAnswer,
    },
    route: audio.route,
    volumes: audio.volume,
    headset: {
      shortCompletesTransfer: headset.shortCompletesTransfer,
      ...(headset.consultTarget === undefined ? {} : { consultTarget: headset.consultTarget }),
    },
    transfer: rulesOf(configuration, transfer.profile),
  });
}

function phoneAccountOf(account: AccountConfiguration, configuration: Configuration): PhoneAccount {
  const { id, user, domain, transport, register, server, profile, mailbox } = account;
  return {
    id: token<'account'>(id),
    user,
    domain,
    transport,
    register,
    nextHop: (server ?? domain).toLowerCase(),
    mwi: mwiOf(account),
    pickup: pickupOf(account, configuration.transfer.profile),
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(profile === undefined ? {} : { transfer: rulesOf(configuration, profile) }),
  };
}

/** How an account wants its sound protected; undefined = not at all. */
export function srtpOf(account: AccountConfiguration | undefined): SrtpWish | undefined {
  if (account === undefined || account.srtp === 'off') return undefined;
  return { policy: account.srtp, suites: account.srtpSuites };
}

/** The schema has read it once already. */
function patternOf(text: string): DialPattern {
  const read = parsePattern(text);
  if (!read.ok) throw new Error(`pattern ${text} passed the schema`);
  return read.value;
}

/** What senders from outside may dial. */
export function remotePolicyOf({ limits }: Configuration): RemotePolicy {
  return { numbers: limits.remoteNumbers, dialsPerHour: limits.remoteDialsPerHour };
}

/** One account as the user agent takes it; `server` is resolved, the password read. */
export function accountOf(
  account: AccountConfiguration,
  server: Account['server'],
  password: string | undefined,
): Account {
  const { id, user, domain, displayName, authId, transport, register, expiresS } = account;
  const { sessionExpiresS, instance, replaceRinging } = account;
  return {
    id: token<'account'>(id),
    user,
    domain,
    transport,
    server,
    register,
    expiresS,
    sessionExpiresS,
    replaceRinging,
    unasked: unaskedOf(account),
    ...(instance === undefined ? {} : { instance }),
    ...(displayName === undefined ? {} : { displayName }),
    ...(authId === undefined ? {} : { authId }),
    ...(password === undefined ? {} : { password }),
  };
}

/** The profile of one exchange, and over it each key that the file gives. */
function rulesOf({ transfer }: Configuration, profile: ProfileName): TransferRules {
  const { timers, referToSource, requireReplaces, retryOtherForm, holdTarget } = transfer;
  const { localBridge, semiAttended, acrossAccounts, protectTarget, referSub } = transfer;
  const { verdictAttendedMs, verdictBlindMs, ...spans } = timers;
  const joining = { localBridge, semiAttended, acrossAccounts, protectTarget, referSub };
  const wishes = { ...spans, referToSource, requireReplaces, retryOtherForm, holdTarget, ...joining };
  const given = Object.entries(wishes).filter(([, value]) => value !== undefined);
  const { verdictMs } = transferRules(profile);
  return transferRules(profile, {
    ...Object.fromEntries(given),
    verdictMs: { attended: verdictAttendedMs ?? verdictMs.attended, blind: verdictBlindMs ?? verdictMs.blind },
  });
}
