/** ISO 3166 code of a country whose supervisory tones are known. */
export type CountryName =
  | 'us'
  | 'uk'
  | 'de'
  | 'fr'
  | 'es'
  | 'it'
  | 'hu'
  | 'at'
  | 'ch'
  | 'be'
  | 'nl'
  | 'pl'
  | 'se'
  | 'no'
  | 'dk'
  | 'fi'
  | 'ru'
  | 'au'
  | 'nz'
  | 'jp'
  | 'cn'
  | 'in'
  | 'br';

/** Tones of one country in the cadence syntax of `cadence.ts`, and its ring as on/off milliseconds. */
export interface CountryTones {
  readonly dial: string;
  readonly ringback: string;
  readonly busy: string;
  /** Congestion, fast busy. */
  readonly reorder: string;
  readonly callWaiting: string;
  readonly recallDial: string;
  /** As `dial`, with something to say first: mail, or calls that go elsewhere. */
  readonly stutterDial: string;
  readonly unobtainable: string;
  readonly ring: readonly number[];
}

const SIT = '950/330,1400/330,1800/330,0/1000';
const NORMAL_RING = [1000, 4000] as const;
const DOUBLE_RING = [400, 200, 400, 2000] as const;

/** Recall dial tone where no other is known: three short interruptions, then steady (E.180 §5). */
function stutter(dial: string, times = 3): string {
  return `${`!${dial}/100,!0/100,`.repeat(times)}${dial}`;
}

/** `on/off` pairs of one frequency: `steps('425', 200, 300)` is `425/200,0/300`. */
function steps(hz: string, ...ms: readonly number[]): string {
  return ms.map((span, i) => `${i % 2 === 0 ? hz : '0'}/${span}`).join(',');
}

function country(
  dial: string,
  ringback: string,
  busy: string,
  reorder: string,
  callWaiting: string,
  ring: readonly number[],
  other: Partial<CountryTones> = {},
): CountryTones {
  const steady = dial.includes(',') ? dial.slice(0, dial.indexOf('/')) : dial;
  const [recallDial, stutterDial] = [stutter(steady), stutter(steady, 6)];
  return { dial, ringback, busy, reorder, callWaiting, recallDial, stutterDial, unobtainable: SIT, ring, ...other };
}

