import assert from 'node:assert/strict';
import type { DeskPhone } from '../desk-phone.ts';
import { LIMIT_MS } from './console.ts';
import type { Kind, RealPeer, Role } from './real-peer.ts';

/** A desk phone and its number. */
export interface Desk extends DeskPhone {
  readonly user: string;
}

/** How a cell ended: the words of its evidence, and the calls that each side still has at the end. */
export interface Outcome {
  readonly said: string;
  readonly left: { readonly reception: number; readonly colleague: number; readonly peer: number };
}

const calls = ({ lines, waiting = [] }: Awaited<ReturnType<DeskPhone['until']>>) =>
  [...lines, ...waiting].filter(({ callId }) => callId !== null);

/**
 * One transfer: the peer plays `role`, the desk phones the other two. Everybody who remains is hung up at the end, and
 * what is left then is counted.
 */
export async function play(role: Role, kind: Kind, peer: RealPeer, reception: Desk, colleague: Desk): Promise<Outcome> {
  const said = await PLAYS[role][kind](peer, reception, colleague);
  await hangUpBoth(peer, reception, colleague);
  const left = { reception: await leftAt(reception), colleague: await leftAt(colleague), peer: await peer.calls() };
  assert.deepEqual(left, { reception: 0, colleague: 0, peer: 0 }, 'calls are left over');
  return { said, left };
}

type Play = (peer: RealPeer, reception: Desk, colleague: Desk) => Promise<string>;

const PLAYS: Readonly<Record<Role, Readonly<Record<Kind, Play>>>> = {
  transferee: {
    // reception calls the peer, asks the colleague and hands the peer over
    async attended(peer, reception, colleague) {
      await dial(reception, peer.user);
      const said = await consultAndComplete(
        reception,
        colleague.user,
        () => pickUp(colleague),
        () => (peer.dropsReplaces === true ? pickUp(colleague) : Promise.resolve()),
      );
      await rest(colleague, peer, peer.user);
      await idle(reception);
      return said;
    },
    async blind(peer, reception, colleague) {
      const callId = await dial(reception, peer.user);
      const verdict = reception.ask('transfer.blind', { callId, to: colleague.user });
      await pickUp(colleague);
      const said = evidence(await verdict);
      await rest(colleague, peer, peer.user);
      await idle(reception);
      return said;
    },
  },
  target: {
    // the colleague calls reception, which asks the peer and hands the colleague over
    async attended(peer, reception, colleague) {
      await between(colleague, reception);
      const said = await consultAndComplete(reception, peer.user);
      await rest(colleague, peer);
      await idle(reception);
      return said;
    },
    async blind(peer, reception, colleague) {
      await between(colleague, reception);
      const { lines } = await reception.until('talking', ({ lines }) => lines.some(({ state }) => state === 'talking'));
      const { callId } = lines.find(({ state }) => state === 'talking')!;
      const said = evidence(await reception.ask('transfer.blind', { callId, to: peer.user }));
      await rest(colleague, peer);
      await idle(reception);
      return said;
    },
  },
  transferor: {
    // the peer calls reception, asks the colleague and hands reception over
    async attended(peer, reception, colleague) {
      await Promise.all([peer.call(reception.user), pickUp(reception)]);
      await Promise.all([peer.transferAttended(colleague.user), pickUp(colleague)]);
      await handedOver(peer, reception, colleague);
      return 'REFER obeyed, Replaces obeyed';
    },
    async blind(peer, reception, colleague) {
      await Promise.all([peer.call(reception.user), pickUp(reception)]);
      await peer.transferBlind(colleague.user);
      await pickUp(colleague);
      await handedOver(peer, reception, colleague);
      return 'REFER obeyed';
    },
  },
};

/** Reception and the colleague talk, the peer is out. */
async function handedOver(peer: RealPeer, reception: Desk, colleague: Desk): Promise<void> {
  // a Refer-To may name the colleague by its Contact, which nobody dials: reception cannot know the number then
  const talks = (desk: Desk, number?: string) =>
    desk.until(
      'talking to the other alone',
      (state) => {
        const [only, ...others] = calls(state);
        const right = number === undefined || only?.party?.number === number;
        return only?.state === 'talking' && right && others.length === 0;
      },
      2 * LIMIT_MS,
    );
  await Promise.all([talks(reception), talks(colleague, reception.user)]);
  await peerIdle(peer);
}

async function peerIdle(peer: RealPeer): Promise<void> {
  let left = await peer.calls();
  for (const end = Date.now() + 2 * LIMIT_MS; left > 0; left = await peer.calls()) {
    if (Date.now() > end) throw new Error(`the peer still has ${left} calls`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The colleague and the peer talk, and each has that call only. */
async function rest(colleague: Desk, peer: RealPeer, number?: string): Promise<void> {
  await colleague.until(
    'talking to the peer alone',
    (state) => {
      const [only, ...others] = calls(state);
      const right = number === undefined || only?.party?.number === number;
      return only?.state === 'talking' && right && others.length === 0;
    },
    LIMIT_MS,
  );
  let left = await peer.calls();
  for (const end = Date.now() + LIMIT_MS; left !== 1; left = await peer.calls()) {
    if (Date.now() > end) throw new Error(`the peer has ${left} calls instead of one`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function hangUpBoth(peer: RealPeer, ...desks: readonly Desk[]): Promise<void> {
  for (const desk of desks) {
    const { lines } = await desk.until('shown', () => true);
    for (const { callId } of lines) if (callId !== null) await desk.ask('call.hangup', { callId });
  }
  for (const desk of desks) await idle(desk);
  await peerIdle(peer);
}

async function leftAt(desk: Desk): Promise<number> {
  return calls(await desk.until('shown', () => true)).length;
}

async function idle(desk: Desk): Promise<void> {
  await desk.until('idle', (state) => state.phone === 'idle' && calls(state).length === 0, LIMIT_MS);
}

async function dial(desk: Desk, to: string): Promise<string> {
  const answer = await desk.ask('call.dial', { to });
  assert.equal(answer.phase, 'done', JSON.stringify(answer));
  const state = await desk.until(
    `talking to ${to}`,
    ({ lines }) => lines.some(({ state: name }) => name === 'talking'),
    LIMIT_MS,
  );
  return state.lines.find(({ state: name }) => name === 'talking')!.callId!;
}

async function pickUp(desk: Desk): Promise<void> {
  await desk.until('ringing', ({ lines }) => lines.some(({ state }) => state === 'ringing'), LIMIT_MS);
  const answer = await desk.ask('call.answer');
  assert.equal(answer.phase, 'done', JSON.stringify(answer));
}

/** `from` calls `to`, which answers. */
async function between(from: Desk, to: Desk): Promise<void> {
  await Promise.all([dial(from, to.user), pickUp(to)]);
  await to.until('talking', ({ lines }) => lines.some(({ state }) => state === 'talking'));
}

async function consultAndComplete(
  desk: Desk,
  to: string,
  answered?: () => Promise<void>,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  const started = await desk.ask('transfer.start', { to });
  assert.equal(started.phase, 'done', JSON.stringify(started));
  await answered?.();
  const { transfer } = await desk.until('consulting', (state) => state.transfer?.state === 'consulting', LIMIT_MS);
  const { transferId } = transfer!;
  const verdict = desk.ask('transfer.complete', { transferId });
  await meanwhile();
  return evidence(await verdict);
}

function evidence(answer: Awaited<ReturnType<DeskPhone['ask']>>): string {
  assert.ok(answer.phase === 'done', JSON.stringify(answer));
  return `completed by ${answer.result['evidence']}`;
}
