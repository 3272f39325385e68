import type { PhoneNotice } from '../control/protocol.ts';
import type { Intent, Origin } from '../intent.ts';

/**
 * What is told of a key that somebody pressed at the phone: `transfer` and `long`, `line2` and `short`, `hook` and
 * `lift`. Undefined for everything from outside, and for digits: what is dialled or keyed into a call is nobody's
 * business (mqtt.md §3.5 rule 10).
 */
export function keyNotice(intent: Intent, origin: Origin): PhoneNotice | undefined {
  if (origin.door === 'control' || intent.verb === 'key.digit') return undefined;
  const [from, act = ''] = intent.verb.split('.');
  const told = (key: string, press: string): PhoneNotice => ({
    event_type: 'key',
    key,
    press,
    source: origin.door,
  });
  if (from === 'hook') return told('hook', act.replaceAll('-', '_'));
  if (from === 'headset') return told('headset', act === 'redial' ? 'redial' : `${act}_press`);
  if (from !== 'key') return undefined;
  if (intent.verb === 'key.line') return told(`line${intent.line}`, 'short_press');
  const long = act.endsWith('-long');
  return told(long ? act.slice(0, -'-long'.length) : act, long ? 'long_press' : 'short_press');
}
