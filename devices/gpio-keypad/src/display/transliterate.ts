/** What the A00 character ROM has beyond ASCII (Hitachi HD44780U data sheet, table 4), of what names are written with. */
const ROM: Readonly<Record<string, number>> = {
  ä: 0xe1,
  ß: 0xe2,
  µ: 0xe4,
  ñ: 0xee,
  ö: 0xef,
  ü: 0xf5,
  '°': 0xdf,
  '¥': 0x5c,
  '→': 0x7e,
  '←': 0x7f,
  '÷': 0xfd,
  '·': 0xa5,
  Ω: 0xf4,
};

/** Letters that do not come apart into a letter and a mark, and signs; what is left out becomes `?`. */
const SPELLED: Readonly<Record<string, string>> = {
  Æ: 'AE',
  æ: 'ae',
  Œ: 'OE',
  œ: 'oe',
  Ø: 'O',
  ø: 'o',
  Ł: 'L',
  ł: 'l',
  Đ: 'D',
  đ: 'd',
  Ð: 'D',
  ð: 'd',
  Þ: 'Th',
  þ: 'th',
  ı: 'i',
  '€': 'EUR',
  '£': 'GBP',
  '\\': '/',
  '~': '-',
  '…': '...',
  '–': '-',
  '—': '-',
  '‘': "'",
  '’': "'",
  '‚': ',',
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '¿': '?',
  '¡': '!',
  '\u00a0': ' ',
  '•': '*',
  '×': 'x',
  ...spelled('абвгдезийклмнопрстуфхцыэ', 'a b v g d e z i j k l m n o p r s t u f h c y e'),
  ...spelled('жчшщюяёьъєіїґў', "zh ch sh shch yu ya yo ' ' ye i yi g u"),
  ...spelled('αβγδεζηθικλμνξοπρσςτυφχψω', 'a v g d e z i th i k l m n x o p r s s t y f ch ps o'),
};

function spelled(letters: string, words: string): Record<string, string> {
  const spellings = words.split(' ');
  return Object.fromEntries(
    Array.from(letters).flatMap((letter, i) => {
      const word = spellings[i]!;
      return [
        [letter, word],
        [letter.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)],
      ];
    }),
  );
}

/** Text as codes of the display's ROM: letters that it has not become those that a reader takes for them. */
export function romCodes(text: string): number[] {
  return Array.from(text.normalize('NFC')).flatMap(codesOf);
}

function codesOf(sign: string): number[] {
  const own = Object.hasOwn(ROM, sign) ? ROM[sign] : undefined;
  if (own !== undefined) return [own];
  if (Object.hasOwn(SPELLED, sign)) return Array.from(SPELLED[sign]!, (letter) => letter.charCodeAt(0));
  const [base = '?', ...marks] = Array.from(sign.normalize('NFD'));
  if (marks.length > 0) return codesOf(base);
  const code = base.codePointAt(0)!;
  return [code >= 0x20 && code <= 0x7d ? code : 0x3f];
}
