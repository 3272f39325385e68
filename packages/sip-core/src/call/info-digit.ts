/** The digit of an INFO (`application/dtmf-relay` or `application/dtmf`), upper-case; undefined when it is something else. */
export function infoDigit(contentType: string, body: string): string | undefined {
  const type = contentType.split(';')[0]!.trim().toLowerCase();
  let sign: string | undefined;
  if (type === 'application/dtmf-relay') sign = /^\s*signal\s*=\s*([^\s]+)/im.exec(body)?.[1];
  else if (type === 'application/dtmf') sign = body.trim();
  if (sign === undefined) return undefined;
  // Some write the event number of RFC 4733 for the two signs.
  const plain = sign === '10' ? '*' : sign === '11' ? '#' : sign.toUpperCase();
  return isDigit(plain) ? plain : undefined;
}

/** The body of an INFO for one digit; undefined when it is none. */
export function infoDigitBody(digit: string, durationMs: number): string | undefined {
  const plain = digit.toUpperCase();
  return isDigit(plain) ? `Signal=${plain}\r\nDuration=${Math.round(durationMs)}\r\n` : undefined;
}

function isDigit(sign: string): boolean {
  return /^[0-9*#A-D]$/.test(sign);
}
