/** What one run of SIPp counted, from the last line of its statistics file. */
export interface SippStatistics {
  readonly created: number;
  readonly successful: number;
  readonly failed: number;
  readonly retransmissions: number;
  /** Calls a second over the whole run, as SIPp placed them. */
  readonly callRate: number;
}

/** Column titles of SIPp 3.x; `(C)` = over the whole run. */
const COLUMNS = {
  created: 'TotalCallCreated',
  successful: 'SuccessfulCall(C)',
  failed: 'FailedCall(C)',
  retransmissions: 'Retransmissions(C)',
  callRate: 'CallRate(C)',
} as const;

/** Read a file that `sipp -trace_stat` wrote; undefined while it has no line of figures or lacks a column. */
export function sippStatistics(text: string): SippStatistics | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const titles = lines[0]?.split(';') ?? [];
  const cells = lines.length < 2 ? [] : lines.at(-1)!.split(';');
  const read = (title: string): number => {
    const at = titles.indexOf(title);
    return at < 0 || (cells[at] ?? '') === '' ? Number.NaN : Number(cells[at]);
  };
  const statistics = {
    created: read(COLUMNS.created),
    successful: read(COLUMNS.successful),
    failed: read(COLUMNS.failed),
    retransmissions: read(COLUMNS.retransmissions),
    callRate: read(COLUMNS.callRate),
  };
  return Object.values(statistics).some(Number.isNaN) ? undefined : statistics;
}

/** Whether every call of `wanted` was placed and went through, and nothing had to be sent twice. */
export function lossFree(statistics: SippStatistics, wanted: number): boolean {
  const { successful, failed, retransmissions } = statistics;
  return successful === wanted && failed === 0 && retransmissions === 0;
}
