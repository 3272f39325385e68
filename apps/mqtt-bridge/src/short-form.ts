import { settingFromText } from '@switchhook/phone/control';
import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import type { Role } from './topics.ts';

/** A command without an envelope: what a dashboard's button, text or switch sends. */
export interface ShortCommand {
  readonly cmd: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** As whom it is said. */
  readonly role: Role;
}

/** The one argument that a verb takes in its short form. */
const ARGUMENT: Readonly<Record<string, { readonly name: string; readonly type: 'text' | 'number' | 'switch' }>> = {
  'call.dial': { name: 'to', type: 'text' },
  'call.dtmf': { name: 'digits', type: 'text' },
  'call.mute': { name: 'on', type: 'switch' },
  'call.reject': { name: 'code', type: 'number' },
  'transfer.start': { name: 'to', type: 'text' },
  'transfer.blind': { name: 'to', type: 'text' },
  'audio.route': { name: 'route', type: 'text' },
  'audio.volume': { name: 'percent', type: 'number' },
  'blf.pickup': { name: 'n', type: 'number' },
};

/** `cmd/<verb>` with its payload: nothing, `PRESS`, or the single argument. */
export function shortCommand(verb: string, text: string): Parsed<ShortCommand, 'bad-argument'> {
  if (text === '' || text === 'PRESS') return parsed({ cmd: verb, args: {}, role: 'operator' });
  const takes = Object.hasOwn(ARGUMENT, verb) ? ARGUMENT[verb]! : undefined;
  if (takes === undefined) return fault('bad-argument', 0);
  const value = argumentOf(takes.type, text);
  return value === undefined
    ? fault('bad-argument', 0)
    : parsed({ cmd: verb, args: { [takes.name]: value }, role: 'operator' });
}

/**
 * `set/<key>` with its payload: settings that are verbs of their own become those. `lent`: keys whose topic stands for
 * the admin's word; who may write there may set this one thing.
 */
export function settingCommand(
  key: string,
  text: string,
  lent: readonly string[],
): Parsed<ShortCommand, 'bad-argument'> {
  if (!/^[a-z0-9_]{1,32}(@[A-Za-z0-9_-]{1,32})?$/.test(key)) return fault('bad-argument', 0);
  if (key === 'mute') return shortCommand('call.mute', text);
  if (key === 'route') return shortCommand('audio.route', text);
  if (key.startsWith('volume_')) {
    const percent = argumentOf('number', text);
    return percent === undefined
      ? fault('bad-argument', 0)
      : parsed({ cmd: 'audio.volume', args: { route: key.slice('volume_'.length), percent }, role: 'operator' });
  }
  const role = lent.includes(key.split('@')[0]!) ? 'admin' : 'operator';
  return parsed({ cmd: 'settings.set', args: { key, value: settingFromText(key, text) }, role });
}

function argumentOf(kind: 'text' | 'number' | 'switch', text: string): string | number | boolean | undefined {
  switch (kind) {
    case 'text':
      return text;
    case 'number':
      return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
    case 'switch':
      return text === 'ON' ? true : text === 'OFF' ? false : undefined;
    default: {
      kind satisfies never;
      throw new Error('unknown argument type');
    }
  }
}
