import type { Flow, SipTransport, SipTransportListener } from '@switchhook/sip-core';
import type { DatagramPort } from '../network/virtual-network.ts';

/** A user agent's sockets in the virtual network: UDP at one address. */
export function sipPort(port: DatagramPort): SipTransport {
  let listener: SipTransportListener | undefined;
  const cut = port.address.lastIndexOf(':');
  port.onReceive = (bytes, from) => listener?.received(flowOf(from), bytes);
  return {
    local: { udp: { host: port.address.slice(0, cut), port: Number(port.address.slice(cut + 1)) } },
    listen: (to) => {
      listener = to;
    },
    send: (flow, bytes) => port.send(`${flow.host}:${flow.port}`, bytes),
    end: () => {},
    close: () => {
      listener = undefined;
      port.close();
    },
  };
}

function flowOf(address: string): Flow {
  const cut = address.lastIndexOf(':');
  return { transport: 'udp', host: address.slice(0, cut), port: Number(address.slice(cut + 1)) };
}
