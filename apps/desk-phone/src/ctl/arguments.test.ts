import assert from 'node:assert/strict';
import { verbTable } from '@switchhook/phone/control';
import { test } from 'uvu';
import { CTL_VERBS, parseCtl } from './arguments.ts';

const accepted: readonly (readonly [line: string, verb: string, args: Record<string, unknown>])[] = [
  ['call.dial 9999', 'call.dial', { to: '9999' }],
  ['dial 9999', 'call.dial', { to: '9999' }],
  ['dial --to 9999 --account reception --line 2', 'call.dial', { to: '9999', account: 'reception', line: 2 }],
  ['dial --line=2 9999', 'call.dial', { to: '9999', line: 2 }],
  ['answer', 'call.answer', {}],
  ['reject --code 603', 'call.reject', { code: 603 }],
  ['mute on', 'call.mute', { on: true }],
  ['mute', 'call.mute', {}],
  ['dtmf 12#', 'call.dtmf', { digits: '12#' }],
  ['transfer.start 9999 --callId c-1', 'transfer.start', { to: '9999', callId: 'c-1' }],
  ['transfer.complete t-1', 'transfer.complete', { transferId: 't-1' }],
  ['audio.volume 40 --route ring', 'audio.volume', { percent: 40, route: 'ring' }],
  ['settings.set dnd on', 'settings.set', { key: 'dnd', value: true }],
  ['settings.set dnd false', 'settings.set', { key: 'dnd', value: false }],
  ['settings.set consult_target 214', 'settings.set', { key: 'consult_target', value: '214' }],
  ['settings.set volume_ring 40', 'settings.set', { key: 'volume_ring', value: 40 }],
  ['key.digit 1', 'key.digit', { digit: '1' }],
  ['hook.put-down', 'hook.put-down', {}],
];
for (const [line, verb, args] of accepted) {
  test(`ctl: ${line}`, () => {
    assert.deepEqual(parseCtl(line.split(' ')), { ok: true, request: { name: 'command', verb, args } });
  });
}

const refused: readonly (readonly [line: string, message: RegExp])[] = [
  ['', /which verb/],
  ['dail 9999', /unknown verb dail; did you mean dial\?/],
  ['transfer.compleet t-1', /did you mean transfer\.complete\?/],
  ['constructor', /unknown verb constructor; switchhook --help names them all/],
  ['dial', /call\.dial needs to/],
  ['dial 1 2', /no further argument: 2/],
  ['dial 1 --lien 2', /no argument --lien; did you mean --line\?/],
  ['dial 1 --__proto__ 2', /no argument --__proto__/],
  ['dial 1 --line two', /line must be a number, not two/],
  ['dial 1 --line', /--line needs a value/],
  ['mute perhaps', /on must be on or off/],
  ['state now', /state takes no arguments/],
];
for (const [line, message] of refused) {
  test(`ctl refuses: ${line === '' ? 'nothing' : line}`, () => {
    const parse = parseCtl(line === '' ? [] : line.split(' '));
    assert.equal(parse.ok, false);
    if (!parse.ok) assert.match(parse.message, message);
  });
}

test('ctl: state and watch are no verbs of the phone', () => {
  assert.deepEqual(parseCtl(['state']), { ok: true, request: { name: 'state' } });
  assert.deepEqual(parseCtl(['state.get']), { ok: true, request: { name: 'state' } });
  assert.deepEqual(parseCtl(['watch']), { ok: true, request: { name: 'watch' } });
});

test('ctl: transfer.explain, transfer.list and transfer.export are no verbs of the phone', () => {
  const read = (line: string) => {
    const parse = parseCtl(line.split(' '));
    return parse.ok ? parse.request : parse.message;
  };
  const place = { config: undefined, folder: undefined };
  assert.deepEqual(read('transfer.explain'), { name: 'explain', transferId: undefined });
  assert.deepEqual(read('transfer.explain t-1'), { name: 'explain', transferId: 't-1' });
  assert.deepEqual(read('transfer.list --folder /x'), { name: 'list', ...place, folder: '/x' });
  assert.deepEqual(read('transfer.export t-1'), {
    name: 'export',
    id: 't-1',
    form: 'ladder',
    out: undefined,
    ...place,
  });
  assert.deepEqual(read('transfer.export --as=pcap --out f --config c last'), {
    name: 'export',
    id: 'last',
    form: 'pcap',
    out: 'f',
    config: 'c',
    folder: undefined,
  });
  assert.match(String(read('transfer.export')), /needs id/);
  assert.match(String(read('transfer.export t-1 --as png')), /--as must be one of ladder, json, pcap, svg, not png/);
  assert.match(String(read('transfer.list t-1')), /no further argument: t-1/);
  assert.match(String(read('transfer.explian')), /did you mean transfer\.explain\?/);
});

test('ctl: its verbs are those of the one verb table, with the same arguments', () => {
  assert.deepEqual(Object.keys(CTL_VERBS).sort(), [...verbTable.keys()].sort());
  for (const [verb, { fields }] of verbTable) {
    assert.deepEqual(
      Object.keys(CTL_VERBS[verb]!.named).sort(),
      Object.keys(fields)
        .map((name) => name.replace('?', ''))
        .sort(),
      verb,
    );
    assert.deepEqual(
      [...CTL_VERBS[verb]!.needs].sort(),
      Object.keys(fields)
        .filter((name) => !name.endsWith('?'))
        .sort(),
      verb,
    );
  }
});

test('ctl: every argument that a verb needs or takes by place has a kind', () => {
  for (const [verb, shape] of Object.entries(CTL_VERBS)) {
    for (const name of [...shape.positional, ...shape.needs])
      assert.ok(shape.named[name] !== undefined, `${verb} ${name}`);
  }
});

test.run();
