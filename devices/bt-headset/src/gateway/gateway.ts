//  bytes ─► lines ─► command ─► answer at once ────────────────► OK / ERROR
//                       └─► request ─► (wiring) ─► answered ───► OK / ERROR
//  picture ─► changes ─► +CIEV … RING +CLIP / +CCWA   (after the answer that is open)
import { type Core, Deadlines, earliest, type Millis } from '@switchhook/sans-io';
import { Allowance } from './allowance.ts';
import { CME, callList, operatorName, ownNumber } from './answers.ts';
import { CallReports } from './call-reports.ts';
import { CodecChoice, type CodecSays } from './codec-choice.ts';
import { type AtCommand, parseCommand } from './command.ts';
import {
  CODEC_NEGOTIATION,
  GATEWAY_FEATURES,
  type GatewayCounts,
  type GatewayIn,
  type GatewayOptions,
  type GatewayOut,
  type HeadsetRequest,
} from './door.ts';
import { indicatorRanges } from './indicators.ts';
import { AtLines } from './lines.ts';

/** What bluealsa answers; the numbers that it copies to us are read all the same. */
const ANSWERED_BY_THEM: ReadonlySet<AtCommand['name']> = new Set([
  'features',
  'codecs',
  'codec-chosen',
  'codec-connection',
  'indicators-test',
  'indicators-read',
  'report-indicators',
  'wanted-indicators',
  'volume',
  'noise-reduction',
  'apple-accessory',
  'apple-state',
]);
/** Bits of the headset's AT+BRSF (HFP 1.8 §4.34.1). */
const HF_THREE_WAY = 0x2;
const HF_INDICATORS = 0x100;
/** HF indicator of the battery (HFP 1.8 §4.36). */
const BATTERY = 2;
/** The wiring answers in the same turn; what it does not answer is refused. */
const ANSWER_MS = 2000;
/** After this long without a word of set-up, somebody else's service level connection stands. */
const SETTLE_MS = 2000;
/** After the last command of their set-up: time for their OK to go first. */
const SETTLED_MS = 200;

type Verdict = 'ok' | 'silent' | 'open' | 'error' | { readonly cme: keyof typeof CME };

/**
 * The audio gateway of the hands-free profile (HFP 1.8), and of the headset profile's one button: it speaks AT with one
 * headset, tells it of the phone's calls, and says what its person wants. One object a connection.
 */
export class AudioGateway implements Core<GatewayIn, GatewayOut> {
  readonly #theirs: boolean;
  readonly #carriesVoice: boolean;
  readonly #lines = new AtLines();
  readonly #allowance = new Allowance();
  readonly #codecs: CodecChoice;
  readonly #reports: CallReports;
  readonly #timers = new Deadlines<'answer' | 'settle'>();
  readonly #faults = { unknown: 0, malformed: 0, unanswered: 0, flood: 0 };
  #extendedErrors = false;
  #features: number | undefined;
  #heldTest = false;
  #indicatorsRead = false;
  #askAnew = false;
  #connected = false;
  /** A request is with the wiring. */
  #open = false;

  constructor({ slc, codecs = [], ringEveryMs = 3000 }: GatewayOptions) {
    this.#theirs = slc === 'theirs';
    this.#reports = new CallReports(this.#theirs, ringEveryMs);
    this.#carriesVoice = codecs.length > 0;
    this.#codecs = new CodecChoice(codecs);
  }

