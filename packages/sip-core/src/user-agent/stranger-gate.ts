import type { Millis } from '@switchhook/sans-io';

/** How many new calls are taken from those that are no server of ours, in 10 s. */
export interface StrangerLimits {
  readonly perSource: number;
  readonly inAll: number;
}

const WINDOW_MS = 10_000;
/** The first ban; each further one of the same source lasts twice as long, up to a day. */
const BAN_MS = 600_000;
const MOST_BAN_MS = 86_400_000;
/** Sources that are remembered at a time: the longest silent one makes room. */
const MAX_SOURCES = 1024;

interface Source {
  /** Call-IDs of its INVITEs, with the moment of the first: one that is sent again is no new one. */
  readonly calls: Map<string, Millis>;
  bannedUntil: Millis;
  bans: number;
}

/** Keeps scanners from ringing: a source that calls too often is not answered for a while (sip-core.md §10). */
export class StrangerGate {
  readonly #limits: StrangerLimits;
  readonly #sources = new Map<string, Source>();
  #recent: readonly Millis[] = [];

  constructor(limits: StrangerLimits) {
    this.#limits = limits;
  }

  /** Whether an INVITE that begins a call is to be looked at. */
  admits(host: string, sipCallId: string, now: Millis): 'yes' | 'too-many' | 'banned' {
    const source = this.#source(host);
    if (now < source.bannedUntil) return 'banned';
    for (const [id, at] of source.calls) if (at <= now - WINDOW_MS) source.calls.delete(id);
    if (source.calls.has(sipCallId)) return 'yes';
    if (source.calls.size >= this.#limits.perSource) {
      source.bannedUntil = now + Math.min(MOST_BAN_MS, BAN_MS * 2 ** source.bans++);
      return 'too-many';
    }
    this.#recent = this.#recent.filter((at) => at > now - WINDOW_MS);
    if (this.#recent.length >= this.#limits.inAll) return 'too-many';
    if (Number.isFinite(this.#limits.inAll)) this.#recent = [...this.#recent, now];
    if (Number.isFinite(this.#limits.perSource)) source.calls.set(sipCallId, now);
    return 'yes';
  }

  /** The source's record, moved to the end of the line. */
  #source(host: string): Source {
    const held = this.#sources.get(host) ?? { calls: new Map(), bannedUntil: 0, bans: 0 };
    this.#sources.delete(host);
    if (this.#sources.size >= MAX_SOURCES) {
      const [oldest] = this.#sources.keys();
      this.#sources.delete(oldest!);
    }
    this.#sources.set(host, held);
    return held;
  }
}
