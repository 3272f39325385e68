import type { Parsed } from '@switchhook/sans-io';

/** What a headset may say, in the words of HFP 1.8 §4.34; the numbers are as they came, in range. */
export type AtCommand =
  | { readonly name: 'attention' }
  | { readonly name: 'answer' }
  | { readonly name: 'hang-up' }
  | { readonly name: 'redial' }
  | { readonly name: 'dial'; readonly number: string }
  | { readonly name: 'dial-memory'; readonly place: number }
  | { readonly name: 'features'; readonly bits: number }
  | { readonly name: 'codecs'; readonly ids: readonly number[] }
  | { readonly name: 'codec-chosen'; readonly id: number }
  | { readonly name: 'codec-connection' }
  | { readonly name: 'indicators-test' }
  | { readonly name: 'indicators-read' }
  | { readonly name: 'report-indicators'; readonly on: boolean }
  /** Only the places that were filled in. */
  | { readonly name: 'wanted-indicators'; readonly wanted: ReadonlyMap<number, boolean> }
  | { readonly name: 'holding-test' }
  | { readonly name: 'holding'; readonly act: 0 | 1 | 2 | 3 | 4; readonly call?: number }
  | { readonly name: 'hf-indicators'; readonly ids: readonly number[] }
  | { readonly name: 'hf-indicators-test' }
  | { readonly name: 'hf-indicators-read' }
  | { readonly name: 'hf-indicator'; readonly id: number; readonly value: number }
  | { readonly name: 'caller-id'; readonly on: boolean }
  | { readonly name: 'call-waiting'; readonly on: boolean }
  | { readonly name: 'calls' }
  | { readonly name: 'digit'; readonly digit: string }
  | { readonly name: 'volume'; readonly of: 'speaker' | 'microphone'; readonly level: number }
  | { readonly name: 'noise-reduction' }
  | { readonly name: 'extended-errors'; readonly on: boolean }
  | { readonly name: 'operator-format' }
  | { readonly name: 'operator' }
  | { readonly name: 'own-number' }
  | { readonly name: 'button' }
  | { readonly name: 'voice-recognition' }
  /** Apple's own: the accessory introduces itself. */
  | { readonly name: 'apple-accessory' }
  /** Apple's own: battery in tenths, if it was among what is told. */
  | { readonly name: 'apple-state'; readonly batteryTenths?: number };

/** `unknown`: no command of ours; the others say what is wrong with one that is. `at` counts from after `AT`. */
export type CommandFault = 'unknown' | 'malformed' | 'dial-too-long' | 'dial-characters';

/** Digits a dial string may have. */
const MOST_DIAL_DIGITS = 64;

type Outcome = Parsed<AtCommand, CommandFault>;

/** Read one command, `text` being what follows `AT`. Letters of the command may be small (V.250 §5.4.1). */
export function parseCommand(text: string): Outcome {
  const basic = /^(A|D)(?![A-Z+])(.*)$/is.exec(text);
  if (text === '') return good({ name: 'attention' });
  if (basic?.[1]?.toUpperCase() === 'A') return basic[2] === '' ? good({ name: 'answer' }) : bad('malformed', 1);
  if (/^D/i.test(text)) return dial(text.slice(1).trim());
  const [, name = '', operator = '', rest = ''] = /^\+([A-Z]+)\s*(=\?|=|\?|)\s*(.*)$/is.exec(text) ?? [];
  if (name === '' || (rest !== '' && operator !== '=')) return bad('unknown', 0);
  const at = text.length - rest.length;
  return extended(`${name.toUpperCase()}${operator}`, rest.trim(), at);
}

