/**
 * SDP as the exchange hands it on: the o= line is the exchange's own and one a leg, its version rises when the text
 * changes (RFC 3264 §8); media addresses stay, so that sound flows from phone to phone.
 */
export class Dressing {
  readonly #session: number;
  #version = 0;
  #last = '';

  constructor(session: number) {
    this.#session = session;
  }

  /** `body` for this leg; `talk` makes it sendrecv whatever it said. */
  dress(body: string, talk = false): string {
    const lines = body.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('o='));
    const kept = talk ? lines.filter((line) => !/^a=(sendrecv|sendonly|recvonly|inactive)$/.test(line)) : lines;
    if (talk) kept.push('a=sendrecv');
    const text = kept.join('\r\n');
    if (text !== this.#last) this.#version++;
    this.#last = text;
    const origin = `o=exchange ${this.#session} ${this.#version} IN IP4 0.0.0.0`;
    return `${[kept[0], origin, ...kept.slice(1)].join('\r\n')}\r\n`;
  }
}
