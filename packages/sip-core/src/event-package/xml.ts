import { fault, type Parsed, parsed } from '@switchhook/sans-io';

/** An element of a document. Names are without prefix; `space` is the namespace that the prefix stands for. */
export interface XmlElement {
  readonly name: string;
  readonly space: string;
  /** By name without prefix. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own character data, that of its children not among it. */
  readonly text: string;
}

export type XmlFault =
  | 'too-long'
  | 'too-deep'
  | 'too-many'
  | 'markup'
  | 'doctype'
  | 'entity'
  | 'attribute'
  | 'name'
  | 'prefix'
  | 'nesting'
  | 'unclosed'
  | 'outside';

/** Characters of a document, elements one in another and in all, attributes of one element, and characters of a name. */
const LIMITS = { length: 65_536, depth: 12, elements: 2048, attributes: 32, name: 128 } as const;

const XML_SPACE = 'http://www.w3.org/XML/1998/namespace';

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

interface Open {
  readonly tag: string;
  readonly name: string;
  readonly space: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  readonly spaces: ReadonlyMap<string, string>;
  text: string;
}

interface Tag {
  readonly tag: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly closed: boolean;
  readonly end: number;
}

/**
 * Read an XML 1.0 document with namespaces, as event packages carry it. Refused: a document type (and with it every entity
 * but the five that XML has itself), and all that is above the limits. Comments and processing instructions are skipped.
 * Linear in its length.
 */
export function readXml(text: string): Parsed<XmlElement, XmlFault> {
  if (text.length > LIMITS.length) return fault('too-long', LIMITS.length);
  const open: Open[] = [];
  let root: XmlElement | undefined;
  let count = 0;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < text.length) {
    const top = open.at(-1);
    if (text[at] !== '<') {
      const next = text.indexOf('<', at);
      const end = next < 0 ? text.length : next;
      const data = decode(text, at, end);
      if (!data.ok) return data;
      if (top !== undefined) top.text += data.value;
      else if (data.value.trim() !== '') return fault('outside', at);
      at = end;
      continue;
    }
    const skipped = skipMarkup(text, at);
    if (!skipped.ok) return skipped;
    if (skipped.value > at) {
      at = skipped.value;
      continue;
    }
    if (text.startsWith('<![CDATA[', at)) {
      const end = text.indexOf(']]>', at);
      if (end < 0) return fault('unclosed', at);
      if (top === undefined) return fault('outside', at);
      top.text += text.slice(at + 9, end);
      at = end + 3;
      continue;
    }
    if (text[at + 1] === '/') {
      const end = text.indexOf('>', at);
      if (end < 0) return fault('unclosed', at);
      if (top === undefined || text.slice(at + 2, end).trimEnd() !== top.tag) return fault('nesting', at);
      open.pop();
      root = close(top, open.at(-1)) ?? root;
      at = end + 1;
      continue;
    }
    if (root !== undefined) return fault('outside', at);
    const tag = readTag(text, at);
    if (!tag.ok) return tag;
    if (++count > LIMITS.elements) return fault('too-many', at);
    if (open.length >= LIMITS.depth) return fault('too-deep', at);
    const element = begin(tag.value, top, at);
    if (!element.ok) return element;
    if (tag.value.closed) root = close(element.value, top) ?? root;
    else open.push(element.value);
    at = tag.value.end;
  }
  if (root === undefined || open.length > 0) return fault('unclosed', at);
  return parsed(root);
}

/** The first child of that name, in the namespace of its parent. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name && child.space === element.space);
}

/** The children of that name, in the namespace of their parent. */
export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name && child.space === element.space);
}

/** Behind a comment or a processing instruction; where it was when neither is there. */
function skipMarkup(text: string, at: number): Parsed<number, XmlFault> {
  const [from, mark] = text.startsWith('<!--', at) ? [at + 4, '-->'] : text.startsWith('<?', at) ? [at + 2, '?>'] : [];
  if (from !== undefined && mark !== undefined) {
    const end = text.indexOf(mark, from);
    return end < 0 ? fault('unclosed', at) : parsed(end + mark.length);
  }
  if (text.startsWith('<!', at) && !text.startsWith('<![CDATA[', at)) return fault('doctype', at);
  return parsed(at);
}

