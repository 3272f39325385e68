/** What one test file came to. Counts are test cases. */
export interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  /** One line a skipped thing, as the file printed it after `SKIP `. */
  readonly skipped: readonly string[];
  /** Why the file failed as a whole, when it did. */
  readonly trouble?: string;
  readonly seconds: number;
}

/** The result of one suite of one project, as written to `.results/`. */
export interface SuiteResult {
  readonly project: string;
  readonly suite: string;
  readonly files: readonly FileResult[];
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
}

/** Read what a uvu process printed. A file that closed on no test, or on no summary at all, is a failure. */
export function readFileResult(
  file: string,
  output: string,
  exit: { readonly code: number | null; readonly timedOutAfterS?: number },
  seconds: number,
): FileResult {
  const plain = output.replace(/\u001b\[[0-9;]*m/g, '');
  const total = sum(plain, /^\s*Total:\s+(\d+)\s*$/gm);
  const passed = sum(plain, /^\s*Passed:\s+(\d+)\s*$/gm);
  const skippedCases = sum(plain, /^\s*Skipped:\s+(\d+)\s*$/gm);
  const skipped = [...plain.matchAll(/^SKIP (.+)$/gm)].map((match) => match[1]!.trim());
  for (let i = 0; i < skippedCases; i++) skipped.push(`${file}: a test marked as skipped`);
  const failed = total - passed - skippedCases;
  const trouble = troubleOf(exit, total, failed, skipped.length);
  return {
    file,
    passed,
    failed: failed === 0 && trouble !== undefined ? 1 : failed,
    skipped,
    ...(trouble === undefined ? {} : { trouble }),
    seconds,
  };
}

function troubleOf(
  exit: { readonly code: number | null; readonly timedOutAfterS?: number },
  total: number,
  failed: number,
  skipped: number,
): string | undefined {
  if (exit.timedOutAfterS !== undefined)
    return `killed after ${exit.timedOutAfterS} s: a test or a handle it left open never ended`;
  if (exit.code !== 0 && failed === 0) return `ended with exit code ${exit.code ?? 'none (a signal)'}`;
  if (total === 0 && skipped === 0) return 'ran no test (is `test.run()` missing at its end?)';
  return undefined;
}

function sum(text: string, pattern: RegExp): number {
  let all = 0;
  for (const match of text.matchAll(pattern)) all += Number(match[1]);
  return all;
}

/** Add up suites. */
export function tally(suites: readonly SuiteResult[]): Tally {
  let passed = 0;
  let failed = 0;
  const skipped: string[] = [];
  for (const suite of suites)
    for (const file of suite.files) {
      passed += file.passed;
      failed += file.failed;
      skipped.push(...file.skipped);
    }
  return { passed, failed, skipped };
}

/** The plain closing line. */
export function closingLine(counts: Tally): string {
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped.length} skipped`;
}

/**
 * Skips that nobody allowed. `allowed` is the text of `.ci/allowed-skips`: a line is the beginning of a skip's text,
 * then ` # ` and the reason; lines that begin with `#` are remarks.
 */
export function forbiddenSkips(skipped: readonly string[], allowed: string): string[] {
  const starts = allowed
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.split(' # ')[0]!.trim());
  return skipped.filter((skip) => !starts.some((start) => skip.startsWith(start)));
}
