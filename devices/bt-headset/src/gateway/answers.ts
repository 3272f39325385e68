import type { GatewayCall } from './door.ts';

/** Error numbers of +CME ERROR (HFP 1.8 §4.34.2, 3GPP TS 27.007 §9.2). */
export const CME = {
  'no-phone': 1,
  'not-allowed': 3,
  'not-supported': 4,
  'bad-index': 21,
  'dial-too-long': 26,
  'dial-characters': 27,
  'no-service': 30,
} as const;

/** <stat> of +CLCC. */
const STATES: Readonly<Record<GatewayCall['state'], number>> = {
  active: 0,
  held: 1,
  dialing: 2,
  alerting: 3,
  incoming: 4,
  waiting: 5,
};

/** `+CLCC: idx,dir,stat,mode,mpty,number,type[,name]`, one a call in the order of their indexes (HFP 1.8 §4.33). */
export function callList(calls: readonly GatewayCall[]): readonly string[] {
  return [...calls]
    .sort((a, b) => a.index - b.index)
    .map((call) => {
      const facts = [call.index, call.direction === 'in' ? 1 : 0, STATES[call.state], 0, call.multiparty ? 1 : 0];
      return `+CLCC: ${facts.join(',')},${party(call)}${named(call)}`;
    });
}

/** `+CLIP: number,type[,,,name]` (3GPP TS 27.007 §7.6). */
export function callerId(call: GatewayCall): string {
  const name = named(call);
  return `+CLIP: ${party(call)}${name === '' ? '' : `,,${name}`}`;
}

/** `+CCWA: number,type,class[,name]`, class 1 = voice (3GPP TS 27.007 §7.12). */
export function waitingCall(call: GatewayCall): string {
  return `+CCWA: ${party(call)},1${named(call)}`;
}

/** `+CNUM: ,number,type,,4`, 4 = voice (HFP 1.8 §4.31). */
export function ownNumber(number: string): string {
  return `+CNUM: ,${party({ number })},,4`;
}

/** `+COPS: 0,0,"operator"`, at most 16 characters (HFP 1.8 §4.8). */
export function operatorName(name: string): string {
  return `+COPS: 0,0,"${plain(name, 16)}"`;
}

/** Number and type of address: 145 = international, 129 = anything else. */
function party({ number }: Pick<GatewayCall, 'number'>): string {
  return `"${plain(number, 32)}",${number.startsWith('+') ? 145 : 129}`;
}

function named({ name }: Pick<GatewayCall, 'name'>): string {
  return name === undefined || plain(name, 32) === '' ? '' : `,"${plain(name, 32)}"`;
}

/** What the network calls itself must not end a line or a quoted text. */
function plain(text: string, most: number): string {
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029"\\]/g, '');
  return Array.from(clean).slice(0, most).join('').trim();
}
