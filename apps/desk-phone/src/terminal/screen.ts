import type { LineSnapshot, Snapshot } from '@switchhook/phone/control';

/** How a lamp looks at one moment. */
export type LampLook = 'off' | 'green' | 'red' | 'amber';

/** What is drawn besides the snapshot. */
export interface ScreenContext {
  readonly name: string;
  /** Wall clock, ms since 1970: for how long somebody has been held. */
  readonly nowMs: number;
  /** What a lamp of that pattern shows now. */
  readonly lamp: (pattern: string) => LampLook;
  /** Colours by ANSI sequences; without, the lamps are letters. */
  readonly colour: boolean;
  readonly width: number;
  /** The last refusal, until the next key. */
  readonly refusal: string | undefined;
  /** Faults of the world that last: no sound card, for instance. */
  readonly notes: readonly string[];
}

const COLOURS: Readonly<Record<Exclude<LampLook, 'off'>, string>> = { green: '32', red: '31', amber: '33' };
const LETTERS: Readonly<Record<LampLook, string>> = { off: '-', green: 'G', red: 'R', amber: 'A' };

/** The telephone as lines of text: lamps, lines, display, and what the keys are. */
export function drawScreen(state: Snapshot, context: ScreenContext): readonly string[] {
  const lamp = (name: string) => drawLamp(context.lamp(state.lamps[name] ?? 'off'), context.colour);
  const lines = state.lines.map(
    (line) => `${lamp(`line${line.n}`)} L${line.n}  ${plain(drawLine(line, context.nowMs))}`,
  );
  const display = state.display.length === 0 ? [] : ['', ...state.display.map((text) => `   ${plain(text)}`)];
  const transfer =
    state.transfer === null
      ? []
      : [`   transfer ${state.transfer.transferId}: ${state.transfer.outcome ?? state.transfer.state}`];
  const field = state.blf.map((key) => `${lamp(`blf${key.n}`)} ${plain(key.label)}`);
  const why = context.refusal;
  const refusal = why === undefined || state.display.includes(why) ? [] : ['', `   ! ${plain(why)}`];
  return [
    `${context.name}  ${state.phone}  hook ${state.hook}  ${state.route}  ${plain(drawRegistrations(state))}`,
    '',
    ...lines,
    `${lamp('mute')} mute  ${lamp('dnd')} do not disturb  ${lamp('message')} message`,
    ...(field.length === 0 ? [] : [field.join('  ')]),
    ...display,
    ...transfer,
    ...refusal,
    ...context.notes.map((note) => `   (${plain(note)})`),
    '',
    'space hook · 0-9 * # dial · t transfer · h hold · j join · c cancel · l k lines',
    'Enter send · r redial · v voicemail · m mute · d dnd · f flash · b headset',
    'a capital letter = a long press · q quit',
  ].map((text) => clip(text, context.width));
}

function drawLine(line: LineSnapshot, nowMs: number): string {
  if (line.party === null && line.state === 'idle') return 'idle';
  const party =
    line.party === null ? '' : line.party.name === null ? line.party.number : `${line.party.name} ${line.party.number}`;
  const from = line.joined?.since ?? line.heldSince ?? line.since;
  const span = from === null ? '' : elapsed(nowMs - Date.parse(from));
  const { joined } = line;
  const together = joined === undefined ? '' : `with ${joined.party.name ?? joined.party.number} ${whose(joined.mode)}`;
  const marks = [
    together,
    line.remoteHold ? 'holds you' : '',
    line.via ?? '',
    line.codec ?? '',
    line.secure === 'no' ? '' : 'encrypted',
  ].filter((mark) => mark !== '');
  const tail = marks.length === 0 ? '' : `  [${marks.join(', ')}]`;
  return `${line.state.padEnd(10)} ${party.padEnd(20)} ${span}${tail}`.trimEnd();
}

function whose(mode: 'conference' | 'bridge'): string {
  return mode === 'bridge' ? 'through this phone' : 'and you';
}

function drawRegistrations(state: Snapshot): string {
  return state.registrations
    .map((one) => `${one.account}: ${one.state}${one.reason === null ? '' : ` (${one.reason})`}`)
    .join('  ');
}

function drawLamp(look: LampLook, colour: boolean): string {
  if (!colour) return `[${LETTERS[look]}]`;
  return look === 'off' ? ' ○ ' : ` \x1b[${COLOURS[look]}m●\x1b[0m `;
}

/** `m:ss`, or `h:mm:ss` from an hour on. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** What somebody else wrote, without control characters: nobody's name may steer the terminal. */
function plain(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, '');
}

/** Cut to `width` characters that are seen; colour sequences count nothing. */
function clip(text: string, width: number): string {
  let seen = 0;
  let out = '';
  for (const [piece] of text.matchAll(/\x1b\[\d+m|./gu)) {
    if (piece.startsWith('\x1b')) out += piece;
    else if (seen++ < width) out += piece;
  }
  return out;
}
