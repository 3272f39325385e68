/// <reference path="./sdp-transform.d.ts" />
import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import transform, { type ParsedMedia, type ParsedSession } from 'sdp-transform';
import type { Direction } from '../session/plan.ts';
import { type CryptoLine, readCryptoLine, writeCryptoLine } from './crypto-line.ts';
import type { SdpFault } from './door.ts';

/** One rtpmap with the fmtp of the same payload type. */
export interface FormatMap {
  readonly payloadType: number;
  /** As written; compare without case. Empty when the text gave no rtpmap. */
  readonly encoding: string;
  readonly clockRate: number;
  readonly parameters: string | undefined;
}

/** One m= section with what it inherits from the session level already put in. */
export interface MediaDescription {
  /** `audio`, `video` …, as written. */
  readonly kind: string;
  readonly port: number;
  readonly protocol: string;
  /** The format list as written: tokens parted by one blank. */
  readonly formats: string;
  /** Payload types of `formats` in their order, each with its mapping; formats that are no number are left out. */
  readonly maps: readonly FormatMap[];
  /** Address of the c= line that counts for this section; undefined when there is none. */
  readonly address: string | undefined;
  readonly direction: Direction;
  readonly ptimeMs: number | undefined;
  readonly maxptimeMs: number | undefined;
  /** RFC 3605; the address only when it was given. */
  readonly rtcp: { readonly port: number; readonly address: string | undefined } | undefined;
  /** RTP and RTCP share the port (RFC 5761). */
  readonly rtcpMux: boolean;
  /** Whether the section has `a=crypto` lines at all, and those of them that can be accepted, in their order (RFC 4568). */
  readonly crypto: { readonly given: boolean; readonly lines: readonly CryptoLine[] };
}

/** What of a session description counts for offer/answer. */
export interface Description {
  readonly sessionId: string;
  readonly sessionVersion: string;
  readonly media: readonly MediaDescription[];
}

/** Caps [ours]: m= lines, a= lines in one section, characters in one text and in one line. */
export const SDP_LIMITS = { media: 64, attributes: 256, characters: 65_536, line: 2048 } as const;

