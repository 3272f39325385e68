import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Octets of a message written with plain line ends; what follows the first blank line is its body, taken as it is. */
export function wire(text: string, body = ''): Uint8Array {
  return new TextEncoder().encode(`${text.trim().split('\n').join('\r\n')}\r\n\r\n${body}`);
}

const OFFER = [
  'v=0',
  'o=- 3987 3987 IN IP4 192.0.2.21',
  's=-',
  'c=IN IP4 192.0.2.21',
  't=0 0',
  'm=audio 4000 RTP/AVP 9 0 8 101',
  'a=rtpmap:9 G722/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=sendrecv',
  '',
].join('\r\n');

export const INVITE = wire(
  `
INVITE sip:2002@exchange.example SIP/2.0
Via: SIP/2.0/UDP 192.0.2.21:5060;rport;branch=z9hG4bKa81f3d0c55e94b21
Max-Forwards: 70
From: "Café Größe" <sip:2001@exchange.example>;tag=8f20aa61
To: <sip:2002@exchange.example>
Call-ID: 4c1f7be2-88d0@192.0.2.21
CSeq: 4021 INVITE
Contact: <sip:r4nd0m@192.0.2.21:5060>
Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REFER, NOTIFY, UPDATE
Supported: replaces, timer, 100rel
User-Agent: Switchhook
Content-Type: application/sdp
Content-Length: ${OFFER.length}
`,
  OFFER,
);

export const RINGING = wire(`
SIP/2.0 180 Ringing
Via: SIP/2.0/UDP 192.0.2.21:5060;rport=5060;received=192.0.2.21;branch=z9hG4bKa81f3d0c55e94b21
From: <sip:2001@exchange.example>;tag=8f20aa61
To: <sip:2002@exchange.example>;tag=77ab
Call-ID: 4c1f7be2-88d0@192.0.2.21
CSeq: 4021 INVITE
Record-Route: <sip:edge.example;lr>, <sip:core.example;lr>
Contact: <sip:2002@192.0.2.77;transport=tcp>;+sip.instance="<urn:uuid:00000000-0000-1000-8000-000a95a0e128>"
Content-Length: 0
`);

/** Folds, compact forms, blanks round every sign, names in odd case, an unknown field. */
export const CROOKED = wire(
  `
MESSAGE sip:2002@exchange.example SIP/2.0
v:  SIP / 2.0 / UDP
   host.example : 5070 ;
  branch = z9hG4bKfolded ,
 SIP/2.0/TCP next.example;branch=z9hG4bKnext
mAX-fORWARDS:007
f : plain <sip:2001@exchange.example>
   ;  tag  =  aa1
t:sip:2002@exchange.example;tag=bb2
i: folded.call.id
CSeq:   0009
   MESSAGE
X-Odd-One: ;;,,"
c: text/plain ; charset = utf-8
l: 2
`,
  'hi',
);

export const REFER = wire(`
REFER sip:2002@192.0.2.77 SIP/2.0
Via: SIP/2.0/TLS [2001:db8::9:1]:5061;branch=z9hG4bKrefer
Max-Forwards: 70
Route: <sip:edge.example;lr>
From: <sip:2001@exchange.example>;tag=8f20aa61
To: <sip:2002@exchange.example>;tag=77ab
Call-ID: 4c1f7be2-88d0@192.0.2.21
CSeq: 4022 REFER
Refer-To: <sip:2003@exchange.example?Replaces=9d3b%40192.0.2.21%3Bto-tag%3D55%3Bfrom-tag%3D66>
Referred-By: <sip:2001@exchange.example>
Authorization: Digest username="2001", realm="exchange, main", nonce="n,1", uri="sip:2002@192.0.2.77", response="00000000000000000000000000000000", algorithm=MD5
Contact: <sip:r4nd0m@[2001:db8::9:1]:5061;transport=tls>
Content-Length: 0
`);

export const NOTIFY = wire(
  `
NOTIFY sip:r4nd0m@192.0.2.21:5060 SIP/2.0
Via: SIP/2.0/UDP 192.0.2.77:5060;branch=z9hG4bKnotify
Max-Forwards: 70
From: <sip:2002@exchange.example>;tag=77ab
To: <sip:2001@exchange.example>;tag=8f20aa61
Call-ID: 4c1f7be2-88d0@192.0.2.21
CSeq: 12 NOTIFY
Event: refer;id=4022
Subscription-State: terminated;reason=noresource
Content-Type: message/sipfrag;version=2.0
Content-Length: 16
`,
  'SIP/2.0 200 OK\r\n',
);

/** Our own messages, one of each kind that matters. */
export const FIXTURES: readonly Uint8Array[] = [INVITE, RINGING, CROOKED, REFER, NOTIFY];

/** The folder of independent test data, or undefined with a SKIP line when it is not here. */
export function corpus(folder: string, what: string): string | undefined {
  const root = process.env['SWITCHHOOK_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));
  const path = `${root}/${folder}`;
  if (existsSync(path)) return path;
  console.log(`SKIP ${what}: ${folder} is not there (SWITCHHOOK_CORPUS)`);
  return undefined;
}
