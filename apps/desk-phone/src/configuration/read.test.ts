import assert from 'node:assert/strict';
import { test } from 'uvu';
import { describeFault, readConfiguration } from './read.ts';

const account = `accounts:
  - id: reception
    user: 1000
    domain: example.com
    password: secret
`;

function complaints(text: string): readonly string[] {
  const reading = readConfiguration(text);
  return reading.ok ? [] : reading.faults.map((fault) => describeFault('phone.yaml', fault));
}

test('configuration: the shortest file is one account, and everything else has a default', () => {
  const reading = readConfiguration(account);
  assert.ok(reading.ok);
  const { accounts, network, audio, transfer, control } = reading.configuration;
  assert.equal(accounts[0]!.user, '1000');
  assert.equal(accounts[0]!.transport, 'udp');
  assert.equal(accounts[0]!.register, true);
  assert.deepEqual(network.rtpPorts, { from: 16384, to: 16482 });
  assert.equal(network.sipPort, 5060);
  assert.equal(audio.sound, 'auto');
  assert.deepEqual(audio.volume, { handset: 80, headset: 80, speaker: 80, ring: 80 });
  assert.equal(transfer.completeOnHook, true);
  assert.equal(transfer.profile, 'generic');
  assert.equal(control.enabled, true);
  assert.deepEqual(reading.warnings, []);
});

test('configuration: registering without a password is said, not refused', () => {
  const reading = readConfiguration('accounts: [{id: a, user: b, domain: c}]');
  assert.ok(reading.ok);
  assert.match(reading.warnings[0]!, /account a registers without a password/);
});

const faulty: readonly (readonly [title: string, text: string, complaint: string])[] = [
  ['an empty file', '', 'phone.yaml: expected the key accounts, which is missing'],
  ['text that is not YAML', 'accounts: [', 'phone.yaml:1: expected YAML that can be read'],
  ['no accounts', 'accounts: []', 'phone.yaml:1: accounts: found [], expected at least one account'],
  [
    'a missing key, at the line of what lacks it',
    'accounts:\n  - id: a\n    user: b\n',
    'phone.yaml:2: accounts[0]: expected the key domain, which is missing',
  ],
  [
    'an unknown key',
    `${account}    pasword: x\n`,
    'phone.yaml:6: accounts[0]: found the unknown key pasword, expected one of id, user',
  ],
  ['an unknown key at the top', `${account}audoi: {}\n`, 'did you mean audio?'],
  [
    'a word that is none of the choices',
    `${account}    transport: upd\n`,
    'phone.yaml:6: accounts[0].transport: found "upd", expected one of udp, tcp',
  ],
  [
    'a number out of range',
    `${account}network:\n  sipPort: 70000\n`,
    'phone.yaml:7: network.sipPort: found 70000, expected a whole number from 0 to 65535',
  ],
  [
    'a text for a number',
    `${account}network:\n  sipPort: yes\n`,
    'phone.yaml:7: network.sipPort: found "yes", expected a whole number',
  ],
  [
    'an RTP range upside down',
    `${account}network:\n  rtpPorts: {from: 20000, to: 10000}\n`,
    'expected a range of at least 8 ports',
  ],
  [
    'a server with a scheme',
    `${account}    server: sip:pbx.example.com\n`,
    'accounts[0].server: found "sip:pbx.example.com", expected a host name or address',
  ],
  [
    'a line of an account that is not there',
    `${account}lines:\n  - account: recepton\n`,
    'phone.yaml:7: lines[0].account: found "recepton", expected the id of an account (reception); did you mean reception?',
  ],
  [
    'two accounts of one id',
    'accounts:\n  - {id: a, user: b, domain: c}\n  - {id: a, user: d, domain: e}\n',
    'phone.yaml:3: accounts[1].id: found "a", expected an id that no other account has',
  ],
  [
    'password and passwordFile',
    `${account}    passwordFile: /x\n`,
    'expected either password or passwordFile, not both',
  ],
  [
    'a list for a password: its content is not shown',
    'accounts:\n  - {id: a, user: b, domain: c, password: [hunter2]}',
    'accounts[0].password: found a value that is not shown here',
  ],
  [
    'a key that does nothing known',
    `${account}keys:\n  - {key: A1, does: dance}\n`,
    'keys[0].does: found "dance", expected one of digit 0',
  ],
  [
    'sound from files, and no files',
    `${account}audio: {sound: files}\n`,
    'audio.sound: found "files", expected audio.microphoneFile or audio.speakerFile',
  ],
  [
    'a group where a word stands',
    `${account}audio: loud\n`,
    'phone.yaml:6: audio: found "loud", expected a group of keys and values',
  ],
  [
    'a wrong list item deep inside',
    `${account}    codecs: [PCMU, G729]\n`,
    'accounts[0].codecs[1]: found "G729", expected one of PCMU, PCMA',
  ],
];

for (const [title, text, complaint] of faulty) {
  test(`configuration: ${title} is told with path, value and what was expected`, () => {
    const found = complaints(text);
    assert.ok(
      found.some((line) => line.includes(complaint)),
      `wanted "${complaint}" in:\n${found.join('\n')}`,
    );
    assert.ok(!found.join('\n').includes('hunter2'));
  });
}

test('configuration: all faults come at once', () => {
  assert.equal(complaints('accounts: [{id: A, user: "", domain: c, transport: x}]').length, 3);
});

test('a list is no configuration, and a port beyond 65535 no port', () => {
  assert.deepEqual(complaints('- 1\n'), ['phone.yaml: found a list, expected a group of keys and values']);
  const [fault] = complaints('accounts:\n  - {id: a, user: 1, domain: x, server: "192.0.2.1:99999"}\n');
  assert.match(fault ?? '', /accounts\[0\]\.server: found .*expected a port from 1 to 65535/);
});

const accounts = 'accounts: [{ id: a, user: 1, domain: b.test }]\n';

function faults(yaml: string): readonly string[] {
  const read = readConfiguration(accounts + yaml);
  return read.ok ? [] : read.faults.map((each) => describeFault('f.yaml', each));
}

test('features §1.6: a fault in the dial plan names its rule, the character and what may stand there', () => {
  const [wrong] = faults('dialPlan:\n  - match: 2xx\n  - match: 2[7-3]x\n');
  assert.match(wrong ?? '', /^f\.yaml:4: dialPlan\[1\]\.match: .*at character 3 there is a range that does not go/);
  const [strip] = faults('dialPlan:\n  - { match: 2x, strip: 3 }\n');
  assert.match(strip ?? '', /^f\.yaml:3: dialPlan\[0\]\.strip: found 3, expected at most 2/);
  const [account] = faults('dialPlan:\n  - { match: 2x, account: aa }\n');
  assert.match(account ?? '', /dialPlan\[0\]\.account: .*the id of an account \(a\); did you mean a\?/);
  const [remote] = faults('limits: { remoteNumbers: ["9y"] }');
  assert.match(remote ?? '', /limits\.remoteNumbers\[0\]: .*at character 2/);
});

test('a number keeps the zero or the plus that it begins with, quoted or not', () => {
  const read = readConfiguration(
    `${accounts}emergency: [0112, +36112, "112"]\ndialPlan: [{ match: 0900. }, { match: 00 }]`,
  );
  assert.ok(read.ok);
  assert.deepEqual(read.configuration.emergency, ['0112', '+36112', '112']);
  assert.deepEqual(
    read.configuration.dialPlan.map(({ match }) => match),
    ['0900.', '00'],
  );
});

test.run();
