/** The messages that 1a–1c parse and print: one INVITE of 1.2 kB, a REFER with Replaces, a 200 to an INVITE. */
const SDP = [
  'v=0',
  'o=reception 3972016000 3972016000 IN IP4 192.0.2.14',
  's=-',
  'c=IN IP4 192.0.2.14',
  't=0 0',
  'm=audio 40012 RTP/AVP 8 0 9 101',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:9 G722/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-16',
  'a=ptime:20',
  'a=sendrecv',
  '',
];

export const INVITE = message(
  [
    'INVITE sip:9999@pbx.example.com;user=phone SIP/2.0',
    'Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK4f7c2a19e0b84d3391aa;received=198.51.100.7;rport=5060',
    'Via: SIP/2.0/UDP 192.0.2.14:5062;branch=z9hG4bK77d0a9b1c4e54f21b6e8;rport=5062;received=203.0.113.80',
    'Record-Route: <sip:198.51.100.7;lr;ftag=a81be6e2>',
    'Max-Forwards: 69',
    'From: "Reception desk" <sip:1000@pbx.example.com>;tag=a81be6e24c9f',
    'To: <sip:9999@pbx.example.com;user=phone>',
    'Call-ID: 5d2c41f0a7b94e0f8a31@192.0.2.14',
    'CSeq: 31415 INVITE',
    'Contact: <sip:k7f3a9c21@192.0.2.14:5062;transport=udp>;+sip.instance="<urn:uuid:6f1d2a3e-8c54-4f0b-9a77-0c1f4f8f2b10>"',
    'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, REFER, NOTIFY',
    'Supported: replaces, norefersub, tdialog',
    'Accept: application/sdp',
    'P-Asserted-Identity: "Reception desk" <sip:1000@pbx.example.com>',
    'User-Agent: Switchhook/0.1.0',
    'Content-Type: application/sdp',
  ],
  SDP.join('\r\n'),
);

export const REFER = message([
  'REFER sip:1001@198.51.100.20:5060 SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.14:5062;branch=z9hG4bK0c1f4f8f2b10aa77;rport',
  'Max-Forwards: 70',
  'From: <sip:1000@pbx.example.com>;tag=gulwx02c',
  'To: "Caller" <sip:1001@pbx.example.com>;tag=hj17vf9f',
  'Call-ID: b1lpyrv10bgxxycb@198.51.100.20',
  'CSeq: 3 REFER',
  'Contact: <sip:k7f3a9c21@192.0.2.14:5062>',
  'Refer-To: <sip:9999@pbx.example.com?Replaces=bcpunab1rqfw%40192.0.2.14%3Bto-tag%3Dpb1wd%3Bfrom-tag%3Dtpj9y>',
  'Referred-By: <sip:1000@pbx.example.com>',
  'Supported: replaces, norefersub',
  'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, REFER, NOTIFY',
]);

export const OK = message(
  [
    'SIP/2.0 200 OK',
    'Via: SIP/2.0/UDP 192.0.2.14:5062;branch=z9hG4bK77d0a9b1c4e54f21b6e8;rport=5062;received=203.0.113.80',
    'Record-Route: <sip:198.51.100.7;lr;ftag=a81be6e2>',
    'From: "Reception desk" <sip:1000@pbx.example.com>;tag=a81be6e24c9f',
    'To: <sip:9999@pbx.example.com;user=phone>;tag=9c1d77',
    'Call-ID: 5d2c41f0a7b94e0f8a31@192.0.2.14',
    'CSeq: 31415 INVITE',
    'Contact: <sip:9999@198.51.100.33:5060>',
    'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, REFER, NOTIFY',
    'Supported: replaces',
    'Content-Type: application/sdp',
  ],
  SDP.join('\r\n'),
);

function message(lines: readonly string[], body = ''): Buffer {
  return Buffer.from([...lines, `Content-Length: ${body.length}`, '', body].join('\r\n'), 'latin1');
}
