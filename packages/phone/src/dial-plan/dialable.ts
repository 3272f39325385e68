/** Whether `text` can be dialled at all: digits, a user name or a SIP URI, printable ASCII. */
export function isDialable(text: string): boolean {
  return /^(sips?:)?[A-Za-z0-9*#+_.!~'()&=$,;?/:@%\- ]{1,128}$/.test(text) && /[A-Za-z0-9*#]/.test(text);
}

/** Somewhere that calls can be sent to: what can be dialled and stands in a header field as it is. */
export function isTarget(text: string): boolean {
  return isDialable(text) && !text.includes(' ');
}
