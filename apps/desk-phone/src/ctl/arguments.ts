import { settingFromText } from '@switchhook/phone/control';
import { nearestName } from '../configuration/nearest-name.ts';

/** What one `switchhook ctl …` line asks for. */
export type CtlRequest =
  | { readonly name: 'command'; readonly verb: string; readonly args: Readonly<Record<string, unknown>> }
  /** Print the picture once. */
  | { readonly name: 'state' }
  /** Print what happens until interrupted. */
  | { readonly name: 'watch' }
  /** Print what a transfer would send now, and what would be tried next. */
  | { readonly name: 'explain'; readonly transferId: string | undefined }
  | JournalRequest;

/** The forms in which a kept transfer can be given away. */
export const FORMS = ['ladder', 'json', 'pcap', 'svg'] as const;
export type Form = (typeof FORMS)[number];

/** About the transfers that are kept on the disk: no phone is asked. */
export type JournalRequest = (
  | { readonly name: 'list' }
  | {
      readonly name: 'export';
      /** `t-7`, a whole name of `transfer.list`, or `last`. */
      readonly id: string;
      readonly form: Form;
      /** Absent = standard output. */
      readonly out: string | undefined;
    }
) & { readonly config: string | undefined; readonly folder: string | undefined };

export type CtlParse =
  | { readonly ok: true; readonly request: CtlRequest }
  | { readonly ok: false; readonly message: string };

type Kind = 'text' | 'number' | 'switch';

/** The arguments of one verb: those without a name in their order, and all that may be given as `--name value`. */
interface VerbShape {
  readonly positional: readonly string[];
  readonly named: Readonly<Record<string, Kind>>;
  readonly needs: readonly string[];
}

function shape(
  positional: readonly string[],
  named: Readonly<Record<string, Kind>>,
  needs: readonly string[] = [],
): VerbShape {
  return { positional, named, needs };
}

/** One row a verb of the control protocol: how its arguments are written on a command line. */
export const CTL_VERBS: Readonly<Record<string, VerbShape>> = {
  'call.dial': shape(['to'], { to: 'text', account: 'text', line: 'number' }, ['to']),
  'call.answer': shape(['callId'], { callId: 'text' }),
  'call.reject': shape(['callId'], { callId: 'text', code: 'number' }),
  'call.hangup': shape(['callId'], { callId: 'text' }),
  'call.hold': shape(['callId'], { callId: 'text' }),
  'call.resume': shape(['callId'], { callId: 'text' }),
  'call.swap': shape([], {}),
  'call.dtmf': shape(['digits'], { digits: 'text', callId: 'text', durationMs: 'number' }, ['digits']),
  'call.mute': shape(['on'], { on: 'switch' }),
  'audio.route': shape(['route'], { route: 'text' }, ['route']),
  'audio.volume': shape(['percent'], { percent: 'number', route: 'text' }, ['percent']),
  'transfer.start': shape(['to'], { to: 'text', callId: 'text', consult: 'text' }),
  'transfer.complete': shape(['transferId'], { transferId: 'text' }, ['transferId']),
  'transfer.cancel': shape(['transferId'], { transferId: 'text' }, ['transferId']),
  'transfer.swap': shape(['transferId'], { transferId: 'text' }, ['transferId']),
  'transfer.merge': shape(['transferId'], { transferId: 'text' }, ['transferId']),
  'transfer.bridge': shape(['transferId'], { transferId: 'text' }, ['transferId']),
  'transfer.blind': shape(['to'], { to: 'text', callId: 'text' }, ['to']),
  'blf.pickup': shape(['n'], { n: 'number' }, ['n']),
  'settings.set': shape(['key', 'value'], { key: 'text', value: 'text' }, ['key', 'value']),
  'system.reregister': shape([], {}),
  'key.digit': shape(['digit'], { digit: 'text' }, ['digit']),
  'key.line': shape(['line'], { line: 'number' }, ['line']),
  'key.line-long': shape(['line'], { line: 'number' }, ['line']),
  'key.hold': shape([], {}),
  'key.hold-long': shape([], {}),
  'key.transfer': shape([], {}),
  'key.transfer-long': shape([], {}),
  'key.conference': shape([], {}),
  'key.cancel': shape([], {}),
  'key.cancel-long': shape([], {}),
  'key.redial': shape([], {}),
  'key.redial-long': shape([], {}),
  'key.mute': shape([], {}),
  'key.dnd': shape([], {}),
  'key.send': shape([], {}),
  'key.blf': shape(['n'], { n: 'number' }, ['n']),
  'key.blf-long': shape(['n'], { n: 'number' }, ['n']),
  'key.voicemail': shape([], {}),
  'hook.lift': shape([], {}),
  'hook.put-down': shape([], {}),
  'hook.flash': shape([], {}),
  'headset.short': shape([], {}),
  'headset.long': shape([], {}),
  'headset.double': shape([], {}),
  'headset.triple': shape([], {}),
  'headset.redial': shape([], {}),
};

