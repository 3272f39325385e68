import type { Draft } from './draft.ts';
import { answerNow } from './errand.ts';
import { nameOf } from './inquiry.ts';
import { chooseRoute } from './routes.ts';
import type { Call } from './state.ts';

/**
 * Answered without a hand, with a tone that warns who may be heard now. With the handset in its place the loudspeaker
 * is taken, where there is one.
 */
export function answerUnasked(d: Draft, call: Call): void {
  const { hook, route, lostRoutes } = d.state;
  if (hook === 'on' && route === 'handset' && !lostRoutes.includes('speaker')) {
    chooseRoute(d, 'speaker');
  }
  d.beep('auto-answer');
  d.say(5_000, 'Answered by itself', nameOf(call));
  answerNow(d, call.id, undefined);
}
