// The pictures of docs/using-the-phone.md are drawn by the phone itself: reducer, view, lamps and screen. UPDATE_DOCS=1 puts them there.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import {
  type Intent,
  initialPhone,
  lampLevel,
  lampPatterns,
  type PhoneEffect,
  type PhoneEvent,
  type PhoneState,
  phone,
  phoneSettings,
  view,
} from '@switchhook/phone';
import { token } from '@switchhook/sans-io';
import { test } from 'uvu';
import { lampLook } from './lamp-look.ts';
import { drawScreen } from './screen.ts';

const file = new URL('../../../../docs/using-the-phone.md', import.meta.url);
const START = Date.parse('2026-11-22T09:42:00Z');
const desk = token<'account'>('reception');
const LEGEND = 4;

/** A phone whose far ends are played by hand. */
class Story {
  #state: PhoneState = initialPhone(
    phoneSettings({ accounts: [{ id: desk, user: '1000', domain: 'pbx.test', transport: 'udp', register: true }] }),
  );
  #now = 0;
  readonly shots: string[] = [];
  last: readonly PhoneEffect[] = [];

  tell(event: PhoneEvent): this {
    const step = phone(this.#state, event, this.#now);
    this.#state = step.state;
    this.last = step.effects;
    return this;
  }

  want(...intents: readonly Intent[]): this {
    for (const intent of intents) {
      this.tell({ type: 'intent', intent });
      for (const effect of this.last) if (effect.type === 'refuse') this.tell({ type: 'refusal', text: effect.text });
    }
    return this;
  }

  after(seconds: number): this {
    this.#now += seconds * 1000;
    return this;
  }

  /** The tone, or text, of the moment before is over. */
  quiet(): this {
    return this.tell({ type: 'timer', timer: 'display' }).tell({ type: 'timer', timer: 'beep' });
  }

  held(call: string): this {
    return this.tell({ type: 'held', call: token<'call'>(call) });
  }

  talks(call: string, user: string, display: string): this {
    return this.tell({
      type: 'answered',
      call: token<'call'>(call),
      dialog: { sipCallId: call, localTag: 'l', remoteTag: 'r' },
      peer: peer(user, display),
    });
  }

  shot(caption: string, withKeys = false): this {
    const shown = view(this.#state, (at) => new Date(START + at).toISOString());
    const screen = drawScreen(
      { ...shown, ts: '', seq: 1 },
      {
        name: 'desk',
        nowMs: START + this.#now,
        lamp: (pattern) => lampLook(pattern, 0),
        colour: false,
        width: 100,
        refusal: undefined,
        notes: [],
      },
    );
    const lit = Object.entries(shown.lamps).filter(([, pattern]) => pattern !== 'off');
    const lamps = lit.map(([name, pattern]) => `${name} ${pattern}`).join(', ');
    const ear = this.#state.sounds.tone ?? (this.#state.sounds.connect.length > 0 ? 'the call' : 'nothing');
    const bell = this.#state.sounds.ringer === undefined ? '' : `; the bell: ${this.#state.sounds.ringer}`;
    this.shots.push(
      [
        `─── ${caption} `.padEnd(96, '─'),
        ...(withKeys ? screen : screen.slice(0, -LEGEND)),
        '',
        `   lamps: ${lamps === '' ? 'none' : lamps}; in the ear: ${ear}${bell}`,
      ]
        .map((line) => line.trimEnd())
        .join('\n'),
    );
    return this;
  }
}

function peer(user: string, display: string) {
  return {
    party: { uri: `sip:${user}@pbx.test`, verified: true, display },
    target: `sip:${user}@192.0.2.7`,
    allow: undefined,
    supported: undefined,
    gruu: false,
    focus: false,
  };
}

function screens(): string {
  const story = new Story();
  story
    .tell({
      type: 'registration',
      account: desk,
      state: { name: 'registered', expiresAt: 3e6, contact: 'sip:1000@192.0.2.1' },
    })
    .shot('at rest', true)
    .tell({ type: 'incoming', call: token<'call'>('a'), account: desk, peer: peer('1001', 'Kiss'), trusted: true })
    .after(4)
    .shot('a caller rings')
    .want({ verb: 'hook.lift' })
    .talks('a', '1001', 'Kiss')
    .after(65)
    .tell({ type: 'timer', timer: 'quiet' })
    .shot('handset up: you talk')
    .want({ verb: 'key.transfer' })
    .held('a')
    .shot('Transfer')
    .want({ verb: 'key.digit', digit: '2' }, { verb: 'key.digit', digit: '1' }, { verb: 'key.digit', digit: '4' })
    .shot('2 1 4')
    .want({ verb: 'key.send' })
    .tell({ type: 'progress', call: token<'call'>('c-1'), status: 180 })
    .after(3)
    .shot('#: the specialist rings')
    .talks('c-1', '214', 'Workshop')
    .after(12)
    .tell({ type: 'timer', timer: 'quiet' })
    .shot('the specialist answers')
    .want({ verb: 'key.transfer' })
    .held('c-1')
    .shot('Transfer once more: under way');
  const refer = token<'refer'>('t-1.1');
  story.tell({ type: 'refer-answered', refer, status: 403, phrase: 'Forbidden', withoutSubscription: false }).after(1);
  for (const effect of story.last) if (effect.type === 'resume') story.tell({ type: 'resumed', call: effect.call });
  story
    .shot('the exchange refuses: nobody is lost')
    .quiet()
    .want({ verb: 'key.dnd' })
    .want({ verb: 'key.redial-long' })
    .shot('a key that cannot act now, with do not disturb on');
  return ['```', story.shots.join('\n\n'), '```'].join('\n');
}

const MEANINGS: Readonly<Record<string, string>> = {
  off: 'idle; BLF: idle or unknown',
  'solid-green': 'dial tone, dialling, talking; BLF: idle, where that is wanted',
  'fast-green': 'somebody calls, or a held caller comes back',
  'slow-green': 'you hold the call',
  'gap-green': 'the other side holds you',
  'double-green': 'transfer armed or under way',
  'gap-amber': 'two whom the phone has joined talk through it: keep it on',
  'fast-red': 'the transfer failed, for five seconds; BLF: rings there',
  'slow-red': 'the handset lies beside the phone; message: new in the mailbox; BLF: held or parked',
  'solid-red': 'mute, do not disturb: on; BLF: busy',
  'blip-red': 'not registered, on all line lamps',
  'pulse-amber': 'kept for recording; nothing shows it in this version',
};

/** Two seconds of a lamp, a tenth of a second a character. */
function strip(name: string): string {
  const pattern = lampPatterns[name as keyof typeof lampPatterns];
  return Array.from({ length: 20 }, (_, i) => (name !== 'off' && lampLevel(pattern, i * 100) ? '█' : '·')).join('');
}

function lampTable(): string {
  const rows = Object.values(lampPatterns).map(({ name, colour, onOff }) => {
    const rhythm = name === 'off' ? '' : onOff.length === 0 ? 'steady' : onOff.join('/');
    return `| ${name === 'off' ? 'off' : `\`${name}\``} | ${name === 'off' ? '' : colour} | \`${strip(name)}\` | ${rhythm} | ${MEANINGS[name] ?? '?'} |`;
  });
  return ['| pattern | colour | two seconds | on/off, ms | means |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** What stands between the markers of that name is what the phone draws. */
function holds(name: string, drawn: string): void {
  const page = readFileSync(file, 'utf8');
  const [before, after] = [`<!-- ${name}: drawn by the phone -->\n`, `\n<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(before), page.indexOf(after)];
  assert.ok(from >= 0 && to > from, `docs/using-the-phone.md has no place for ${name}`);
  const start = from + before.length;
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, page.slice(0, start) + drawn + page.slice(to));
  else assert.equal(page.slice(start, to), drawn, 'the page shows another phone: UPDATE_DOCS=1 draws it anew');
}

test('phone-ux §4.2: docs/using-the-phone.md shows the terminal phone, its lamps and its display as they are', () => {
  holds('screens', screens());
});

test('phone-ux §4.3: docs/using-the-phone.md has every lamp pattern with its rhythm', () => {
  assert.deepEqual(Object.keys(MEANINGS).sort(), Object.keys(lampPatterns).sort());
  holds('lamps', lampTable());
});

test.run();
