import { type AlsaLibrary, library, type Native, type Out } from './library.ts';

/** A sound card of this machine. Open it as `plughw:CARD=<id>`. */
export interface Card {
  /** Changes with the order of plugging; `id` is steadier. */
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly longName: string;
}

/** A PCM name that libasound advertises. Names that need arguments or come from an asoundrc may be missing. */
export interface PcmHint {
  readonly name: string;
  /** One line: line breaks of the original become ` - `. */
  readonly description: string;
  readonly direction: 'capture' | 'playback' | 'both';
}

/** The sound cards, by index. An empty list on a machine without any. */
export function listCards(): Card[] {
  const alsa = library('snd_card_next', 'cards');
  const cards: Card[] = [];
  const next: Out<number> = [-1];
  while (alsa.cardNext(next) >= 0 && next[0] >= 0) {
    const index = next[0];
    const name: Out<string | null> = [null];
    const longName: Out<string | null> = [null];
    alsa.cardName(index, name);
    alsa.cardLongName(index, longName);
    cards.push({ index, id: cardId(alsa, index), name: name[0] ?? '', longName: longName[0] ?? '' });
  }
  return cards;
}

/** The advertised PCM names (`aplay -L`). */
export function listPcms(): PcmHint[] {
  const alsa = library('snd_device_name_hint', 'pcm');
  const cell: Out<Native | null> = [null];
  if (alsa.hints(-1, 'pcm', cell) < 0 || cell[0] === null) return [];
  const list = cell[0];
  try {
    return alsa.pointers(list).map((hint) => {
      const way = alsa.hintGet(hint, 'IOID');
      return {
        name: alsa.hintGet(hint, 'NAME') ?? '',
        description: (alsa.hintGet(hint, 'DESC') ?? '').replaceAll('\n', ' - '),
        direction: way === 'Input' ? 'capture' : way === 'Output' ? 'playback' : 'both',
      };
    });
  } finally {
    alsa.hintsFree(list);
  }
}

function cardId(alsa: AlsaLibrary, index: number): string {
  const fallback = String(index);
  const control: Out<Native | null> = [null];
  if (alsa.ctlOpen(control, `hw:${index}`, 0) < 0) return fallback;
  const info: Out<Native | null> = [null];
  try {
    if (alsa.cardInfoMalloc(info) < 0) return fallback;
    return alsa.ctlCardInfo(control[0]!, info[0]!) < 0 ? fallback : alsa.cardInfoId(info[0]!);
  } finally {
    if (info[0] !== null) alsa.cardInfoFree(info[0]);
    alsa.ctlClose(control[0]!);
  }
}
