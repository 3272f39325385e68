import { isDialable, parsePattern, patternFaults } from '@switchhook/phone';
import {
  COUNTRIES,
  type CountryName,
  DEFAULT_SRTP_SUITES,
  SRTP_SUITES,
  type SrtpSuiteName,
} from '@switchhook/rtp-media';
import { type ProfileName, profiles } from '@switchhook/transfer';
import * as v from 'valibot';
import { GESTURE_STATES, GESTURES } from '../headset/gesture-table.ts';
import { keypadSchema } from './keypad-schema.ts';
import { keyName, oneOf, text, whole, yesNo } from './words.ts';

/** A number or a word that YAML may have read as a number: `user: 1000` means the text `1000`. */
const dialable = v.pipe(
  v.union([v.string(), v.number()], 'a number or a name'),
  v.transform(String),
  v.regex(/^[^\s@<>";]+$/, 'a number or a name without blanks, @, <, >, ; and quotes'),
);

/** A pattern of numbers; what is wrong with one is said with its place. */
const pattern = v.pipe(
  v.union([v.string(), v.number()], 'a pattern of numbers'),
  v.transform(String),
  v.check(
    (text) => parsePattern(text).ok,
    (issue) => {
      const read = parsePattern(issue.input);
      const why = read.ok ? '' : `: at character ${read.at + 1} there is ${patternFaults[read.fault]}`;
      return `a pattern of digits, *, #, x, N, Z, [2-5], + and a closing . or T${why}`;
    },
  ),
);

const secret = v.pipe(v.union([v.string(), v.number()], 'a text'), v.transform(String));

const server = v.pipe(
  v.string('a host name or address, with a port where it is not 5060'),
  v.trim(),
  v.regex(
    /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/,
    'a host name or address, as in pbx.example.com or 192.0.2.1:5080',
  ),
  v.check((text) => {
    const port = /[^:]:(\d+)$/.exec(text)?.[1];
    return port === undefined || (Number(port) >= 1 && Number(port) <= 65535);
  }, 'a port from 1 to 65535 after the host'),
);

const profileNames = Object.keys(profiles) as [ProfileName, ...ProfileName[]];
const profile = v.picklist(profileNames, `one of ${profileNames.join(', ')}`);

const srtpSuites = Object.keys(SRTP_SUITES) as [SrtpSuiteName, ...SrtpSuiteName[]];

const sessionExpires = 'a whole number from 90 to 86400, or 0 for none';

const pickupWords = 'caller, exchange, or a feature code such as "**"';

const account = v.strictObject({
  id: v.pipe(v.string('a short name'), v.regex(/^[a-z0-9_-]{1,32}$/, 'a short name of a-z, 0-9, _ and -')),
  user: dialable,
  domain: v.pipe(text, v.regex(/^[A-Za-z0-9.:[\]_-]+$/, 'a domain or an address, as in example.com')),
  displayName: v.optional(text),
  authId: v.optional(dialable),
  password: v.optional(secret),
  passwordFile: v.optional(text),
  server: v.optional(server),
  transport: v.optional(oneOf('udp', 'tcp', 'tls'), 'udp'),
  register: v.optional(yesNo, true),
  expiresS: v.optional(whole(60, 7200), 300),
  profile: v.optional(profile),
  sessionExpiresS: v.optional(
    v.pipe(
      v.number(sessionExpires),
      v.integer(sessionExpires),
      v.check((n) => n === 0 || (n >= 90 && n <= 86_400), sessionExpires),
    ),
    1800,
  ),
  instance: v.optional(
    v.pipe(
      v.string('urn:uuid: and a UUID'),
      v.regex(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'urn:uuid: and a UUID'),
    ),
  ),
  replaceRinging: v.optional(yesNo, false),
  mailbox: v.optional(dialable),
  mwi: v.optional(oneOf('off', 'subscribe', 'unsolicited', 'both')),
  pickup: v.optional(v.pipe(v.string(pickupWords), v.regex(/^(caller|exchange|[0-9*#]{1,8})$/, pickupWords))),
  srtp: v.optional(oneOf('off', 'prefer', 'require'), 'off'),
  srtpSuites: v.optional(
    v.pipe(v.array(oneOf(...srtpSuites), 'a list of SRTP suites'), v.minLength(1, 'at least one suite')),
    () => [...DEFAULT_SRTP_SUITES],
  ),
  codecs: v.optional(
    v.pipe(v.array(oneOf('PCMU', 'PCMA'), 'a list of codecs'), v.minLength(1, 'at least one codec')),
    () => ['PCMU' as const, 'PCMA' as const],
  ),
});

const line = v.strictObject({ account: text });

const blf = v.strictObject({
  target: v.pipe(
    v.union([v.string(), v.number()], 'a number or a SIP address'),
    v.transform(String),
    v.check(isDialable, 'a number or a SIP address'),
  ),
  label: v.optional(text),
  account: v.optional(text),
  kind: v.optional(oneOf('line', 'park', 'dial'), 'line'),
});

const network = v.strictObject({
  bind: v.optional(text, '0.0.0.0'),
  advertise: v.optional(text),
  sipPort: v.optional(whole(0, 65535), 5060),
  tlsPort: v.optional(whole(0, 65535), 5061),
  rtpPorts: v.optional(
    v.pipe(
      v.strictObject({ from: whole(1024, 65534), to: whole(1025, 65535) }),
      v.check((range) => range.to - range.from >= 7, 'a range of at least 8 ports, from the lower to the higher'),
    ),
    () => ({ from: 16384, to: 16482 }),
  ),
  acceptFrom: v.optional(oneOf('servers', 'any'), 'servers'),
  inDialogFrom: v.optional(oneOf('known', 'any'), 'known'),
});

const fingerprint = 'the SHA-256 of a certificate: 64 hexadecimal digits, with or without colons';

const tls = v.strictObject({
  ca: v.optional(text),
  cert: v.optional(text),
  key: v.optional(text),
  verify: v.optional(yesNo, true),
  fingerprint: v.optional(
    v.pipe(v.string(fingerprint), v.regex(/^([0-9a-f]{64}|([0-9a-f]{2}:){31}[0-9a-f]{2})$/i, fingerprint)),
  ),
  wildcards: v.optional(yesNo, false),
});

const volume = v.optional(whole(0, 100), 80);

const countryNames = Object.keys(COUNTRIES) as [CountryName, ...CountryName[]];

const device = v.strictObject({ capture: text, playback: text });

const audio = v.strictObject({
  sound: v.optional(oneOf('auto', 'alsa', 'files', 'silence'), 'auto'),
  capture: v.optional(text, 'default'),
  playback: v.optional(text, 'default'),
  ringer: v.optional(text),
  headset: v.optional(device),
  speaker: v.optional(device),
  microphoneFile: v.optional(text),
  speakerFile: v.optional(text),
  country: v.optional(v.picklist(countryNames, `one of ${countryNames.join(', ')}`), 'us'),
  route: v.optional(oneOf('handset', 'headset', 'speaker'), 'handset'),
  howler: v.optional(yesNo, false),
  volume: v.optional(v.strictObject({ handset: volume, headset: volume, speaker: volume, ring: volume }), () => ({
    handset: 80,
    headset: 80,
    speaker: 80,
    ring: 80,
  })),
});

/** What a key can do: the verbs of a hand at the phone. */
export const KEY_ACTIONS = [
  ...Array.from('0123456789*#', (digit) => `digit ${digit}` as const),
  ...Array.from({ length: 8 }, (_, i) => `line ${i + 1}` as const),
  'hold',
  'transfer',
  'transfer-long',
  'park',
  'conference',
  'cancel',
  'cancel-all',
  'redial',
  'redial-list',
  'mute',
  'dnd',
  'send',
  'voicemail',
  ...Array.from({ length: 16 }, (_, i) => `blf ${i + 1}` as const),
  'hook-lift',
  'hook-put-down',
  'hook-flash',
] as const;

const key = v.strictObject({
  key: keyName,
  does: v.picklist(KEY_ACTIONS, `one of ${KEY_ACTIONS.join(', ')}`),
});

/** What a headset's button can do: the actions of keys, and some that a headset alone needs. */
export const GESTURE_ACTIONS = [...KEY_ACTIONS, 'answer', 'reject', 'complete', 'nothing'] as const;

const gesture = v.strictObject({
  when: oneOf(...GESTURE_STATES),
  press: oneOf(...GESTURES),
  does: v.picklist(GESTURE_ACTIONS, `one of ${GESTURE_ACTIONS.join(', ')}`),
});

const headset = v.strictObject({
  enabled: v.optional(yesNo, false),
  transport: v.optional(oneOf('auto', 'bluealsa', 'profile', 'none'), 'auto'),
  hid: v.optional(text),
  mediaKeys: v.optional(yesNo, false),
  memory: v.optional(v.pipe(v.array(dialable, 'a list of numbers'), v.maxLength(99, 'at most 99 numbers')), () => []),
  gestures: v.optional(v.array(gesture, 'a list of gestures'), () => []),
  longPressMs: v.optional(whole(300, 5000), 1000),
  doubleGapMs: v.optional(whole(100, 1000), 350),
  address: v.optional(
    v.pipe(
      v.string('a Bluetooth address'),
      v.regex(/^([0-9A-F]{2}:){5}[0-9A-F]{2}$/i, 'a Bluetooth address, as in 00:11:22:AA:BB:CC'),
    ),
  ),
  shortCompletesTransfer: v.optional(yesNo, false),
  consultTarget: v.optional(dialable),
});

const timers = v.strictObject({
  verdictAttendedMs: v.optional(whole(4000, 600_000)),
  verdictBlindMs: v.optional(whole(4000, 600_000)),
  byeGraceMs: v.optional(whole(0, 5000)),
  targetByeMs: v.optional(whole(500, 60_000)),
  byeEvidenceMs: v.optional(whole(0, 10_000)),
  byeNotifyMs: v.optional(whole(0, 180_000)),
  callerByeMs: v.optional(whole(500, 60_000)),
});

const transfer = v.strictObject({
  profile: v.optional(profile, 'generic'),
  completeOnHook: v.optional(yesNo, true),
  onHookWithHeld: v.optional(oneOf('recall', 'drop'), 'recall'),
  holdRecallSec: v.optional(whole(0, 3600), 120),
  acceptRefer: v.optional(oneOf('never', 'same-dialog'), 'never'),
  referToSource: v.optional(oneOf('auto', 'contact', 'aor')),
  requireReplaces: v.optional(yesNo),
  localBridge: v.optional(oneOf('auto', 'ask', 'never')),
  semiAttended: v.optional(oneOf('arm', 'blind', 'early')),
  acrossAccounts: v.optional(oneOf('try', 'bridge')),
  protectTarget: v.optional(yesNo),
  referSub: v.optional(yesNo),
  retryOtherForm: v.optional(yesNo),
  holdTarget: v.optional(yesNo),
  timers: v.optional(timers, {}),
});

/** Where calls can be sent to: something that can be dialled, or nothing. */
const forward = v.optional(v.union([dialable, v.literal('')], 'a number or a name, or "" for none'), '');

const calls = v.strictObject({
  waiting: v.optional(yesNo, true),
  dndStatus: v.optional(v.picklist([486, 480, 603], 'one of 486, 480, 603'), 486),
  forwardAlways: forward,
  forwardBusy: forward,
  forwardNoAnswer: forward,
  forwardNoAnswerSec: v.optional(whole(1, 600), 20),
  forwardLimit: v.optional(whole(1, 20), 5),
  autoAnswer: v.optional(oneOf('off', 'intercom', 'all'), 'off'),
  autoAnswerFrom: v.optional(v.array(pattern, 'a list of number patterns'), () => []),
  autoAnswerSec: v.optional(whole(0, 60), 0),
  callBackMin: v.optional(whole(0, 1440), 30),
  lineKeyHolds: v.optional(yesNo, true),
  pushToTalk: v.optional(yesNo, false),
  parkNumber: v.optional(dialable),
});

const control = v.strictObject({
  enabled: v.optional(yesNo, true),
  socket: v.optional(text),
});

const limits = v.strictObject({
  remoteNumbers: v.optional(v.array(pattern, 'a list of number patterns'), () => []),
  remoteDialsPerHour: v.optional(whole(0, 10_000), 60),
  calls: v.optional(whole(1, 16), 4),
  ringSec: v.optional(whole(10, 600), 60),
  interdigitSec: v.optional(whole(1, 60), 10),
  shortInterdigitSec: v.optional(whole(1, 60), 3),
  dialToneSec: v.optional(whole(5, 300), 15),
  reorderSec: v.optional(whole(5, 300), 15),
});

const dialRule = v.strictObject({
  match: pattern,
  strip: v.optional(whole(0, 40), 0),
  prepend: v.optional(
    v.pipe(
      v.union([v.string(), v.number()], 'digits'),
      v.transform(String),
      v.regex(/^\+?[0-9*#]{0,32}$/, 'digits, *, # and a leading +'),
    ),
    '',
  ),
  account: v.optional(text),
  refuse: v.optional(text),
});

const hotline = v.strictObject({ to: dialable, afterSec: v.optional(whole(0, 60), 0) });

const log = v.strictObject({
  level: v.optional(oneOf('debug', 'info', 'warn', 'error', 'silent'), 'info'),
  file: v.optional(text),
  keepDays: v.optional(whole(1, 3650), 30),
  folder: v.optional(text),
});

/** The whole configuration file. Defaults stand here and nowhere else. */
export const configurationSchema = v.strictObject({
  name: v.optional(
    v.pipe(v.string('a short name'), v.regex(/^[a-z0-9_-]{1,32}$/, 'a short name of a-z, 0-9, _ and -')),
    'desk',
  ),
  accounts: v.pipe(v.array(account, 'a list of accounts'), v.minLength(1, 'at least one account')),
  lines: v.optional(
    v.pipe(v.array(line, 'a list of lines'), v.minLength(1, 'at least one line'), v.maxLength(8, 'at most 8 lines')),
  ),
  network: v.optional(network, {}),
  tls: v.optional(tls, {}),
  audio: v.optional(audio, {}),
  keys: v.optional(v.array(key, 'a list of keys'), () => []),
  keypad: v.optional(keypadSchema, {}),
  blf: v.optional(v.pipe(v.array(blf, 'a list of keys'), v.maxLength(16, 'at most 16 keys')), () => []),
  blfIdle: v.optional(oneOf('off', 'green'), 'off'),
  blfTransfer: v.optional(oneOf('attended', 'blind'), 'attended'),
  headset: v.optional(headset, {}),
  transfer: v.optional(transfer, {}),
  calls: v.optional(calls, {}),
  dialPlan: v.optional(v.array(dialRule, 'a list of rules'), () => []),
  hotline: v.optional(hotline),
  control: v.optional(control, {}),
  limits: v.optional(limits, {}),
  log: v.optional(log, {}),
  emergency: v.optional(v.array(dialable, 'a list of numbers'), () => ['112', '911']),
});

/** The configuration as it was read, defaults filled in. */
export type Configuration = v.InferOutput<typeof configurationSchema>;
export type AccountConfiguration = Configuration['accounts'][number];
