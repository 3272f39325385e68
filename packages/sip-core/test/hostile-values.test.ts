import assert from 'node:assert/strict';
import { test } from 'uvu';
import { inDialog, Network, Phone, talkToWire, Wire } from './office.ts';

const VALUES = [
  '',
  '*',
  '<>',
  '"a b"',
  '%00',
  'a\0b',
  '<sip:x>;tag="q w"',
  '<sip:a@b;x="y">',
  '<sip:\u00ff@h>',
  '<tel:+1>',
  '<http://x>',
  '<sip:>',
  '<sip:@>',
  '<sip:a%zz@b>',
  'sip:a?x=y',
  '<sip:[::1]>',
  '<sip:224.0.0.1>',
  '<sip:127.0.0.1:1>',
  '<sip:0.0.0.0>',
  '<sip:a@1.2.3.4.5:99999>',
  '<sip:a@[2001:db8::1]:99>',
  '<sip:a@192.0.2.9;transport=tcp>',
  '<sip:a@192.0.2.9;transport=tls>',
  '<sips:a@192.0.2.9>',
  '<sip:192.0.2.9;lr>,<sip:x>',
  '"x" <sip:a"b@c>',
  '4294967296',
  '-1',
];
const FIELDS = [
  'Contact',
  'Record-Route',
  'From',
  'To',
  'Reason',
  'Supported',
  'Allow',
  'P-Asserted-Identity',
  'Referred-By',
  'Refer-To',
  'Event',
  'Subscription-State',
  'Content-Type',
  'Alert-Info',
  'Call-Info',
  'Retry-After',
  'Expires',
  'Min-Expires',
  'Target-Dialog',
  'Refer-Sub',
  'Replaces',
  'WWW-Authenticate',
];

/** `Name: value`, or what stands for it when the field under test is this one. */
function field(name: string, usual: string, tested: string, value: string): string {
  return `${name}: ${name === tested ? value : usual}`;
}

for (const tested of FIELDS) {
  test(`spec §10: no ${tested} of a response is more than we can bear`, () => {
    for (const value of VALUES) {
      const network = new Network(5);
      const account = { password: 'secret', register: true };
      const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9', account);
      const wire = new Wire(network, '192.0.2.9');
      phone.submit({ type: 'register', account: phone.account });
      const call = phone.dial('sip:bob@example.com');
      network.seconds(0.1);
      const status = network.random.pick([180, 200, 302, 401, 423, 491]);
      for (const method of ['REGISTER', 'INVITE']) {
        const asked = wire.request(method).headers;
        wire.send(
          phone.host,
          [
            `SIP/2.0 ${status} Whatever`,
            `Via: ${asked.get('Via')}`,
            field('From', asked.get('From')!, tested, value),
            field('To', `${asked.get('To')};tag=wire`, tested, value),
            `Call-ID: ${asked.get('Call-ID')}`,
            `CSeq: ${asked.get('CSeq')}`,
            field('Contact', '<sip:bob@192.0.2.9>', tested, value),
            ...(['From', 'To', 'Contact'].includes(tested) ? [] : [`${tested}: ${value}`]),
            'Content-Length: 3',
            '',
            'abc',
          ].join('\r\n'),
        );
      }
      network.seconds(1);
      phone.refer(call, 'sip:carol@example.com');
      phone.submit({ type: 'offer', call, body: 'hold' });
      network.seconds(1);
      phone.submit({ type: 'shutdown' });
      network.seconds(600);
      assert.equal(phone.all('ended').length, 1, value);
      phone.assertEmpty();
    }
  });

  test(`spec §10: no ${tested} of a request is more than we can bear`, () => {
    for (const value of VALUES) {
      const { network, phone, wire, invite, call } = talkToWire(3);
      phone.onEvent = (event) => {
        if (event.type === 'refer-requested') {
          phone.submit({ type: 'answer-refer', refer: event.refer, status: 202 });
          phone.submit({ type: 'report-refer', refer: event.refer, status: 200 });
        } else if (event.type === 'incoming') {
          phone.submit({ type: 'ring', call: event.call });
          phone.submit({ type: 'answer', call: event.call, body: 'answer' });
        } else if (event.type === 'offered') {
          phone.submit({ type: 'answer-offer', call: event.call, offer: event.offer, body: 'answer' });
        }
      };
      phone.refer(call, 'sip:carol@example.com');
      const method = network.random.pick(['INVITE', 'REFER', 'NOTIFY', 'UPDATE', 'INFO']);
      const common = [
        field('Contact', '<sip:bob@192.0.2.9>', tested, value),
        field('Refer-To', '<sip:carol@example.com>', tested, value),
        field('Event', 'refer', tested, value),
        ...(['From', 'To', 'Contact', 'Refer-To', 'Event'].includes(tested) ? [] : [`${tested}: ${value}`]),
      ];
      const outside = [
        field('From', '<sip:bob@example.com>;tag=b', tested, value),
        field('To', '<sip:alice@example.com>', tested, value),
        'Call-ID: outside',
        `CSeq: 1 ${method}`,
      ];
      const line = `${method} sip:alice@192.0.2.1 SIP/2.0`;
      wire.say(phone.host, line, [...outside, ...common]);
      wire.say(phone.host, line, [...inDialog(invite, 'wire', 9, method), ...common]);
      network.seconds(2);
      phone.submit({ type: 'shutdown' });
      network.seconds(900);
      phone.assertEmpty();
    }
  });
}

test.run();