const M_LINE = /^m=([\w!#$%&'*+.^`{|}~-]+)[ \t]+(\d{1,5})(?:\/\d*)?[ \t]+([\w/.-]+)(?:[ \t]+([\t\x20-\x7e]*))?$/;

/** Lines that count for offer/answer and are left to the parser behind, which tries a pattern after another on each. */
const KEPT = /^(?:[voc]=|a=(?:rtpmap:|fmtp:|rtcp:))/;
/** Attributes that we read ourselves, because every description has them and the parser behind knows them late. */
const OWN =
  /^a=(?:(sendrecv|sendonly|recvonly|inactive)|(ptime|maxptime):(\d*(?:\.\d*)*)|crypto:[ \t]*(.*)|(rtcp-mux)$)/;
/** `a=crypto` lines of one section that are looked at. */
const CRYPTO_MAX = 16;

/** What the scan read of one section, or of the session level. */
interface Level {
  /** Empty at the session level. */
  readonly mLine: string;
  direction: Direction | undefined;
  ptimeMs: number | undefined;
  maxptimeMs: number | undefined;
  rtcpMux: boolean;
  /** Values of its `a=crypto` lines. */
  readonly crypto: string[];
}

interface Scan {
  /** Lines that can be handed on, one ending each. */
  readonly text: string;
  readonly session: Level;
  readonly sections: readonly Level[];
}

function levelOf(mLine: string): Level {
  return { mLine, direction: undefined, ptimeMs: undefined, maxptimeMs: undefined, rtcpMux: false, crypto: [] };
}

/** Take an attribute that we read ourselves, if it is one; of several the last counts. */
function takeOwn(line: string, level: Level): void {
  const match = OWN.exec(line);
  if (match === null) return;
  if (match[5] !== undefined) level.rtcpMux = true;
  else if (match[4] !== undefined) {
    if (level.crypto.length < CRYPTO_MAX) level.crypto.push(match[4]);
  } else if (match[1] !== undefined) level.direction = match[1] as Direction;
  else if (match[2] === 'ptime') level.ptimeMs = whole(match[3], 10_000);
  else level.maxptimeMs = whole(match[3], 10_000);
}

/** Blanks around a value and doubled ones inside c= and o= come from hand-written stacks. */
function mended(line: string): string {
  if (!line.startsWith('c=') && !line.startsWith('o=')) return line;
  return `${line.slice(0, 2)}${line
    .slice(2)
    .trim()
    .replace(/[ \t]+/g, ' ')}`;
}

/** One pass over the lines: caps first, then what the parser behind cannot take is mended or left out. */
function scan(sdp: string): Parsed<Scan, SdpFault> {
  if (sdp.length > SDP_LIMITS.characters) return fault('not-sdp', SDP_LIMITS.characters);
  const lines: string[] = [];
  const session = levelOf('');
  const sections: Level[] = [];
  let level = session;
  let attributes = 0;
  let at = 0;
  // RFC 8866 §5: CRLF, but a lone CR or LF ends a line too
  for (const raw of sdp.split(/\r\n|\r|\n/)) {
    const line = raw.trim();
    if (/^[a-z]=/.test(line) && line.length <= SDP_LIMITS.line) {
      if (lines.length === 0 && !line.startsWith('v=')) return fault('not-sdp', at);
      if (line.startsWith('m=')) {
        if (sections.length === SDP_LIMITS.media) return fault('too-many-media', at);
        level = levelOf(line);
        sections.push(level);
        attributes = 0;
        lines.push('m=x 0 x 0');
      } else {
        if (line.startsWith('a=') && ++attributes > SDP_LIMITS.attributes) return fault('too-many-attributes', at);
        if (KEPT.test(line)) lines.push(mended(line));
        else takeOwn(line, level);
      }
    }
    at += raw.length + 1;
  }
  if (lines.length === 0) return fault('not-sdp', 0);
  return parsed({ text: lines.join('\r\n'), session, sections });
}

function whole(value: number | string | undefined, most: number): number | undefined {
  const number = Number(value);
  return value !== undefined && value !== '' && Number.isFinite(number) && number >= 0 && number <= most
    ? Math.trunc(number)
    : undefined;
}

function addressOf(section: ParsedMedia | ParsedSession): string | undefined {
  const ip = section.connection?.ip;
  if (ip === undefined) return undefined;
  // RFC 8866 §5.7: a multicast address carries "/ttl"
  const text = String(ip);
  const slash = text.indexOf('/');
  return slash === -1 ? text : text.slice(0, slash);
}

function mapsOf(formats: string, section: ParsedMedia): readonly FormatMap[] {
  const maps: FormatMap[] = [];
  for (const token of formats.split(' ')) {
    if (!/^\d{1,3}$/.test(token)) continue;
    const payloadType = Number(token);
    if (payloadType > 127 || maps.some((map) => map.payloadType === payloadType)) continue;
    const rtp = section.rtp.find((entry) => entry.payload === payloadType);
    const fmtp = section.fmtp.find((entry) => entry.payload === payloadType);
    maps.push({
      payloadType,
      encoding: rtp === undefined ? '' : String(rtp.codec),
      clockRate: whole(rtp?.rate, 1_000_000) ?? 8000,
      parameters: fmtp === undefined ? undefined : String(fmtp.config),
    });
  }
  return maps;
}

function mediaOf(own: Level, section: ParsedMedia, session: ParsedSession, shared: Level): MediaDescription {
  const match = M_LINE.exec(own.mLine);
  const formats = (match?.[4] ?? '').trim().replace(/[ \t]+/g, ' ');
  const port = whole(match?.[2], 65535) ?? 0;
  const rtcpPort = whole(section.rtcp?.port, 65535);
  const rtcpAddress = section.rtcp?.address;
  return {
    kind: match?.[1] ?? 'x',
    port,
    protocol: match?.[3] ?? 'x',
    formats,
    maps: mapsOf(formats, section),
    address: addressOf(section) ?? addressOf(session),
    direction: own.direction ?? shared.direction ?? 'sendrecv',
    ptimeMs: own.ptimeMs,
    maxptimeMs: own.maxptimeMs,
    rtcp:
      rtcpPort === undefined
        ? undefined
        : { port: rtcpPort, address: rtcpAddress === undefined ? undefined : String(rtcpAddress) },
    rtcpMux: own.rtcpMux,
    crypto: {
      given: own.crypto.length > 0,
      lines: own.crypto.map(readCryptoLine).filter((line) => line !== undefined),
    },
  };
}

/**
 * Read a session description leniently: missing s= and t=, blank lines, any line ending and unknown lines pass; only a
 * text that does not begin with v= and one beyond the caps are refused. A malformed m= line keeps its place as a
 * section of kind `x` that nobody takes.
 */
export function readDescription(sdp: string): Parsed<Description, SdpFault> {
  const scanned = scan(sdp);
  if (!scanned.ok) return scanned;
  const { text, sections, session: shared } = scanned.value;
  const session = transform.parse(text);
  return parsed({
    sessionId: String(session.origin?.sessionId ?? ''),
    sessionVersion: String(session.origin?.sessionVersion ?? ''),
    media: sections.map((own, i) => mediaOf(own, session.media[i]!, session, shared)),
  });
}

/** An audio section that we write. */
export interface AudioSection {
  readonly port: number;
  readonly protocol: string;
  /** In the order of preference. */
  readonly formats: readonly {
    readonly payloadType: number;
    readonly encoding: string;
    readonly parameters?: string;
  }[];
  readonly direction: Direction;
  readonly ptimeMs: number;
  /** RTP and RTCP may share the port (RFC 5761): in an offer a wish, in an answer a fact. */
  readonly rtcpMux: boolean;
  /** Keys of what we shall send, each suite that we offer or the one that was chosen. */
  readonly crypto: readonly CryptoLine[];
}

/** A section that we turn down: its m= line with port 0 (RFC 3264 §6). */
export interface RefusedSection {
  readonly kind: string;
  readonly protocol: string;
  readonly formats: string;
}

/** Everything of our description but the o= line: what the version counts. */
export function writeBody(host: string, sections: readonly (AudioSection | RefusedSection)[]): string {
  const lines = ['s=-', `c=IN ${family(host)} ${host}`, 't=0 0'];
  for (const section of sections) {
    if ('kind' in section) {
      lines.push(`m=${section.kind} 0 ${section.protocol} ${section.formats === '' ? '0' : section.formats}`);
      continue;
    }
    const types = section.formats.map((format) => format.payloadType);
    lines.push(`m=audio ${section.port} ${section.protocol} ${types.join(' ')}`);
    for (const format of section.formats) {
      lines.push(`a=rtpmap:${format.payloadType} ${format.encoding}/8000`);
      if (format.parameters !== undefined) lines.push(`a=fmtp:${format.payloadType} ${format.parameters}`);
    }
    if (section.rtcpMux) lines.push('a=rtcp-mux');
    for (const line of section.crypto) lines.push(`a=crypto:${writeCryptoLine(line)}`);
    lines.push(`a=ptime:${section.ptimeMs}`, `a=${section.direction}`);
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** The first two lines; `body` follows. */
export function writeHead(host: string, sessionId: string, version: number): string {
  return `v=0\r\no=- ${sessionId} ${version} IN ${family(host)} ${host}\r\n`;
}

function family(host: string): string {
  return host.includes(':') ? 'IP6' : 'IP4';
}
