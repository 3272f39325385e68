import type { Core } from '@switchhook/sans-io';
import type { Flow, NetworkIn, NetworkOut } from '@switchhook/sip-core';
import { B2buaExchange, type MakeUserAgent } from './b2bua.ts';
import { NotifyingExchange } from './notifying.ts';
import { ProxyExchange } from './proxy.ts';
import type { Registrar } from './registrar.ts';
import type { ExchangeSettings, ExchangeStyle } from './settings.ts';

/** An exchange of either style. */
export interface Exchange extends Core<NetworkIn, NetworkOut> {
  readonly registrar: Registrar;
  /** Know a phone without its registering: `contact` is its Contact URI. */
  know(user: string, contact: string, flow: Flow): void;
}

/** Make an exchange. `make` gives the b2bua its user agents. */
export function makeExchange(style: ExchangeStyle, settings: ExchangeSettings, make: MakeUserAgent): Exchange {
  const exchange = ofStyle(style, settings, make);
  return settings.notifies === true ? new NotifyingExchange(exchange, settings) : exchange;
}

function ofStyle(style: ExchangeStyle, settings: ExchangeSettings, make: MakeUserAgent): Exchange {
  switch (style) {
    case 'proxy':
      return new ProxyExchange(settings);
    case 'b2bua':
      return new B2buaExchange(settings, make);
    default:
      throw style satisfies never;
  }
}
