import type { LearnedWiring } from '@switchhook/gpio-keypad';
import { isMap, isSeq, parseDocument, type ScalarTag, type Tags, visit } from 'yaml';

/** What was learned of an input device. */
export interface LearnedInput {
  readonly name: string;
  readonly keys: readonly { readonly code: string; readonly key: string }[];
  readonly hook?: { readonly code: string; readonly lifted: 'down' | 'up' };
}

export type LearnedKeypad =
  | { readonly type: 'gpio'; readonly chip: string; readonly wiring: LearnedWiring }
  | { readonly type: 'input'; readonly input: LearnedInput };

/**
 * The configuration's text with this keypad in it. Everything else stays as it is, comments too: of GPIO lines the matrix, the keys and
 * the hook are replaced, not the lamps; of input devices the one with the same name.
 */
export function withKeypad(yaml: string, learned: LearnedKeypad): string {
  const document = parseDocument(yaml, { customTags: asWritten });
  for (const path of [['keypad'], ...(learned.type === 'gpio' ? [['keypad', 'gpio']] : [])])
    if (!isMap(document.getIn(path))) document.setIn(path, document.createNode({}));
  if (learned.type === 'gpio') {
    const { matrix, keys, hook } = learned.wiring;
    const put = (name: string, value: unknown) => {
      if (value === undefined) document.deleteIn(['keypad', 'gpio', name]);
      else document.setIn(['keypad', 'gpio', name], short(document.createNode(value)));
    };
    put('chip', learned.chip);
    put('matrix', matrix);
    put(
      'keys',
      keys.length === 0 ? undefined : keys.map(({ rest, ...key }) => (rest === 'open' ? key : { ...key, rest })),
    );
    put('hook', hook);
  } else {
    const list = document.getIn(['keypad', 'input']);
    const found = isSeq(list)
      ? list.items.findIndex((item) => isMap(item) && item.get('name') === learned.input.name)
      : -1;
    const node = short(document.createNode(learned.input));
    if (found >= 0) document.setIn(['keypad', 'input', found], node);
    else if (isSeq(list)) document.addIn(['keypad', 'input'], node);
    else document.setIn(['keypad', 'input'], document.createNode([node]));
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** Numbers as they stand in the file: to a telephone `0036` is not 36. */
function asWritten(tags: Tags): Tags {
  return tags.map((tag) => {
    if (typeof tag === 'string' || !/:(int|float)$/.test(tag.tag)) return tag;
    const number = tag as ScalarTag;
    const { stringify } = number;
    return {
      ...number,
      stringify: (item, ...rest) => item.source ?? stringify?.(item, ...rest) ?? String(item.value),
    } satisfies ScalarTag;
  });
}

/** Lists and groups of plain values stand on one line. */
function short<Node>(node: Node): Node {
  visit(node as Parameters<typeof visit>[0], {
    Collection(_, each) {
      if (each.items.every((item) => !containsCollection(item))) each.flow = true;
    },
  });
  return node;
}

function containsCollection(item: unknown): boolean {
  const value = (item as { value?: unknown }).value;
  return isMap(item) || isSeq(item) || isMap(value) || isSeq(value);
}
