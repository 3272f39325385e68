/** `npm-sip-answerer.js PORT`: the same answering process written on npm `sip`, with a fixed SDP. */
import { createRequire } from 'node:module';
import process from 'node:process';
import { liveOctets } from './live-memory.ts';

interface Message {
  method?: string;
  headers: { to: { params: Record<string, string> }; contact?: unknown; 'content-type'?: string };
  content?: string;
}

interface NpmSip {
  start(options: object, onRequest: (request: Message) => void): void;
  send(message: Message): void;
  makeResponse(request: Message, status: number, reason: string): Message;
}

const sip = createRequire(import.meta.url)('sip') as NpmSip;
const port = Number(process.argv[2]);
const SDP = [
  'v=0',
  'o=- 3972016000 3972016000 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 40000 RTP/AVP 0',
  'a=rtpmap:0 PCMU/8000',
  'a=ptime:20',
  'a=sendrecv',
  '',
].join('\r\n');
let count = 0;
sip.start({ port, address: '127.0.0.1', udp: true, tcp: false }, (request) => {
  if (request.method === 'INVITE') {
    const tag = `t${++count}`;
    for (const [status, reason] of [
      [180, 'Ringing'],
      [200, 'OK'],
    ] as const) {
      const response = sip.makeResponse(request, status, reason);
      response.headers.to.params['tag'] = tag;
      response.headers.contact = [{ uri: `sip:service@127.0.0.1:${port}` }];
      if (status === 200) {
        response.headers['content-type'] = 'application/sdp';
        response.content = SDP;
      }
      sip.send(response);
    }
  } else if (request.method !== 'ACK') sip.send(sip.makeResponse(request, 200, 'OK'));
});
process.on('message', () => process.send!(liveOctets()));
process.on('disconnect', () => process.exit(0));
process.send!(port);
