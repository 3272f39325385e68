import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { type DialogInfo, parseDialogInfo } from './dialog-info.ts';
import { type DialogWatch, phoneOf, watchDialogs } from './dialog-watch.ts';
import { parseMessageSummary } from './message-summary.ts';
import { childOf, childrenOf, readXml } from './xml.ts';

const VOICE = [
  'Messages-Waiting: yes',
  'Message-Account: sip:reception@vmail.example.com',
  'Voice-Message: 4/8 (1/2)',
  'Fax-Message: 0/1',
  '',
  'Message-Id: 1@x',
  '',
].join('\r\n');

function dialog(id: string, state: string, more = '', inside = ''): string {
  return `<dialog id="${id}" call-id="c-${id}" local-tag="l" remote-tag="r"${more}><state>${state}</state>${inside}</dialog>`;
}

function info(version: number, state: 'full' | 'partial', ...dialogs: readonly string[]): string {
  const head = '<?xml version="1.0" encoding="UTF-8"?>\r\n<!-- who is busy -->';
  const space = 'xmlns="urn:ietf:params:xml:ns:dialog-info"';
  return `${head}<dialog-info ${space} version="${version}" state="${state}" entity="sip:214@pbx.test">${dialogs.join('')}</dialog-info>\r\n`;
}

function read(text: string): DialogInfo {
  const info = parseDialogInfo(text);
  assert.ok(info.ok, JSON.stringify(info));
  return info.value;
}

const FAR =
  '<remote><identity display="Kov&#225;cs &amp; Co">sip:3000@pbx.test</identity><target uri="sip:3000@192.0.2.30:5062"/></remote>';
const SILENT =
  '<local><identity>sip:214@pbx.test</identity><target uri="sip:214@192.0.2.14"><param pname="+sip.rendering" pval="no"/></target></local>';

test('RFC 3842 §5.2: waiting, account and counts by kind, urgent ones in brackets', () => {
  const summary = parseMessageSummary(VOICE);
  assert.ok(summary.ok);
  const { waiting, account, counts } = summary.value;
  assert.deepEqual([waiting, account], [true, 'sip:reception@vmail.example.com']);
  assert.deepEqual(counts.get('voice-message'), { new: 4, old: 8, urgentNew: 1, urgentOld: 2 });
  assert.deepEqual(counts.get('fax-message'), { new: 0, old: 1, urgentNew: 0, urgentOld: 0 });
  assert.equal(counts.get('text-message'), undefined);
});

test('RFC 3842 §5.2: bare LF, odd case, blanks and unknown fields are read', () => {
  const odd = parseMessageSummary('\nmessages-WAITING :no\nX-Thing: 1\nVOICE-message: 0 / 12\n');
  assert.ok(odd.ok && !odd.value.waiting);
  assert.equal(odd.value.counts.get('voice-message')?.old, 12);
});

test('RFC 3842 §5.2: a body that says nothing, or nonsense, is a fault with its place', () => {
  const fault = (body: string) => {
    const read = parseMessageSummary(body);
    return read.ok ? 'ok' : read.fault;
  };
  assert.equal(fault(''), 'status');
  assert.equal(fault('Voice-Message: 1/0\r\n'), 'status');
  assert.equal(fault('Messages-Waiting: maybe\r\n'), 'status');
  assert.equal(fault('Messages-Waiting: yes\r\nVoice-Message: many\r\n'), 'count');
  assert.equal(fault('Messages-Waiting: yes\r\nVoice-Message: -1/0\r\n'), 'count');
  assert.equal(fault('<html>'), 'line');
  assert.equal(fault(`Messages-Waiting: yes\r\n${'X: y\r\n'.repeat(200)}`), 'too-long');
  assert.equal(fault('x'.repeat(20_000)), 'too-long');
  const huge = parseMessageSummary('Messages-Waiting: yes\r\nVoice-Message: 999999999/1\r\n');
  assert.ok(huge.ok && huge.value.counts.get('voice-message')?.new === 99_999);
});

test('RFC 4235 §4.1: version, state, entity, and of each dialog ids, direction, state and both sides', () => {
  const { version, state, entity, dialogs } = read(
    info(3, 'full', dialog('a', 'early', ' direction="recipient"', FAR), dialog('b', 'confirmed', '', SILENT)),
  );
  assert.deepEqual([version, state, entity], [3, 'full', 'sip:214@pbx.test']);
  const [ringing, held] = dialogs;
  assert.deepEqual(
    [ringing?.sipCallId, ringing?.localTag, ringing?.remoteTag, ringing?.direction, ringing?.state],
    ['c-a', 'l', 'r', 'recipient', 'early'],
  );
  assert.deepEqual(ringing?.remote, {
    identity: 'sip:3000@pbx.test',
    display: 'Kovács & Co',
    target: 'sip:3000@192.0.2.30:5062',
    silent: false,
  });
  assert.deepEqual([held?.local.silent, held?.remote], [true, { silent: false }]);
});

