import { parsePattern, shortest } from '@switchhook/phone';
import * as v from 'valibot';
import { type Document, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { keypadFaults } from './keypad-wiring.ts';
import { nearestName } from './nearest-name.ts';
import { type Configuration, configurationSchema } from './schema.ts';

/** One thing that is wrong with a configuration file, in words for the person who wrote it. */
export interface ConfigurationFault {
  /** Where, as in `accounts[0].server`; empty when the file as a whole cannot be read. */
  readonly path: string;
  /** Line in the file, from 1, where it is known. */
  readonly line: number | undefined;
  /** The value found, as it would stand in the file; secrets are never shown. */
  readonly value: string | undefined;
  readonly expected: string;
  /** The known name that is nearest to an unknown one. */
  readonly suggestion?: string;
}

export type ConfigurationReading =
  | { readonly ok: true; readonly configuration: Configuration; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly faults: readonly ConfigurationFault[] };

const GROUP = 'a group of keys and values';

type Path = readonly (string | number)[];

/** Read a configuration from YAML text. Reads everything before it complains, so all faults come at once. */
export function readConfiguration(yamlText: string): ConfigurationReading {
  const lineCounter = new LineCounter();
  const document = parseDocument(yamlText, { lineCounter, prettyErrors: false });
  if (document.errors.length > 0)
    return { ok: false, faults: document.errors.map((error) => syntaxFault(error, lineCounter)) };
  keepDigits(document);
  const content: unknown = document.toJS() ?? {};
  const lineOf = (path: Path) => lineAt(document, path, lineCounter);
  if (Array.isArray(content))
    // to the schema a list is an object with other keys
    return { ok: false, faults: [{ path: '', line: lineOf([]), value: 'a list', expected: GROUP }] };
  const result = v.safeParse(configurationSchema, content);
  if (!result.success) return { ok: false, faults: result.issues.map((issue) => schemaFault(issue, lineOf)) };
  const faults = crossFaults(result.output, lineOf);
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, configuration: result.output, warnings: warningsOf(result.output) };
}

/** `0049`, `+36`, `2.` and `0x1` are numbers to YAML, and others than they seem; to a telephone they are what is written. */
function keepDigits(document: Document): void {
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'number' && String(node.value) !== node.source) node.value = node.source;
    },
  });
}

/** One fault as the line that is printed: `switchhook.yaml:7: accounts[0].transport: found "upd", expected one of …`. */
export function describeFault(file: string, fault: ConfigurationFault): string {
  const where = fault.line === undefined ? file : `${file}:${fault.line}`;
  const path = fault.path === '' ? '' : `${fault.path}: `;
  const found = fault.value === undefined ? '' : `found ${fault.value}, `;
  const suggestion = fault.suggestion === undefined ? '' : `; did you mean ${fault.suggestion}?`;
  return `${where}: ${path}${found}expected ${fault.expected}${suggestion}`;
}

function syntaxFault(
  error: { readonly pos: readonly [number, number]; readonly message: string },
  lines: LineCounter,
): ConfigurationFault {
  return {
    path: '',
    line: lines.linePos(error.pos[0]).line,
    value: undefined,
    expected: `YAML that can be read (${error.message})`,
  };
}

function schemaFault(issue: v.BaseIssue<unknown>, lineOf: (path: Path) => number | undefined): ConfigurationFault {
  const path = (issue.path ?? []).map((item) => item.key as string | number);
  const line = lineOf(path);
  if (issue.type === 'strict_object' && path.length > 0) {
    const name = String(path.at(-1));
    if (issue.expected === 'Object')
      return { path: pathText(path), line, value: shown(path, issue.input), expected: GROUP };
    if (issue.expected !== 'never') {
      return {
        path: pathText(path.slice(0, -1)),
        line,
        value: undefined,
        expected: `the key ${name}, which is missing`,
      };
    }
    const names = knownNames(configurationSchema, path.slice(0, -1));
    const suggestion = nearestName(name, names);
    const known = `one of ${names.join(', ')}`;
    return {
      path: pathText(path.slice(0, -1)),
      line,
      value: `the unknown key ${name}`,
      expected: known,
      ...(suggestion === undefined ? {} : { suggestion }),
    };
  }
  const expected = issue.type === 'strict_object' ? GROUP : issue.message;
  return { path: pathText(path), line, value: shown(path, issue.input), expected };
}

/** The keys that the schema knows at `path`. */
function knownNames(schema: unknown, path: Path): readonly string[] {
  const node = schema as {
    wrapped?: unknown;
    pipe?: readonly unknown[];
    item?: unknown;
    entries?: Record<string, unknown>;
  };
  if (node.wrapped !== undefined) return knownNames(node.wrapped, path);
  const [step, ...rest] = path;
  if (step === undefined) return Object.keys(node.entries ?? {});
  if (typeof step === 'number') return knownNames(node.item, rest);
  return knownNames(node.entries?.[step], rest);
}

