/**
 * `answerer.js [T1_MS]`: a process that answers every call with our user agent and its Node shell, 180 and then 200 with
 * a negotiated SDP. Tells its port over IPC, and its live memory in octets when asked.
 */
import process from 'node:process';
import { createNegotiation, type Negotiation } from '@switchhook/rtp-media';
import { token } from '@switchhook/sans-io';
import { type CallId, UserAgent } from '@switchhook/sip-core';
import { drive, nodeCrypto, Sockets } from '@switchhook/sip-core/node';
import { liveOctets } from './live-memory.ts';

const HOST = '127.0.0.1';
const MEDIA = { endpoint: { host: HOST, port: 40_000 }, codecs: ['PCMU', 'PCMA'], ptimeMs: 20 } as const;

const transport = await Sockets.open({ udp: { host: HOST, port: 0 } });
const t1Ms = Number(process.argv[2] ?? 500);
const account = token<'account'>('bench');
const userAgent = new UserAgent({
  accounts: [
    { id: account, user: 'service', domain: HOST, transport: 'udp', server: { host: HOST, port: 9 }, register: false },
  ],
  local: transport.local,
  acceptFrom: 'any',
  crypto: nodeCrypto,
  t1Ms,
  limits: {
    calls: 1_000_000,
    serverTransactions: 10_000_000,
    invitesPerSource: Number.POSITIVE_INFINITY,
    invitesOfStrangers: Number.POSITIVE_INFINITY,
  },
});
const negotiations = new Map<CallId, Negotiation>();
let count = 0;
const shell = drive(userAgent, {
  transport,
  onEvent: (event) => {
    if (event.type === 'ended') negotiations.delete(event.call);
    if (event.type !== 'incoming' || event.body === undefined) return;
    const negotiation = createNegotiation(MEDIA, { sessionId: ++count });
    const answer = negotiation.answer(event.body, 'talk');
    if (!answer.ok) throw new Error(`SIPp's offer was refused: ${answer.fault}`);
    negotiations.set(event.call, negotiation);
    shell.submit({ type: 'ring', call: event.call });
    shell.submit({ type: 'answer', call: event.call, body: answer.value.sdp });
  },
});
process.on('message', () => process.send!(liveOctets()));
process.on('disconnect', () => process.exit(0));
process.send!(transport.local.udp!.port);