/** Supervisory tones by country: rounded from ITU-T E.180 supplement 2 (02/2003) and national numbering plans. */
export const COUNTRIES: Readonly<Record<CountryName, CountryTones>> = {
  us: country(
    '350+440',
    steps('440+480', 2000, 4000),
    steps('480+620', 500, 500),
    steps('480+620', 250, 250),
    steps('440', 300, 10000),
    [2000, 4000],
  ),
  uk: country(
    '350+440',
    steps('400+450', 400, 200, 400, 2000),
    steps('400', 375, 375),
    steps('400', 400, 350, 225, 525),
    steps('400', 100, 4000),
    DOUBLE_RING,
    { recallDial: '350+440/750,440/750', stutterDial: '350+440/750,440/750', unobtainable: '400' },
  ),
  de: country(
    '425',
    steps('425', 1000, 4000),
    steps('425', 480, 480),
    steps('425', 240, 240),
    steps('425', 200, 200, 200, 5000),
    NORMAL_RING,
    { recallDial: '425+400', stutterDial: '425+400' },
  ),
  fr: country(
    '440',
    steps('440', 1500, 3500),
    steps('440', 500, 500),
    steps('440', 250, 250),
    steps('440', 300, 10000),
    [1500, 3500],
  ),
  es: country(
    '425',
    steps('425', 1500, 3000),
    steps('425', 200, 200),
    steps('425', 200, 200, 200, 200, 200, 600),
    steps('425', 175, 175, 175, 3500),
    [1500, 3000],
  ),
  it: country(
    steps('425', 200, 200, 600, 1000),
    steps('425', 1000, 4000),
    steps('425', 500, 500),
    steps('425', 200, 200),
    steps('425', 400, 100, 250, 100, 150, 14000),
    NORMAL_RING,
  ),
  hu: country(
    '425',
    steps('425', 1250, 3750),
    steps('425', 300, 300),
    steps('425', 300, 300),
    steps('425', 40, 1960),
    [1250, 3750],
  ),
  at: country(
    '420',
    steps('420', 1000, 5000),
    steps('420', 400, 400),
    steps('420', 200, 200),
    steps('420', 40, 1960),
    [1000, 5000],
  ),
  ch: country(
    '425',
    steps('425', 1000, 4000),
    steps('425', 500, 500),
    steps('425', 200, 200),
    steps('425', 200, 200, 200, 4000),
    NORMAL_RING,
  ),
  be: country(
    '425',
    steps('425', 1000, 3000),
    steps('425', 500, 500),
    steps('425', 167, 167),
    steps('1400', 175, 175, 175, 3500),
    [1000, 3000],
  ),
  nl: country(
    '425',
    steps('425', 1000, 4000),
    steps('425', 500, 500),
    steps('425', 250, 250),
    steps('425', 500, 9500),
    NORMAL_RING,
  ),
  pl: country(
    '425',
    steps('425', 1000, 4000),
    steps('425', 500, 500),
    steps('425', 500, 500),
    steps('425', 150, 150, 150, 4000),
    NORMAL_RING,
  ),
  se: country(
    '425',
    steps('425', 1000, 5000),
    steps('425', 250, 250),
    steps('425', 250, 750),
    steps('425', 200, 500, 200, 9100),
    [1000, 5000],
  ),
  no: country(
    '425',
    steps('425', 1000, 4000),
    steps('425', 500, 500),
    steps('425', 200, 200),
    steps('425', 200, 600, 200, 10000),
    NORMAL_RING,
  ),
  dk: country(
    '425',
    steps('425', 1000, 4000),
    steps('425', 500, 500),
    steps('425', 200, 200),
    '!425/200,!0/600,!425/200,!0/3000,!425/200,!0/200,!425/200',
    NORMAL_RING,
  ),
  fi: country(
    '425',
    steps('425', 1000, 4000),
    steps('425', 300, 300),
    steps('425', 200, 200),
    steps('425', 150, 150, 150, 8000),
    NORMAL_RING,
  ),
  ru: country(
    '425',
    steps('425', 1000, 4000),
    steps('425', 350, 350),
    steps('425', 175, 175),
    steps('425', 200, 5000),
    NORMAL_RING,
  ),
  au: country(
    '413+438',
    steps('413+438', 400, 200, 400, 2000),
    steps('425', 375, 375),
    '425/375,0/375,420/375,0/375',
    steps('425', 200, 200, 200, 4400),
    DOUBLE_RING,
  ),
  nz: country(
    '400',
    steps('400+450', 400, 200, 400, 2000),
    steps('400', 500, 500),
    steps('400', 250, 250),
    '!400/200,!0/3000,!400/200,!0/3000,!400/200,!0/3000,!400/200',
    DOUBLE_RING,
  ),
  jp: country(
    '400',
    steps('400+15', 1000, 2000),
    steps('400', 500, 500),
    steps('400', 500, 500),
    steps('400+16', 500, 8000),
    [1000, 2000],
  ),
  cn: country(
    '450',
    steps('450', 1000, 4000),
    steps('450', 350, 350),
    steps('450', 700, 700),
    steps('450', 400, 4000),
    NORMAL_RING,
  ),
  in: country(
    '400*25',
    steps('400*25', 400, 200, 400, 2000),
    steps('400', 750, 750),
    steps('400', 250, 250),
    steps('400', 200, 100, 200, 7500),
    DOUBLE_RING,
  ),
  br: country(
    '425',
    steps('425', 1000, 4000),
    steps('425', 250, 250),
    steps('425', 250, 250, 750, 250),
    steps('425', 50, 1000),
    NORMAL_RING,
  ),
};
