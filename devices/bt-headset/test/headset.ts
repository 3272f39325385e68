import {
  AudioGateway,
  type GatewayCall,
  type GatewayOptions,
  type GatewayOut,
  type GatewayPicture,
  type HeadsetRequest,
} from '../src/index.ts';

/** A phone with nothing going on. */
export const IDLE: GatewayPicture = {
  calls: [],
  service: true,
  signal: 5,
  roam: false,
  battery: 5,
  operator: 'Switchhook',
  ownNumber: '+361234567',
  memory: ['9999', '+441234'],
};

/** A call as short as can be: `call(1, 'in', 'active')`. */
export function call(
  index: number,
  direction: GatewayCall['direction'],
  state: GatewayCall['state'],
  more: Partial<GatewayCall> = {},
): GatewayCall {
  return { index, direction, state, number: `100${index}`, multiparty: false, ...more };
}

/** The other end of the line: what is said to the gateway and what comes back, as text. */
export class Headset {
  readonly gateway: AudioGateway;
  readonly events: GatewayOut[] = [];
  readonly requests: HeadsetRequest[] = [];
  /** What the wiring says to a request; undefined = nothing yet. */
  verdict: (request: HeadsetRequest) => boolean | undefined = () => true;
  now = 0;
  #said = '';

  constructor(options: GatewayOptions = { slc: 'ours' }) {
    this.gateway = new AudioGateway(options);
    this.show(IDLE);
  }

  /** Say one command; what the gateway answers, and whatever else it says then. */
  say(command: string): readonly string[] {
    return this.raw(`${command}\r`);
  }

  raw(text: string): readonly string[] {
    this.take(this.gateway.receive({ type: 'bytes', bytes: new TextEncoder().encode(text) }, this.now));
    return this.heard();
  }

  /** The phone's state is this now. */
  show(picture: Partial<GatewayPicture>): readonly string[] {
    this.take(this.gateway.receive({ type: 'picture', picture: { ...IDLE, ...picture } }, this.now));
    return this.heard();
  }

  calls(...calls: readonly GatewayCall[]): readonly string[] {
    return this.show({ calls });
  }

  answered(ok: boolean): readonly string[] {
    this.take(this.gateway.receive({ type: 'answered', ok }, this.now));
    return this.heard();
  }

  wait(ms: number): readonly string[] {
    const end = this.now + ms;
    for (let at = this.gateway.deadline; at !== undefined && at <= end; at = this.gateway.deadline) {
      this.now = Math.max(at, this.now);
      this.take(this.gateway.wake(this.now));
    }
    this.now = end;
    return this.heard();
  }

  /** The whole service level connection of a headset with these features; what was said last. */
  connect(features = 0x3ff): this {
    for (const command of [`AT+BRSF=${features}`, 'AT+BAC=1,2', 'AT+CIND=?', 'AT+CIND?', 'AT+CMER=3,0,0,1'])
      this.say(command);
    for (const command of ['AT+CHLD=?', 'AT+BIND=1,2', 'AT+BIND=?', 'AT+BIND?', 'AT+CLIP=1', 'AT+CCWA=1'])
      this.say(command);
    return this;
  }

  take(outputs: readonly GatewayOut[]): void {
    for (const out of outputs) {
      if (out.type === 'bytes') this.#said += new TextDecoder().decode(out.bytes);
      else if (out.type === 'request') {
        this.requests.push(out.request);
        const ok = this.verdict(out.request);
        if (ok !== undefined) this.take(this.gateway.receive({ type: 'answered', ok }, this.now));
      } else this.events.push(out);
    }
  }

  heard(): readonly string[] {
    const lines = this.#said.split('\r\n').filter((line) => line !== '');
    this.#said = '';
    return lines;
  }
}
