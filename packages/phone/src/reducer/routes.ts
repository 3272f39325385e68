//  headset ──route-lost──► handset (away from headset) ──route-found──► idle: headset again
//                                     │                                  in a call: offered, the headset's button takes it
//                                     └──the person chooses a route──► that one, nothing is owed
import type { RouteName } from '@switchhook/rtp-media';
import type { HouseEvent } from './door.ts';
import type { Draft } from './draft.ts';
import { callsIn, inHand } from './inquiry.ts';

/** Devices of a route went away or came, or a headset told of itself (features.md rule 21). */
export function routeStep(
  d: Draft,
  event: HouseEvent & { readonly type: 'route-lost' | 'route-found' | 'headset' },
): void {
  switch (event.type) {
    case 'route-lost': {
      const { route, lostRoutes } = d.state;
      if (lostRoutes.includes(event.route)) return;
      d.set({ lostRoutes: [...lostRoutes, event.route] });
      if (route !== event.route || route === 'handset') return;
      moveRoute(d, 'handset');
      d.set({ awayFrom: event.route });
      d.say(5_000, `No ${event.route}`, 'Handset');
      return;
    }
    case 'route-found':
      if (!d.state.lostRoutes.includes(event.route)) return;
      d.set({ lostRoutes: d.state.lostRoutes.filter((route) => route !== event.route) });
      if (offered(d) === event.route && d.state.calls.length > 0)
        d.say(5_000, `The ${event.route} is back`, 'Its button = talk there');
      return;
    case 'headset':
      d.set({ headset: event.headset });
      return;
    default:
      event satisfies never;
      throw new Error('unknown event of a route');
  }
}

/** Somebody chose where to listen: what was lost is not owed any more. */
export function chooseRoute(d: Draft, to: RouteName): void {
  d.set({ awayFrom: undefined });
  moveRoute(d, to);
}

/** The route that was lost while it was in use, and is there again. */
export function offered({ state }: Draft): RouteName | undefined {
  const { awayFrom, lostRoutes } = state;
  return awayFrom === undefined || lostRoutes.includes(awayFrom) ? undefined : awayFrom;
}

/** In a call the one who listens decides; a phone at rest goes back by itself. */
export function returnRoute(d: Draft): void {
  const back = offered(d);
  if (back === undefined || inHand(d.state) !== undefined || callsIn(d.state, 'ringing', 'held').length > 0) return;
  if (d.state.prompt === undefined && d.state.hook === 'on') chooseRoute(d, back);
}

/** Another way to listen, which nobody chose. */
export function moveRoute(d: Draft, to: RouteName): void {
  if (d.state.route === to) return;
  d.set({ route: to });
  d.emit({ type: 'route', route: to });
}