test('RFC 4235 §4.1: prefixed elements are the same, elements of other namespaces are passed over', () => {
  const text =
    '<d:dialog-info xmlns:d="urn:ietf:params:xml:ns:dialog-info" xmlns:x="urn:x" version="0" state="full" entity="sip:a@b">' +
    '<x:dialog id="no"/><d:dialog id="yes"><x:state>early</x:state><d:state>confirmed</d:state></d:dialog></d:dialog-info>';
  const { dialogs } = read(text);
  assert.deepEqual(
    dialogs.map(({ id, state }) => [id, state]),
    [['yes', 'confirmed']],
  );
});

test('RFC 4235 §4.1: what is not a dialog-info document is refused by word', () => {
  const fault = (text: string) => {
    const read = parseDialogInfo(text);
    return read.ok ? 'ok' : read.fault;
  };
  assert.equal(fault('<presence xmlns="urn:ietf:params:xml:ns:pidf"/>'), 'root');
  assert.equal(fault('<dialog-info version="0" state="full"/>'), 'root');
  assert.equal(fault(info(0, 'full').replace('version="0" ', 'version="x" ')), 'version');
  assert.equal(fault(info(0, 'full').replace('"full"', '"half"')), 'state');
  assert.equal(fault(info(0, 'full', '<dialog id="a"/>')), 'dialog');
  assert.equal(fault(info(0, 'full', dialog('a', 'asleep'))), 'dialog');
  assert.equal(
    fault(info(0, 'full', ...Array.from({ length: 65 }, (_, i) => dialog(`${i}`, 'early')))),
    'too-many-dialogs',
  );
});

test('sip-core §10: no document type, no entity of its own, no depth, no crowd, no length', () => {
  const fault = (text: string) => {
    const read = readXml(text);
    return read.ok ? 'ok' : read.fault;
  };
  const bomb = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>';
  assert.equal(fault(bomb), 'doctype');
  assert.equal(fault('<a>&c;</a>'), 'entity');
  assert.equal(fault('<a b="&constructor;"/>'), 'entity');
  assert.equal(fault('<a>&#0;</a>'), 'entity');
  assert.equal(fault('<a>&#xD800;</a>'), 'entity');
  assert.equal(fault(`${'<a>'.repeat(13)}${'</a>'.repeat(13)}`), 'too-deep');
  assert.equal(fault(`<a>${'<b/>'.repeat(2048)}</a>`), 'too-many');
  assert.equal(fault(`<a ${Array.from({ length: 33 }, (_, i) => `b${i}=""`).join(' ')}/>`), 'attribute');
  assert.equal(fault(`<a>${' '.repeat(65_536)}</a>`), 'too-long');
  for (const [text, word] of [
    ['', 'unclosed'],
    ['<a>', 'unclosed'],
    ['<a></b>', 'nesting'],
    ['</a>', 'nesting'],
    ['<a/><b/>', 'outside'],
    ['x<a/>', 'outside'],
    ['<a b="1" b="2"/>', 'attribute'],
    ['<a b=1/>', 'attribute'],
    ['<a b="<"/>', 'attribute'],
    ['<a b="1"c="2"/>', 'markup'],
    ['<p:a/>', 'prefix'],
    ['<1/>', 'name'],
    ['<!-- never', 'unclosed'],
    ['<a><![CDATA[</a>', 'unclosed'],
  ] as const)
    assert.equal(fault(text), word, text);
});

test('sip-core §10: names such as __proto__ are names, and CDATA is text', () => {
  const document = readXml('<a __proto__="1" constructor="2"><__proto__/>x<![CDATA[<&]]>y</a>');
  assert.ok(document.ok);
  const { value } = document;
  assert.deepEqual(
    [...value.attributes],
    [
      ['__proto__', '1'],
      ['constructor', '2'],
    ],
  );
  assert.equal(value.text, 'x<&y');
  assert.ok(childOf(value, '__proto__') !== undefined && childrenOf(value, 'b').length === 0);
});

test('sip-core §10: 64 KiB of the worst are read in linear time', () => {
  const worst = [
    `<a>${'&amp;'.repeat(13_000)}</a>`,
    `<a ${'b="" '.repeat(13_000)}`,
    `<a>${'<'.repeat(65_000)}`,
    `<a>${'<b c="">'.repeat(8_000)}`,
    `<a>${'<!---->'.repeat(9_000)}`,
    `${'<?x?>'.repeat(13_000)}`,
  ];
  const started = process.cpuUsage().user;
  for (const text of worst) readXml(text);
  assert.ok(process.cpuUsage().user - started < 500_000);
});

