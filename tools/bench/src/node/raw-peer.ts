import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { parseMessage, printMessage, type ResponseParts, responseTo, type SipMessage } from '@switchhook/sip-core';

export const HOST = '127.0.0.1';

/** A message with the time at which it was read from the socket, ms of `performance.now()`. */
export interface Heard {
  readonly message: SipMessage;
  readonly atMs: number;
  readonly from: number;
}

/** A bare UDP socket that speaks SIP by hand: what stands at the other end of the wire and looks at the clock. */
export class RawPeer {
  readonly port: number;
  readonly #socket: Socket;
  readonly #waits = new Set<(heard: Heard) => boolean>();
  #count = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.port = socket.address().port;
    socket.on('message', (bytes, from) => {
      const atMs = performance.now();
      const read = parseMessage(bytes, 'datagram');
      if (!read.ok) return;
      const heard: Heard = { message: read.value, atMs, from: from.port };
      for (const wait of [...this.#waits]) if (wait(heard)) this.#waits.delete(wait);
    });
  }

  static async open(): Promise<RawPeer> {
    const socket = createSocket('udp4').bind(0, HOST);
    await once(socket, 'listening');
    return new RawPeer(socket);
  }

  /** The next message that is `what`: a method, or a status of the answer to a method as in `200 INVITE`. */
  next(what: string, limitMs = 10_000): Promise<Heard> {
    return new Promise((resolve, reject) => {
      const wait = (heard: Heard): boolean => {
        if (nameOf(heard.message) !== what) return false;
        clearTimeout(limit);
        resolve(heard);
        return true;
      };
      const limit = setTimeout(() => {
        this.#waits.delete(wait);
        reject(new Error(`no ${what} within ${limitMs} ms`));
      }, limitMs);
      this.#waits.add(wait);
    });
  }

  /** Answer what was heard. */
  answer({ message, from }: Heard, status: number, parts: ResponseParts = {}): void {
    if (message.kind !== 'request') throw new Error('only requests are answered');
    const response = responseTo(message, status, undefined, {
      toTag: 'raw',
      contact: `sip:2000@${HOST}:${this.port}`,
      ...parts,
    });
    this.#socket.send(printMessage(response), from, HOST);
  }

  /** Send a request to a port of loopback; `fields` are those of RFC 3261 §8.1.1 that change from one to the next. */
  request(
    port: number,
    method: string,
    fields: { callId: string; cseq: number; user: string; toTag?: string; branch?: string },
    body = '',
  ): void {
    const { callId, cseq, user, toTag, branch = `z9hG4bKbench${++this.#count}` } = fields;
    const lines = [
      `${method} sip:${user}@${HOST}:${port} SIP/2.0`,
      `Via: SIP/2.0/UDP ${HOST}:${this.port};branch=${branch};rport`,
      'Max-Forwards: 70',
      `From: "Bench" <sip:2000@${HOST}:${this.port}>;tag=raw${callId}`,
      `To: <sip:${user}@${HOST}:${port}>${toTag === undefined ? '' : `;tag=${toTag}`}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: ${this.#contact}`,
      'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, REFER, NOTIFY',
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
    ];
    this.#socket.send(`${lines.join('\r\n')}\r\n\r\n${body}`, port, HOST);
  }

  /** Any octets. */
  send(bytes: Uint8Array, port: number): void {
    this.#socket.send(bytes, port, HOST);
  }

  close(): void {
    this.#socket.close();
  }

  get #contact(): string {
    return `<sip:2000@${HOST}:${this.port}>`;
  }
}

/** An SDP of one G.711 stream at `port`. */
export function audioSdp(port: number): string {
  const lines = ['v=0', `o=- 1 1 IN IP4 ${HOST}`, 's=-', `c=IN IP4 ${HOST}`, 't=0 0', `m=audio ${port} RTP/AVP 0`];
  return `${[...lines, 'a=rtpmap:0 PCMU/8000', 'a=ptime:20', 'a=sendrecv'].join('\r\n')}\r\n`;
}

function nameOf(message: SipMessage): string {
  if (message.kind === 'request') return message.method;
  const method = message.headers.get('CSeq')!.split(' ')[1]!;
  return `${message.status} ${method}`;
}
