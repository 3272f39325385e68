/** A process that answers calls without any SIP in it: lines are copied by their first letters. The floor of 2a. */
import { createSocket } from 'node:dgram';
import process from 'node:process';

const COPIED = /^(?:Via|From|To|Call-ID|CSeq):/;
const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
socket.on('message', (bytes, from) => {
  const lines = bytes.toString('latin1').split('\r\n');
  const method = lines[0]!.slice(0, lines[0]!.indexOf(' '));
  if (method === 'ACK') return;
  const head = lines
    .filter((line) => COPIED.test(line))
    .map((line) => (line.startsWith('To') ? `${line};tag=1` : line));
  for (const status of method === 'INVITE' ? ['180 Ringing', '200 OK'] : ['200 OK']) {
    const contact = `Contact: <sip:service@127.0.0.1:${socket.address().port}>`;
    const text = [`SIP/2.0 ${status}`, ...head, contact, 'Content-Length: 0', '', ''].join('\r\n');
    socket.send(Buffer.from(text, 'latin1'), from.port, from.address);
  }
});
socket.bind(0, '127.0.0.1', () => process.send!(socket.address().port));
process.on('disconnect', () => process.exit(0));
