/** One import or re-export of a source file. */
export interface ImportLine {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

/**
 * The text with comments, and on demand string contents, blanked out; offsets and line breaks stay. A scanner, not a
 * parser: enough because the code base is formatted by one formatter and has no regular expression with quotes in it
 * that would not be escaped.
 */
export function blank(text: string, strings: boolean): string {
  let out = '';
  let i = 0;
  while (i < text.length) {
    const two = text.slice(i, i + 2);
    if (two === '//' || two === '/*') {
      const found = two === '//' ? text.indexOf('\n', i) : text.indexOf('*/', i + 2) + 2;
      const end = found < i + 2 ? text.length : found;
      out += text.slice(i, end).replace(/[^\n]/g, ' ');
      i = end;
      continue;
    }
    const quote = text[i]!;
    if (quote === "'" || quote === '"' || quote === '`') {
      let end = i + 1;
      while (end < text.length && text[end] !== quote && (quote === '`' || text[end] !== '\n'))
        end += text[end] === '\\' ? 2 : 1;
      const inner = text.slice(i + 1, end);
      out += quote + (strings ? inner.replace(/[^\n]/g, ' ') : inner) + (text[end] ?? '');
      i = end + 1;
      continue;
    }
    out += quote;
    i++;
  }
  return out;
}

/** Every module that the file names: static imports, re-exports and dynamic imports. */
export function importsOf(text: string): ImportLine[] {
  const code = blank(text, false);
  const found: ImportLine[] = [];
  const lineAt = (offset: number) => code.slice(0, offset).split('\n').length;
  const statement = /^[ \t]*(?:import|export)\b([^;'"`]*?)(?:\bfrom\s*)?(['"])([^'"\n]+)\2/gm;
  for (const match of code.matchAll(statement)) {
    if (!/^[ \t]*import\s*['"]/.test(match[0]) && !/\bfrom\s*['"]/.test(match[0])) continue;
    found.push({ specifier: match[3]!, typeOnly: isTypeOnly(match[1]!), line: lineAt(match.index) });
  }
  for (const match of code.matchAll(/\b(?:import|require)\s*\(\s*(['"])([^'"\n]+)\1/g))
    found.push({ specifier: match[2]!, typeOnly: false, line: lineAt(match.index) });
  return found;
}

/** `import type …`, or braces in which every name is a `type`. */
function isTypeOnly(clause: string): boolean {
  if (/^\s*type\b/.test(clause)) return true;
  const names = /^\s*\{([^}]*)\}\s*$/.exec(clause)?.[1];
  if (names === undefined || names.trim() === '') return false;
  return names.split(',').every((name) => name.trim() === '' || /^\s*type\s/.test(name));
}