  get deadline(): Millis | undefined {
    return earliest(this.#timers.next, this.#codecs.deadline, this.#reports.deadline);
  }

  /** How often each fault was met. */
  get counts(): GatewayCounts {
    const { flood, ...lines } = this.#lines.counts;
    return { ...lines, ...this.#faults, flood: flood + this.#faults.flood };
  }

  receive(input: GatewayIn, now: Millis): readonly GatewayOut[] {
    const out = [...this.wake(now)];
    switch (input.type) {
      case 'bytes':
        this.#lines.push(input.bytes);
        this.#commands(out, now);
        return out;
      case 'answered':
        if (!this.#open) return out;
        this.#close(out, input.ok ? 'ok' : { cme: 'not-allowed' }, now);
        return out;
      case 'picture':
        this.#reports.picture = input.picture;
        // Their service level connection is taken as new when we come: it may have been there for hours.
        if (this.#theirs && !this.#connected && !this.#timers.has('settle'))
          this.#timers.set('settle', now + SETTLE_MS);
        this.#tell(out, now);
        return out;
      case 'volume':
        say(out, `${input.of === 'speaker' ? '+VGS' : '+VGM'}: ${Math.max(0, Math.min(15, Math.round(input.level)))}`);
        return out;
      case 'open-audio':
        this.#codecSays(out, this.#codecs.open(now));
        return out;
      default:
        input satisfies never;
        throw new Error('unknown input of the audio gateway');
    }
  }

  wake(now: Millis): readonly GatewayOut[] {
    const out: GatewayOut[] = [];
    for (const timer of this.#timers.due(now)) {
      if (timer === 'answer') {
        this.#faults.unanswered++;
        this.#close(out, 'error', now);
      } else this.#connect(out, now);
    }
    for (const line of this.#reports.wake(now, this.#open)) say(out, line);
    this.#codecSays(out, this.#codecs.wake(now));
    return out;
  }

  /** Look at what waits, one command after the other, until one has to be answered by the wiring. */
  #commands(out: GatewayOut[], now: Millis): void {
    while (!this.#open) {
      const line = this.#lines.next();
      if (line === undefined) return;
      if (!this.#allowance.take(now)) this.#faults.flood++;
      else if (line.type === 'too-long') this.#answer(out, 'error');
      else this.#command(line.text, out, now);
    }
  }

  #command(text: string, out: GatewayOut[], now: Millis): void {
    const read = parseCommand(text);
    if (!read.ok) {
      this.#faults[read.fault === 'unknown' ? 'unknown' : 'malformed']++;
      const dial = read.fault === 'dial-too-long' || read.fault === 'dial-characters';
      this.#answer(out, dial ? { cme: read.fault } : 'error');
      return;
    }
    const theirs = this.#theirs && ANSWERED_BY_THEM.has(read.value.name);
    const said: GatewayOut[] = [];
    const verdict = this.#obey(read.value, said);
    out.push(...(theirs ? said.filter(({ type }) => type !== 'bytes') : said));
    if (theirs) this.#settling(read.value, now);
    if (verdict === 'open') this.#timers.set('answer', now + ANSWER_MS);
    else if (!theirs) this.#answer(out, verdict);
    this.#afterwards(read.value, out, now);
  }

  #obey(command: AtCommand, out: GatewayOut[]): Verdict {
    const { calls, memory, operator, ownNumber: ours } = this.#reports.picture;
    switch (command.name) {
      case 'attention':
      case 'operator-format':
      case 'hf-indicators':
        return 'ok';
      case 'answer': {
        const { rings } = this.#reports;
        return rings === undefined ? { cme: 'not-allowed' } : this.#request(out, { name: 'answer', call: rings.index });
      }
      case 'hang-up':
        return calls.length === 0 ? { cme: 'not-allowed' } : this.#request(out, { name: 'hangup' });
      case 'redial':
        return this.#request(out, { name: 'redial' });
      case 'dial':
        return this.#dial(out, command.number);
      case 'dial-memory': {
        const number = memory[command.place - 1];
        return number === undefined ? { cme: 'bad-index' } : this.#dial(out, number);
      }
      case 'digit':
        return this.#request(out, { name: 'digit', digit: command.digit });
      case 'holding':
        return this.#holding(out, command.act, command.call);
      case 'button':
        return this.#request(out, { name: 'button' });
      case 'volume':
        return this.#request(out, { name: 'volume', of: command.of, level: command.level });
      case 'features': {
        this.#features = command.bits;
        say(out, `+BRSF: ${GATEWAY_FEATURES | (this.#carriesVoice ? CODEC_NEGOTIATION : 0)}`);
        return 'ok';
      }
      case 'codecs':
        this.#askAnew = this.#codecs.available(command.ids);
        return 'ok';
      case 'codec-connection':
        return this.#carriesVoice ? 'ok' : { cme: 'not-supported' };
      case 'codec-chosen':
        return this.#codecs.chosen(command.id) ? 'ok' : 'error';
      case 'indicators-test':
        say(out, `+CIND: ${indicatorRanges()}`);
        return 'ok';
      case 'indicators-read':
        say(out, this.#reports.read());
        return 'ok';
      case 'report-indicators':
        this.#reports.indicators = command.on;
        return 'ok';
      case 'wanted-indicators':
        this.#reports.want(command.wanted);
        return 'ok';
      case 'holding-test':
        this.#heldTest = true;
        say(out, '+CHLD: (0,1,1x,2,2x,3,4)');
        return 'ok';
      case 'hf-indicators-test':
        say(out, `+BIND: (${BATTERY})`);
        return 'ok';
      case 'hf-indicators-read':
        this.#indicatorsRead = true;
        say(out, `+BIND: ${BATTERY},1`);
        return 'ok';
      case 'hf-indicator':
        if (command.id !== BATTERY || command.value > 100) return { cme: 'bad-index' };
        out.push({ type: 'battery', percent: command.value });
        return 'ok';
      case 'apple-accessory':
        // 2 = we want to be told of its battery.
        say(out, '+XAPL=Switchhook,2');
        return 'ok';
      case 'apple-state':
        if (command.batteryTenths !== undefined)
          out.push({ type: 'battery', percent: (command.batteryTenths + 1) * 10 });
        return 'ok';
      case 'caller-id':
        this.#reports.callerId = command.on;
        return 'ok';
      case 'call-waiting':
        this.#reports.callWaiting = command.on;
        return 'ok';
      case 'extended-errors':
        this.#extendedErrors = command.on;
        return 'ok';
      case 'calls':
        for (const line of callList(calls)) say(out, line);
        return 'ok';
      case 'operator':
        say(out, operatorName(operator));
        return 'ok';
      case 'own-number':
        if (ours !== undefined) say(out, ownNumber(ours));
        return 'ok';
      case 'noise-reduction': // neither is said in +BRSF, so both get ERROR (HFP 1.8 §4.24, §4.25)
      case 'voice-recognition':
        return { cme: 'not-supported' };
      default:
        command satisfies never;
        throw new Error('unknown command');
    }
  }

  #dial(out: GatewayOut[], number: string): Verdict {
    if (!this.#reports.picture.service) return { cme: 'no-service' };
    return this.#request(out, { name: 'dial', number });
  }

  /** AT+CHLD: where a waiting call and a held one are there, the waiting one is meant (3GPP TS 22.030 §6.5.5.1). */
  #holding(out: GatewayOut[], act: 0 | 1 | 2 | 3 | 4, index: number | undefined): Verdict {
    const { calls } = this.#reports.picture;
    const { rings } = this.#reports;
    const held = calls.find(({ state }) => state === 'held');
    if (index !== undefined) {
      const call = calls.find((each) => each.index === index);
      if (call === undefined) return { cme: 'bad-index' };
      if (call.state !== 'active' && call.state !== 'held') return { cme: 'not-allowed' };
      return this.#request(out, { name: act === 1 ? 'release' : 'private', call: index });
    }
    const refused = { cme: 'not-allowed' } as const;
    switch (act) {
      case 0:
        if (rings !== undefined) return this.#request(out, { name: 'reject', call: rings.index });
        return held === undefined ? refused : this.#request(out, { name: 'release', call: held.index });
      case 1:
        return calls.length === 0 ? refused : this.#request(out, { name: 'release-and-accept' });
      case 2:
        if (rings !== undefined) return this.#request(out, { name: 'answer', call: rings.index });
        return calls.length === 0 ? refused : this.#request(out, { name: 'hold-swap' });
      case 3:
        return held === undefined ? refused : this.#request(out, { name: 'merge' });
      case 4:
        return calls.length < 2 ? refused : this.#request(out, { name: 'transfer' });
      default:
        act satisfies never;
        throw new Error('unknown act of AT+CHLD');
    }
  }

  #request(out: GatewayOut[], request: HeadsetRequest): Verdict {
    if (this.#theirs && request.name === 'volume') {
      // answered already: nothing waits for the wiring's word
      out.push({ type: 'request', request });
      return 'silent';
    }
    this.#open = true;
    out.push({ type: 'request', request });
    return 'open';
  }

  #close(out: GatewayOut[], verdict: Verdict, now: Millis): void {
    this.#open = false;
    this.#timers.clear('answer');
    this.#answer(out, verdict);
    this.#tell(out, now);
    this.#commands(out, now);
  }

  #answer(out: GatewayOut[], verdict: Verdict): void {
    if (verdict === 'ok') say(out, 'OK');
    else if (typeof verdict === 'object' && this.#extendedErrors) say(out, `+CME ERROR: ${CME[verdict.cme]}`);
    else if (verdict !== 'silent' && verdict !== 'open') say(out, 'ERROR');
  }

  /** What follows a command after its answer. */
  #afterwards(command: AtCommand, out: GatewayOut[], now: Millis): void {
    switch (command.name) {
      case 'report-indicators':
      case 'wanted-indicators':
      case 'holding-test':
      case 'hf-indicators-read':
        if (!this.#theirs && this.#isSetUp()) this.#connect(out, now);
        this.#tell(out, now);
        return;
      case 'codecs':
        if (this.#askAnew) this.#codecSays(out, this.#codecs.open(now));
        this.#askAnew = false;
        return;
      case 'codec-connection':
        if (!this.#theirs && this.#carriesVoice) this.#codecSays(out, this.#codecs.open(now));
        return;
      case 'codec-chosen': {
        const { agreed } = this.#codecs;
        if (!this.#theirs && agreed !== undefined) out.push({ type: 'codec', codec: agreed });
        return;
      }
      case 'button':
      case 'volume':
        // A headset profile headset has no service level connection: its first word makes it one.
        if (!this.#theirs && this.#features === undefined) this.#connect(out, now);
        return;
      default:
        return;
    }
  }

  /** CMER, and what both ends can do besides (HFP 1.8 §4.2.1). */
  #isSetUp(): boolean {
    const theirs = this.#features ?? 0;
    if (!this.#reports.indicators) return false;
    if ((theirs & HF_THREE_WAY) !== 0 && !this.#heldTest) return false;
    return (theirs & HF_INDICATORS) === 0 || this.#indicatorsRead;
  }

  #settling(command: AtCommand, now: Millis): void {
    if (this.#connected || command.name === 'volume') return;
    this.#timers.set('settle', now + (command.name === 'report-indicators' ? SETTLED_MS : SETTLE_MS));
  }

  #connect(out: GatewayOut[], now: Millis): void {
    if (this.#connected) return;
    this.#connected = true;
    if (this.#theirs) this.#reports.indicators = true;
    const threeWay = !this.#theirs && ((this.#features ?? 0) & HF_THREE_WAY) !== 0;
    out.push({ type: 'connected', threeWay });
    this.#tell(out, now);
  }

  /** Bring the headset's belief to what holds, and ring; after the answer that is open. */
  #tell(out: GatewayOut[], now: Millis): void {
    if (this.#open || !this.#connected) return;
    for (const line of this.#reports.tell(now)) say(out, line);
  }

  #codecSays(out: GatewayOut[], says: readonly CodecSays[]): void {
    for (const one of says) {
      if (one.type === 'ask') say(out, `+BCS: ${one.id}`);
      else out.push(one);
    }
  }
}

const encoder = new TextEncoder();

/** One result code: CR LF on both sides (V.250 §5.7.1). */
function say(out: GatewayOut[], text: string): void {
  out.push({ type: 'bytes', bytes: encoder.encode(`\r\n${text}\r\n`) });
}