/** What the schema cannot see: one place of the file that speaks of another. */
function crossFaults(
  configuration: Configuration,
  lineOf: (path: Path) => number | undefined,
): readonly ConfigurationFault[] {
  const faults: ConfigurationFault[] = [];
  const ids = configuration.accounts.map((account) => account.id);
  configuration.accounts.forEach((account, i) => {
    if (ids.indexOf(account.id) !== i) {
      const path = ['accounts', i, 'id'];
      faults.push({
        path: pathText(path),
        line: lineOf(path),
        value: JSON.stringify(account.id),
        expected: 'an id that no other account has',
      });
    }
    if (account.password !== undefined && account.passwordFile !== undefined) {
      const path = ['accounts', i, 'passwordFile'];
      faults.push({
        path: pathText(path),
        line: lineOf(path),
        value: undefined,
        expected: 'either password or passwordFile, not both',
      });
    }
  });
  const known = (account: string | undefined, path: Path) => {
    if (account === undefined || ids.includes(account)) return;
    const suggestion = nearestName(account, ids);
    faults.push({
      path: pathText(path),
      line: lineOf(path),
      value: JSON.stringify(account),
      expected: `the id of an account (${ids.join(', ')})`,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  };
  const { cert, key } = configuration.tls;
  if ((cert === undefined) !== (key === undefined)) {
    const path = ['tls', cert === undefined ? 'key' : 'cert'];
    const expected = `tls.${cert === undefined ? 'cert' : 'key'} beside it: a certificate and its key belong together`;
    faults.push({ path: pathText(path), line: lineOf(path), value: undefined, expected });
  }
  configuration.lines?.forEach(({ account }, i) => {
    known(account, ['lines', i, 'account']);
  });
  configuration.blf.forEach(({ account }, i) => {
    known(account, ['blf', i, 'account']);
  });
  configuration.dialPlan.forEach(({ account, match, strip }, i) => {
    known(account, ['dialPlan', i, 'account']);
    const read = parsePattern(match);
    if (!read.ok || strip <= shortest(read.value)) return;
    const path = ['dialPlan', i, 'strip'];
    const most = `at most ${shortest(read.value)}, the digits that the shortest number of ${match} has`;
    faults.push({ path: pathText(path), line: lineOf(path), value: String(strip), expected: most });
  });
  for (const { path, expected } of keypadFaults(configuration))
    faults.push({ path: pathText(path), line: lineOf(path), value: undefined, expected });
  if (
    configuration.audio.sound === 'files' &&
    configuration.audio.microphoneFile === undefined &&
    configuration.audio.speakerFile === undefined
  ) {
    const path = ['audio', 'sound'];
    faults.push({
      path: 'audio.sound',
      line: lineOf(path),
      value: '"files"',
      expected: 'audio.microphoneFile or audio.speakerFile beside it',
    });
  }
  return faults;
}

function warningsOf(configuration: Configuration): readonly string[] {
  const warnings: string[] = [];
  for (const account of configuration.accounts) {
    if (account.register && account.password === undefined && account.passwordFile === undefined) {
      warnings.push(
        `account ${account.id} registers without a password: give password or passwordFile unless the server knows this phone by its address`,
      );
    }
  }
  const { verify, fingerprint } = configuration.tls;
  if (!verify && fingerprint === undefined && configuration.accounts.some(({ transport }) => transport === 'tls')) {
    warnings.push(
      "tls.verify is false: whoever stands between this phone and the exchange can read the password and the calls; name the exchange's certificate in tls.ca or tls.fingerprint instead",
    );
  }
  return warnings;
}

function pathText(path: Path): string {
  let text = '';
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`;
  return text;
}

function shown(path: Path, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (path.at(-1) === 'password') return 'a value that is not shown here';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The line of the nearest thing at or above `path` that the file really holds. */
function lineAt(document: Document, path: Path, lines: LineCounter): number | undefined {
  for (let depth = path.length; depth > 0; depth--) {
    const offset = offsetAt(document, path.slice(0, depth));
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return undefined;
}

function offsetAt(document: Document, path: Path): number | undefined {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const step = path.at(-1);
  const items = (parent as { items?: readonly unknown[] } | null | undefined)?.items;
  if (items === undefined) return undefined;
  if (typeof step === 'number') return (items[step] as { range?: readonly number[] } | undefined)?.range?.[0];
  for (const item of items)
    if (isPair(item) && isScalar(item.key) && item.key.value === step) return item.key.range?.[0];
  return undefined;
}