/** What is no verb of the phone: it asks and changes nothing. */
const QUERIES: readonly string[] = ['state', 'watch', 'transfer.explain', 'transfer.list', 'transfer.export'];

const PLACE: Readonly<Record<string, Kind>> = { config: 'text', folder: 'text' };
const ABOUT_TRANSFERS = {
  'transfer.explain': shape(['transferId'], { transferId: 'text' }),
  'transfer.list': shape([], PLACE),
  'transfer.export': shape(['id'], { id: 'text', as: 'text', out: 'text', ...PLACE }, ['id']),
} as const;

function parseAboutTransfers(verb: keyof typeof ABOUT_TRANSFERS, words: readonly string[]): CtlParse {
  const parse = readArguments(verb, ABOUT_TRANSFERS[verb], words);
  if (!parse.ok || parse.request.name !== 'command') return parse;
  const { args } = parse.request;
  const text = (name: string) => args[name] as string | undefined;
  if (verb === 'transfer.explain') return accept({ name: 'explain', transferId: text('transferId') });
  const place = { config: text('config'), folder: text('folder') };
  if (verb === 'transfer.list') return accept({ name: 'list', ...place });
  const form = FORMS.find((each) => each === (text('as') ?? 'ladder'));
  if (form === undefined) return refuse(`--as must be one of ${FORMS.join(', ')}, not ${text('as')}`);
  return accept({ name: 'export', id: text('id')!, form, out: text('out'), ...place });
}

function accept(request: CtlRequest): CtlParse {
  return { ok: true, request };
}

/** Read the words after `switchhook ctl`, options of ctl itself already taken out. */
export function parseCtl(words: readonly string[]): CtlParse {
  const [first, ...rest] = words;
  if (first === undefined) return refuse('which verb? for example: switchhook ctl dial 9999');
  if (first === 'state' || first === 'state.get' || first === 'watch') {
    if (rest.length > 0) return refuse(`${first} takes no arguments`);
    return { ok: true, request: { name: first === 'watch' ? 'watch' : 'state' } };
  }
  if (first === 'transfer.explain' || first === 'transfer.list' || first === 'transfer.export')
    return parseAboutTransfers(first, rest);
  const verb = CTL_VERBS[first] === undefined ? `call.${first}` : first;
  const known = Object.hasOwn(CTL_VERBS, verb) ? CTL_VERBS[verb] : undefined;
  if (known === undefined) {
    const near = nearestName(first, [...Object.keys(CTL_VERBS), ...shortNames(), ...QUERIES]);
    return refuse(
      `unknown verb ${first}${near === undefined ? '; switchhook --help names them all' : `; did you mean ${near}?`}`,
    );
  }
  return readArguments(verb, known, rest);
}

function readArguments(verb: string, known: VerbShape, words: readonly string[]): CtlParse {
  const args: Record<string, unknown> = {};
  const free = [...known.positional];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const [name, text] = word.startsWith('--') ? namedArgument(word, words[i + 1]) : [free.shift(), word];
    if (word.startsWith('--') && !word.includes('=')) i++;
    if (name === undefined) return refuse(`${verb} takes no further argument: ${word}`);
    const kind = Object.hasOwn(known.named, name) ? known.named[name] : undefined;
    if (kind === undefined) {
      const near = nearestName(name, Object.keys(known.named));
      return refuse(`${verb} has no argument --${name}${near === undefined ? '' : `; did you mean --${near}?`}`);
    }
    if (text === undefined) return refuse(`--${name} needs a value`);
    const value = readValue(kind, text);
    if (value === undefined)
      return refuse(`${name} must be ${kind === 'number' ? 'a number' : 'on or off'}, not ${text}`);
    args[name] = value;
    const taken = free.indexOf(name);
    if (taken >= 0) free.splice(taken, 1);
  }
  const missing = known.needs.find((name) => args[name] === undefined);
  if (missing !== undefined) return refuse(`${verb} needs ${missing}`);
  return {
    ok: true,
    request: {
      name: 'command',
      verb,
      args:
        verb === 'settings.set'
          ? { ...args, value: settingFromText(String(args['key']), String(args['value'])) }
          : args,
    },
  };
}

function namedArgument(word: string, next: string | undefined): readonly [string, string | undefined] {
  const equals = word.indexOf('=');
  return equals < 0 ? [word.slice(2), next] : [word.slice(2, equals), word.slice(equals + 1)];
}

function readValue(kind: Kind, text: string): string | number | boolean | undefined {
  switch (kind) {
    case 'text':
      return text;
    case 'number':
      return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
    case 'switch':
      return text === 'on' ? true : text === 'off' ? false : undefined;
    default:
      throw kind satisfies never;
  }
}

function shortNames(): readonly string[] {
  return Object.keys(CTL_VERBS).flatMap((verb) => (verb.startsWith('call.') ? [verb.slice(5)] : []));
}

function refuse(message: string): CtlParse {
  return { ok: false, message };
}