/** A start tag; `at` is where it opens. */
function readTag(text: string, at: number): Parsed<Tag, XmlFault> {
  let here = nameEnd(text, at + 1);
  const tag = text.slice(at + 1, here);
  if (!isName(tag)) return fault('name', at);
  const attributes: (readonly [string, string])[] = [];
  const names = new Set<string>();
  for (;;) {
    const gap = here;
    here = blanksEnd(text, here);
    if (here >= text.length) return fault('unclosed', at);
    if (text[here] === '>') return parsed({ tag, attributes, closed: false, end: here + 1 });
    if (text.startsWith('/>', here)) return parsed({ tag, attributes, closed: true, end: here + 2 });
    if (gap === here) return fault('markup', here);
    const end = nameEnd(text, here);
    const name = text.slice(here, end);
    if (!isName(name) || names.has(name) || attributes.length >= LIMITS.attributes) return fault('attribute', here);
    const equals = blanksEnd(text, end);
    const quote = blanksEnd(text, equals + 1);
    const mark = text[quote];
    if (text[equals] !== '=' || (mark !== '"' && mark !== "'")) return fault('attribute', here);
    const closing = text.indexOf(mark, quote + 1);
    if (closing < 0) return fault('unclosed', at);
    const value = decode(text, quote + 1, closing);
    if (!value.ok) return value;
    if (text.slice(quote + 1, closing).includes('<')) return fault('attribute', here);
    names.add(name);
    attributes.push([name, value.value]);
    here = closing + 1;
  }
}

function begin({ tag, attributes }: Tag, parent: Open | undefined, at: number): Parsed<Open, XmlFault> {
  const declared = attributes.filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
  const inherited = parent?.spaces ?? new Map([['xml', XML_SPACE]]);
  const spaces = declared.length === 0 ? inherited : new Map(inherited);
  // A Map that was copied here, and is no one else's.
  for (const [name, value] of declared) (spaces as Map<string, string>).set(name.slice(6), value);
  const { prefix, local } = split(tag);
  const space = prefix === '' ? (spaces.get('') ?? '') : spaces.get(prefix);
  if (space === undefined) return fault('prefix', at);
  const plain = attributes.filter((one) => !declared.includes(one)).map(([name, value]) => [split(name).local, value]);
  return parsed({
    tag,
    name: local,
    space,
    attributes: new Map(plain as [string, string][]),
    children: [],
    spaces,
    text: '',
  });
}

/** The element as it is, put into its parent; given back when it has none. */
function close({ name, space, attributes, children, text }: Open, parent: Open | undefined): XmlElement | undefined {
  const element = { name, space, attributes, children, text };
  if (parent === undefined) return element;
  parent.children.push(element);
  return undefined;
}

function split(name: string): { readonly prefix: string; readonly local: string } {
  const colon = name.indexOf(':');
  return { prefix: name.slice(0, Math.max(colon, 0)), local: name.slice(colon + 1) };
}

/** Character data with its references resolved. */
function decode(text: string, from: number, to: number): Parsed<string, XmlFault> {
  const raw = text.slice(from, to);
  let at = raw.indexOf('&');
  if (at < 0) return parsed(raw);
  let out = '';
  let start = 0;
  while (at >= 0) {
    const end = raw.indexOf(';', at);
    // The longest that means something is &#x10FFFF;
    if (end < 0 || end - at > 10) return fault('entity', from + at);
    const name = raw.slice(at + 1, end);
    const known = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
    const sign = name.startsWith('#') ? signOf(name.slice(1)) : known;
    if (sign === undefined) return fault('entity', from + at);
    out += raw.slice(start, at) + sign;
    start = end + 1;
    at = raw.indexOf('&', start);
  }
  return parsed(out + raw.slice(start));
}

function signOf(code: string): string | undefined {
  const hexadecimal = code.startsWith('x');
  const digits = hexadecimal ? code.slice(1) : code;
  if (!(hexadecimal ? /^[0-9a-fA-F]{1,6}$/ : /^[0-9]{1,7}$/).test(digits)) return undefined;
  const point = Number.parseInt(digits, hexadecimal ? 16 : 10);
  const allowed = point === 9 || point === 10 || point === 13 || (point >= 32 && point <= 0x10ffff);
  return allowed && !(point >= 0xd800 && point <= 0xdfff) ? String.fromCodePoint(point) : undefined;
}

function isName(text: string): boolean {
  return (
    text.length <= LIMITS.name &&
    /^[A-Za-z_\u0080-\uffff][A-Za-z0-9_.\-\u0080-\uffff]*(:[A-Za-z_\u0080-\uffff][A-Za-z0-9_.\-\u0080-\uffff]*)?$/.test(
      text,
    )
  );
}

function nameEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !' \t\r\n=/><"\''.includes(text[at]!)) at++;
  return at;
}

function blanksEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at]!)) at++;
  return at;
}
