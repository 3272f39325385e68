import { token } from '@switchhook/sans-io';
import type { AccountId, RegistrationState } from '@switchhook/sip-core';
import { Emitter } from './emitter.ts';
import type { SoftphoneCall } from './softphone-call.ts';

/** An identity at an exchange, as it would stand in any softphone's form. */
export interface LineOptions {
  readonly user: string;
  readonly domain: string;
  readonly displayName?: string;
  /** Name for the password check. Default `user`. */
  readonly authId?: string;
  readonly password?: string;
  /** `host` or `host:port`. Default `domain`. */
  readonly server?: string;
  readonly transport?: 'udp' | 'tcp';
  /** Encrypted sound: not at all (default), where the other side can, or always and never in clear. */
  readonly srtp?: 'off' | 'prefer' | 'require';
  /** Whether to register. Default true. */
  readonly register?: boolean;
  readonly expiresS?: number;
}

interface LineEvents {
  registration: RegistrationState;
}

/** One line of a softphone. */
export class SoftphoneLine extends Emitter<LineEvents> {
  readonly id: AccountId;
  readonly options: LineOptions;
  readonly #dial: (line: SoftphoneLine, to: string) => Promise<SoftphoneCall>;
  #registration: RegistrationState = { name: 'unregistered' };

  constructor(n: number, options: LineOptions, dial: (line: SoftphoneLine, to: string) => Promise<SoftphoneCall>) {
    super();
    this.id = token<'account'>(`line-${n}`);
    this.options = options;
    this.#dial = dial;
  }

  get registration(): RegistrationState {
    return this.#registration;
  }

  /** Call a number or a SIP URI; resolves as soon as the call exists. A call that talks is held first. */
  call(to: string): Promise<SoftphoneCall> {
    return this.#dial(this, to);
  }

  /** For the softphone: the registration has moved. */
  registered(state: RegistrationState): void {
    this.#registration = state;
    this.emit('registration', state);
  }
}
