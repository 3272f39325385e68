/** `note` = neither good nor bad, for who looks; `warning` = works, and should not stay so; `fault` = does not work. */
export type Verdict = 'ok' | 'note' | 'warning' | 'fault';

/** What the doctor saw of one part. */
export interface Finding {
  /** What was looked at: `gpio`, `sound`, `registration main`, … */
  readonly part: string;
  readonly verdict: Verdict;
  /** What is so, in one line; with a fault or a warning also what helps. */
  readonly text: string;
}

/** One line for the person. */
export function findingLine({ part, verdict, text }: Finding): string {
  return `${verdict.padEnd(8)}${part.padEnd(16)} ${text}`;
}

/** The exit code: 1 when something does not work. */
export function findingsExit(findings: readonly Finding[]): 0 | 1 {
  return findings.some(({ verdict }) => verdict === 'fault') ? 1 : 0;
}

/** A broker's URL in the bridge's configuration: what is wrong with it for who listens on the way. */
export function brokerFinding(url: unknown): Finding {
  const part = 'bridge';
  if (typeof url !== 'string')
    return { part, verdict: 'fault', text: 'broker.url is missing: name the broker, as in mqtts://broker.example.com' };
  let host: string;
  let scheme: string;
  try {
    const parsed = new URL(url);
    host = parsed.hostname;
    scheme = parsed.protocol.replace(':', '');
  } catch {
    return { part, verdict: 'fault', text: 'broker.url is no URL: as in mqtts://broker.example.com' };
  }
  if (scheme === 'mqtts' || scheme === 'wss') return { part, verdict: 'ok', text: `${scheme} to ${host}: encrypted` };
  if (scheme !== 'mqtt' && scheme !== 'ws')
    return { part, verdict: 'fault', text: `broker.url has the scheme ${scheme}: mqtt, mqtts, ws and wss are known` };
  if (/^(localhost|127\..*|\[::1\])$/.test(host))
    return { part, verdict: 'ok', text: `${scheme} to ${host}: stays on this machine` };
  return {
    part,
    verdict: 'warning',
    text: `${scheme} to ${host} is not encrypted: whoever listens there reads who calls and may send commands; use mqtts://`,
  };
}
