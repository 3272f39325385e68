// linux/input-event-codes.h: the keys that keypads, keyboards, remote controls and headsets have.

const KEYS: Readonly<Record<string, number>> = {
  ESC: 1,
  ...run(2, '1 2 3 4 5 6 7 8 9 0 MINUS EQUAL BACKSPACE TAB Q W E R T Y U I O P LEFTBRACE RIGHTBRACE ENTER'),
  ...run(29, 'LEFTCTRL A S D F G H J K L SEMICOLON APOSTROPHE GRAVE LEFTSHIFT BACKSLASH Z X C V B N M COMMA DOT SLASH'),
  ...run(54, 'RIGHTSHIFT KPASTERISK LEFTALT SPACE CAPSLOCK F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NUMLOCK SCROLLLOCK'),
  ...run(71, 'KP7 KP8 KP9 KPMINUS KP4 KP5 KP6 KPPLUS KP1 KP2 KP3 KP0 KPDOT'),
  ...run(87, 'F11 F12'),
  ...run(96, 'KPENTER RIGHTCTRL KPSLASH SYSRQ RIGHTALT'),
  ...run(102, 'HOME UP PAGEUP LEFT RIGHT END DOWN PAGEDOWN INSERT DELETE MACRO MUTE VOLUMEDOWN VOLUMEUP POWER KPEQUAL'),
  ...run(118, 'KPPLUSMINUS PAUSE'),
  KPCOMMA: 121,
  ...run(125, 'LEFTMETA RIGHTMETA'),
  MENU: 139,
  ...run(163, 'NEXTSONG PLAYPAUSE PREVIOUSSONG STOPCD RECORD REWIND PHONE'),
  ...run(179, 'KPLEFTPAREN KPRIGHTPAREN NEW REDO F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24'),
  ...run(200, 'PLAYCD PAUSECD'),
  PLAY: 207,
  CONNECT: 218,
  MEDIA: 226,
  MICMUTE: 248,
  OK: 0x160,
  SELECT: 0x161,
  CLEAR: 0x163,
  ...run(0x18e, 'RED GREEN YELLOW BLUE'),
  ...run(0x1bd, 'PICKUP_PHONE HANGUP_PHONE'),
  ...run(0x200, 'NUMERIC_0 NUMERIC_1 NUMERIC_2 NUMERIC_3 NUMERIC_4 NUMERIC_5 NUMERIC_6 NUMERIC_7 NUMERIC_8 NUMERIC_9'),
  ...run(0x20a, 'NUMERIC_STAR NUMERIC_POUND NUMERIC_A NUMERIC_B NUMERIC_C NUMERIC_D'),
};

const SWITCHES = run(
  0,
  'LID TABLET_MODE HEADPHONE_INSERT RFKILL_ALL MICROPHONE_INSERT DOCK LINEOUT_INSERT JACK_PHYSICAL_INSERT ' +
    'VIDEOOUT_INSERT CAMERA_LENS_COVER KEYPAD_SLIDE FRONT_PROXIMITY ROTATE_LOCK LINEIN_INSERT MUTE_DEVICE PEN_INSERTED',
);

/** A key or switch of an input device. */
export interface InputCode {
  readonly kind: 'key' | 'switch';
  readonly code: number;
}

/** `KEY_KP1`, `SW_LID`, or the number of a key (`79`); undefined = no such name. */
export function inputCode(name: string): InputCode | undefined {
  const number = /^\d{1,3}$/.test(name) && Number(name) < 768 ? Number(name) : undefined;
  if (number !== undefined) return { kind: 'key', code: number };
  const [, prefix, word = ''] = /^(KEY|SW)_(\w+)$/.exec(name) ?? [];
  const table = prefix === 'KEY' ? KEYS : SWITCHES;
  if (prefix === undefined || !Object.hasOwn(table, word)) return undefined;
  return { kind: prefix === 'KEY' ? 'key' : 'switch', code: table[word]! };
}

/** The name of a code, or its number where it has none here; `inputCode` reads both. */
export function inputName({ kind, code }: InputCode): string {
  const table = kind === 'key' ? KEYS : SWITCHES;
  const word = Object.keys(table).find((name) => table[name] === code);
  return word === undefined ? String(code) : `${kind === 'key' ? 'KEY' : 'SW'}_${word}`;
}

function run(from: number, words: string): Record<string, number> {
  return Object.fromEntries(words.split(' ').map((word, i) => [word, from + i]));
}