function extended(command: string, value: string, at: number): Outcome {
  const numbers = value.split(',').map(whole);
  const [first] = numbers;
  const only = numbers.length === 1 ? first : undefined;
  const malformed = bad('malformed', at);
  switch (command) {
    case 'CHUP':
      return good({ name: 'hang-up' });
    case 'BLDN':
      return good({ name: 'redial' });
    case 'BRSF=':
      return only === undefined ? malformed : good({ name: 'features', bits: only });
    case 'BAC=': {
      const ids = numbers.filter((id) => id !== undefined);
      return ids.length === numbers.length ? good({ name: 'codecs', ids }) : malformed;
    }
    case 'BCS=':
      return only === undefined ? malformed : good({ name: 'codec-chosen', id: only });
    case 'BCC':
      return good({ name: 'codec-connection' });
    case 'CIND=?':
      return good({ name: 'indicators-test' });
    case 'CIND?':
      return good({ name: 'indicators-read' });
    case 'CMER=': {
      // AT+CMER=<mode>[,<keyp>[,<disp>[,<ind>]]]: only mode 3 with ind 0 or 1 is used (HFP 1.8 §4.34.2).
      const [mode, , , ind = 0] = numbers;
      return mode === 3 || mode === 0 ? good({ name: 'report-indicators', on: mode === 3 && ind === 1 }) : malformed;
    }
    case 'BIA=':
      return wanted(value, malformed);
    case 'CHLD=?':
      return good({ name: 'holding-test' });
    case 'CHLD=': {
      const [, act, call] = /^([0-4])(\d{1,2})?$/.exec(value) ?? [];
      if (act === undefined) return malformed;
      if (call === undefined) return good({ name: 'holding', act: Number(act) as 0 | 1 | 2 | 3 | 4 });
      // A call's index goes with releasing one and with talking to one alone.
      if ((act !== '1' && act !== '2') || Number(call) === 0) return malformed;
      return good({ name: 'holding', act: act === '1' ? 1 : 2, call: Number(call) });
    }
    case 'BIND=': {
      const ids = numbers.filter((id) => id !== undefined);
      return ids.length === numbers.length ? good({ name: 'hf-indicators', ids }) : malformed;
    }
    case 'BIND=?':
      return good({ name: 'hf-indicators-test' });
    case 'BIND?':
      return good({ name: 'hf-indicators-read' });
    case 'BIEV=': {
      const [id, reading] = numbers;
      if (numbers.length !== 2 || id === undefined || reading === undefined) return malformed;
      return good({ name: 'hf-indicator', id, value: reading });
    }
    case 'CLIP=':
      return only === undefined ? malformed : good({ name: 'caller-id', on: only === 1 });
    case 'CCWA=':
      return first === undefined ? malformed : good({ name: 'call-waiting', on: first === 1 });
    case 'CLCC':
      return good({ name: 'calls' });
    case 'VTS=':
      return /^[0-9*#A-D]$/i.test(value) ? good({ name: 'digit', digit: value.toUpperCase() }) : malformed;
    case 'VGS=':
    case 'VGM=':
      if (only === undefined || only > 15) return malformed;
      return good({ name: 'volume', of: command === 'VGS=' ? 'speaker' : 'microphone', level: only });
    case 'NREC=':
      return good({ name: 'noise-reduction' });
    case 'CMEE=':
      return only === undefined ? malformed : good({ name: 'extended-errors', on: only > 0 });
    case 'COPS=':
      return first === 3 && numbers[1] === 0 ? good({ name: 'operator-format' }) : malformed;
    case 'COPS?':
      return good({ name: 'operator' });
    case 'CNUM':
      return good({ name: 'own-number' });
    case 'CKPD=':
      return first === 200 ? good({ name: 'button' }) : malformed;
    case 'BVRA=':
      return good({ name: 'voice-recognition' });
    case 'XAPL=':
      return /^[0-9a-f]+-[0-9a-f]+-[^,]*,\d+$/i.test(value) ? good({ name: 'apple-accessory' }) : malformed;
    case 'IPHONEACCEV=':
      return appleState(numbers, malformed);
    default:
      return bad('unknown', 0);
  }
}

/** A count, then as many pairs of key and value; key 1 is the battery from 0 (a tenth) to 9 (full). */
function appleState(numbers: readonly (number | undefined)[], malformed: Outcome): Outcome {
  const [count, ...pairs] = numbers;
  if (count === undefined || pairs.length !== count * 2) return malformed;
  for (let i = 0; i < pairs.length; i += 2) {
    const tenths = pairs[i + 1];
    if (pairs[i] !== 1) continue;
    return tenths === undefined || tenths > 9 ? malformed : good({ name: 'apple-state', batteryTenths: tenths });
  }
  return good({ name: 'apple-state' });
}

/** AT+BIA=0,,1: an empty place leaves its indicator as it is (HFP 1.8 §4.35). */
function wanted(value: string, malformed: Outcome): Outcome {
  const places = value.split(',').map((place) => place.trim());
  if (places.some((place) => !/^[01]?$/.test(place))) return malformed;
  const filled = places.flatMap((place, i) => (place === '' ? [] : [[i + 1, place === '1'] as const]));
  return good({ name: 'wanted-indicators', wanted: new Map(filled) });
}

function dial(text: string): Outcome {
  // Without its semicolon it would be a data call (V.250 §6.3.1).
  if (!text.endsWith(';')) return bad('malformed', text.length + 1);
  const number = text.slice(0, -1).trim();
  if (number.startsWith('>')) {
    const place = whole(number.slice(1));
    return place === undefined || place === 0 ? bad('malformed', 2) : good({ name: 'dial-memory', place });
  }
  const digits = number.replace(/[\s().-]/g, '');
  if (digits === '') return bad('malformed', 1);
  if (digits.length > MOST_DIAL_DIGITS) return bad('dial-too-long', MOST_DIAL_DIGITS + 1);
  if (!/^\+?[0-9*#A-D]+$/i.test(digits)) return bad('dial-characters', 1);
  return good({ name: 'dial', number: digits.toUpperCase() });
}

function whole(text: string): number | undefined {
  const trimmed = text.trim();
  return /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : undefined;
}

function good(value: AtCommand): Outcome {
  return { ok: true, value };
}

function bad(fault: CommandFault, at: number): Outcome {
  return { ok: false, fault, at };
}
