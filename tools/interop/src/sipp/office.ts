import assert from 'node:assert/strict';
import { type DeskPhone, type PhoneOptions, startDeskPhone } from '../desk-phone.ts';
import { openFrontDesk } from './front-desk.ts';
import { freePorts, type Peer } from './peer.ts';

/** The phone, and the ports of loopback that the story's peers may have. `phone.port` is where peers find it. */
export async function office(
  folder: string,
  options: PhoneOptions,
  story: (phone: DeskPhone, target: number, caller: number) => Promise<void>,
): Promise<void> {
  const [port, target, caller] = (await freePorts(3)) as [number, number, number];
  const desk = await openFrontDesk(port, target);
  const phone = await startDeskPhone(folder, port, desk.port, options);
  try {
    await story({ ...phone, port: desk.port }, target, caller);
  } finally {
    await phone.close();
    desk.close();
  }
}

/** Answer the caller, hold it, talk to 9999. Returns the transfer's id. */
export async function consult(phone: DeskPhone, caller: Peer): Promise<string> {
  await answerFirst(phone, caller);
  const started = await phone.ask('transfer.start', { to: '9999' });
  assert.equal(started.phase, 'done', JSON.stringify(started));
  const state = await phone.until('consulting', ({ transfer }) => transfer?.state === 'consulting');
  return state.transfer!.transferId;
}

export async function answerFirst(phone: DeskPhone, caller: Peer): Promise<void> {
  const rings = phone.until('ringing', ({ phone: name }) => name === 'ringing');
  await Promise.race([rings, passed(caller)]);
  await rings;
  const answer = await phone.ask('call.answer');
  assert.equal(answer.phase, 'done', JSON.stringify(answer));
}

export async function passed(peer: Peer): Promise<void> {
  const trouble = await peer.ended;
  if (trouble !== undefined) throw new Error(`SIPp's ${peer.name} did not get what it expects: ${trouble}`);
}