test('RFC 4235 §4.3: full replaces, partial adds and takes away, a gap asks for the whole', () => {
  let watch: DialogWatch | undefined;
  const take = (text: string) => {
    const step = watchDialogs(watch, read(text));
    watch = step.watch;
    return [step.gap, watch === undefined ? undefined : phoneOf(watch).state];
  };
  assert.deepEqual(take(info(0, 'full')), [false, 'idle']);
  assert.deepEqual(take(info(1, 'partial', dialog('a', 'early', ' direction="recipient"'))), [false, 'ringing']);
  assert.deepEqual(take(info(2, 'partial', dialog('a', 'confirmed'))), [false, 'busy']);
  assert.deepEqual(take(info(2, 'partial', dialog('a', 'terminated'))), [false, 'busy'], 'repeated');
  assert.deepEqual(take(info(3, 'partial', dialog('b', 'early', ' direction="recipient"'))), [false, 'ringing']);
  assert.deepEqual(take(info(4, 'partial', dialog('b', 'terminated'))), [false, 'busy']);
  assert.deepEqual(take(info(6, 'partial', dialog('a', 'terminated'))), [true, 'idle']);
  assert.deepEqual(take(info(1, 'full', dialog('z', 'confirmed'))), [false, 'busy'], 'it counts from the start again');
  watch = undefined;
  assert.deepEqual(take(info(7, 'partial', dialog('a', 'confirmed'))), [true, 'busy']);
});

test('RFC 4235 §4.3: however many dialogs one phone tells of, 64 are kept', () => {
  let watch: DialogWatch | undefined;
  for (let v = 1; v < 300; v++)
    watch = watchDialogs(watch, read(info(v, 'partial', dialog(`${v}`, 'confirmed')))).watch;
  assert.equal(watch?.dialogs.size, 64);
});

test('sip-core §10: ids and URIs that could make another line of a message were not told', () => {
  const evil = dialog('a', 'early').replace('call-id="c-a"', 'call-id="x&#13;&#10;Route: y"');
  const [one] = read(
    info(0, 'full', evil.replace('</dialog>', '<remote><target uri="sip:a@b&gt;&#10;X: y"/></remote></dialog>')),
  ).dialogs;
  assert.deepEqual([one?.sipCallId, one?.remote.target, one?.localTag], [undefined, undefined, 'l']);
});

test('phone-ux §4.3: which state of a watched phone its dialogs make', () => {
  const state = (...dialogs: readonly string[]) => {
    const { watch } = watchDialogs(undefined, read(info(0, 'full', ...dialogs)));
    return phoneOf(watch!).state;
  };
  assert.equal(state(), 'idle');
  assert.equal(state(dialog('a', 'early')), 'ringing');
  assert.equal(state(dialog('a', 'proceeding', ' direction="recipient"')), 'ringing');
  assert.equal(state(dialog('a', 'trying', ' direction="initiator"')), 'busy');
  assert.equal(state(dialog('a', 'early', ' direction="initiator"')), 'busy', 'it calls somebody');
  assert.equal(state(dialog('a', 'confirmed', '', SILENT)), 'held');
  assert.equal(state(dialog('a', 'confirmed', '', SILENT), dialog('b', 'confirmed')), 'busy');
  assert.equal(state(dialog('a', 'confirmed'), dialog('b', 'early')), 'ringing');
});

const WORDS = [
  '<',
  '>',
  '/>',
  '"',
  "'",
  '&',
  ';',
  '&#',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?',
  '<!',
  'xmlns:a="',
  ':',
  '/',
  '\0',
  '\r\n',
  '(',
  '\ud800',
  '999999999999',
];

function mutated(random: SeededRandom, text: string): string {
  let out = text;
  for (let wounds = 1 + random.below(4); wounds > 0; wounds--) {
    const at = random.below(out.length + 1);
    switch (random.below(4)) {
      case 0:
        out = out.slice(0, at) + String.fromCharCode(random.below(256)) + out.slice(at + 1);
        break;
      case 1:
        out = out.slice(0, at) + random.pick(WORDS) + out.slice(at);
        break;
      case 2:
        out = out.slice(0, at) + out.slice(at + random.below(20));
        break;
      default:
        out = random.chance(0.2) ? out.slice(0, at) : out.slice(0, at) + out.slice(random.below(out.length + 1));
    }
  }
  return out;
}

test('sip-core §10: 100,000 mutations of each body are read or refused, and nothing is thrown', () => {
  const random = new SeededRandom(4235);
  const document = info(
    4,
    'partial',
    dialog('a', 'early', ' direction="recipient"', FAR),
    dialog('b', 'confirmed', '', SILENT),
  );
  let good = 0;
  for (let i = 0; i < 100_000; i++) {
    const summary = parseMessageSummary(mutated(random, VOICE));
    if (summary.ok) {
      good++;
      for (const { new: fresh } of summary.value.counts.values()) assert.ok(fresh >= 0 && fresh <= 99_999);
    } else assert.ok(summary.at >= 0);
    const dialogInfo = parseDialogInfo(mutated(random, document));
    if (!dialogInfo.ok) assert.ok(dialogInfo.at >= 0);
    else {
      good++;
      const { watch } = watchDialogs(undefined, dialogInfo.value);
      phoneOf(watch!);
    }
  }
  assert.ok(good > 10_000, `${good} were still readable`);
});

test.run();
