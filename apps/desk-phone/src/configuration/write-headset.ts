import { parseDocument } from 'yaml';

/** The configuration with this Bluetooth headset in it; comments and everything else stay. */
export function withHeadset(text: string, address: string): string {
  const document = parseDocument(text);
  document.setIn(['headset', 'enabled'], true);
  document.setIn(['headset', 'address'], address);
  return document.toString({ lineWidth: 0 });
}
