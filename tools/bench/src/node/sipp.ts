import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SippStatistics, sippStatistics } from '../sipp-statistics.ts';

/** What to place on an answerer. */
export interface Load {
  /** Calls a second. */
  readonly rate: number;
  readonly calls: number;
  /** How long each call is held, ms. Default 0. */
  readonly holdMs?: number;
}

/** Why no load can be made here; undefined = it can. */
export function sippMissing(): string | undefined {
  return spawnSync('sipp', ['-v']).error === undefined ? undefined : 'install the package sipp';
}

/** Place calls on `port` of loopback with SIPp's built-in caller: INVITE with SDP, ACK, BYE. */
export async function placeCalls(port: number, { rate, calls, holdMs = 0 }: Load): Promise<SippStatistics> {
  const folder = mkdtempSync(join(tmpdir(), 'switchhook-bench-'));
  const file = join(folder, 'statistics.csv');
  const limitS = Math.ceil(calls / rate + holdMs / 1000 + 3);
  const args = ['-sn', 'uac', '-i', '127.0.0.1', '-mi', '127.0.0.1', '-nostdin', '-buff_size', '4194304'];
  args.push('-r', String(rate), '-m', String(calls), '-l', String(calls), '-d', String(holdMs));
  args.push('-trace_stat', '-stf', file, '-fd', '600', '-timeout', `${limitS}s`, `127.0.0.1:${port}`);
  try {
    const child = spawn('sipp', args, { cwd: folder, stdio: 'ignore' });
    await once(child, 'exit');
    const statistics = sippStatistics(readFileSync(file, 'utf8'));
    if (statistics === undefined) throw new Error('SIPp wrote no statistics');
    return statistics;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
