import type { Parsed } from '@switchhook/sans-io';
import type { Intent, Role, Verb } from '../intent.ts';
import { type ArgumentFault, type Fields, flag, oneOf, readArguments, scalar, text, whole } from './arguments.ts';

/** One verb of the control protocol: who may say it and with what. */
export interface VerbEntry {
  readonly verb: Verb;
  readonly needs: Role;
  readonly fields: Fields;
}

const callId = text(64);
const transferId = text(64);
const number = text(128);
const route = oneOf('handset', 'headset', 'speaker');

function entry(verb: Verb, needs: Role, fields: Fields = {}): VerbEntry {
  return { verb, needs, fields };
}

const entries: readonly VerbEntry[] = [
  entry('call.dial', 'dialer', { to: number, 'account?': text(64), 'line?': whole(1, 16) }),
  entry('call.answer', 'operator', { 'callId?': callId }),
  entry('call.reject', 'operator', { 'callId?': callId, 'code?': whole(400, 699) }),
  entry('call.hangup', 'operator', { 'callId?': callId }),
  entry('call.hold', 'operator', { 'callId?': callId }),
  entry('call.resume', 'operator', { 'callId?': callId }),
  entry('call.swap', 'operator'),
  entry('call.dtmf', 'operator', { 'callId?': callId, digits: text(64), 'durationMs?': whole(40, 5000) }),
  entry('call.mute', 'operator', { 'on?': flag }),
  entry('audio.route', 'operator', { route }),
  entry('audio.volume', 'operator', {
    'route?': oneOf('handset', 'headset', 'speaker', 'ring'),
    percent: whole(0, 100),
  }),
  entry('transfer.start', 'operator', { 'callId?': callId, 'to?': number, 'consult?': callId }),
  // never guesses (mqtt.md §3.4): a key means the one transfer there is, a message must name it
  entry('transfer.complete', 'operator', { transferId }),
  entry('transfer.cancel', 'operator', { transferId }),
  entry('transfer.swap', 'operator', { transferId }),
  entry('transfer.merge', 'operator', { transferId }),
  entry('transfer.bridge', 'operator', { transferId }),
  entry('transfer.blind', 'operator', { 'callId?': callId, to: number }),
  entry('blf.pickup', 'operator', { n: whole(1, 64) }),
  entry('settings.set', 'admin', { key: text(64), value: scalar }),
  entry('system.reregister', 'admin'),
  // the hand at the phone, for a virtual keypad on this machine
  entry('key.digit', 'local', { digit: text(1) }),
  entry('key.line', 'local', { line: whole(1, 16) }),
  entry('key.line-long', 'local', { line: whole(1, 16) }),
  entry('key.hold', 'local'),
  entry('key.hold-long', 'local'),
  entry('key.transfer', 'local'),
  entry('key.transfer-long', 'local'),
  entry('key.conference', 'local'),
  entry('key.cancel', 'local'),
  entry('key.cancel-long', 'local'),
  entry('key.redial', 'local'),
  entry('key.redial-long', 'local'),
  entry('key.mute', 'local'),
  entry('key.dnd', 'local'),
  entry('key.send', 'local'),
  entry('key.blf', 'local', { n: whole(1, 64) }),
  entry('key.blf-long', 'local', { n: whole(1, 64) }),
  entry('key.voicemail', 'local'),
  entry('hook.lift', 'local'),
  entry('hook.put-down', 'local'),
  entry('hook.flash', 'local'),
  entry('headset.short', 'local'),
  entry('headset.long', 'local'),
  entry('headset.double', 'local'),
  entry('headset.triple', 'local'),
  entry('headset.redial', 'local'),
];

/** The one verb table: socket, MQTT and command line decode by it. */
export const verbTable: ReadonlyMap<string, VerbEntry> = new Map(entries.map((each) => [each.verb, each]));

/** Verbs that ask and change nothing. */
export const queryVerbs = ['subscribe', 'state.get', 'diag.get', 'transfer.explain'] as const;

/** Every word that `cmd` may be, as `hello` says it. */
export const allVerbs: readonly string[] = [...verbTable.keys(), ...queryVerbs];

/** Make the intent of `entry` from arguments that somebody else wrote. */
export function makeIntent(each: VerbEntry, args: Readonly<Record<string, unknown>>): Parsed<Intent, ArgumentFault> {
  const read = readArguments(each.fields, args);
  // the table's fields are those of the intent of that verb: `verbs.test.ts` holds the two together
  return read.ok ? { ok: true, value: { verb: each.verb, ...read.value } as Intent } : read;
}
