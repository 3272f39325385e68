import type { MediaPort } from '@switchhook/rtp-media';
import type { SoundEffect } from '../reducer/door.ts';
import type { CallSessions } from './call-sessions.ts';

/** Perform what the phone wants heard: calls become the media sessions that belong to them. */
export function performSound(effect: SoundEffect, media: MediaPort, sessions: CallSessions): void {
  switch (effect.type) {
    case 'connect': {
      media.send({ type: 'connect', sessions: effect.calls.flatMap((call) => sessions.mediaOf(call) ?? []) });
      return;
    }
    case 'bridge':
      media.send({
        type: 'bridge',
        sessions: effect.calls.flatMap((call) => sessions.mediaOf(call) ?? []),
        name: effect.transfer,
      });
      return;
    case 'dtmf': {
      const { call, digits, durationMs } = effect;
      const session = sessions.mediaOf(call);
      if (session !== undefined) media.send({ type: 'dtmf', session, digits, durationMs });
      return;
    }
    case 'ringer':
      media.send({ type: 'ring', ring: effect.ring });
      return;
    case 'tone':
    case 'mute':
    case 'route':
    case 'volume':
      media.send(effect);
      return;
    default:
      throw effect satisfies never;
  }
}
