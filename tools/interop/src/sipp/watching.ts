import type { Snapshot } from '@switchhook/phone/control';
import type { Case } from '../case.ts';
import type { PhoneOptions } from '../desk-phone.ts';
import { office, passed } from './office.ts';
import { startPeer } from './peer.ts';

interface Told {
  readonly body: string;
  /** What the picture shows then. */
  readonly shows: (picture: Snapshot) => boolean;
}

interface Watching {
  readonly title: string;
  readonly event: string;
  readonly type: string;
  readonly phone: PhoneOptions;
  readonly first: Told;
  readonly second: Told;
}

const info = (version: number, state: string, dialogs: string) =>
  `<?xml version="1.0"?>\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="${state}" entity="sip:9999@127.0.0.1">${dialogs}</dialog-info>`;

/** Subscriptions, with every header field looked at. */
export const WATCHING: readonly Case[] = [
  watching({
    title:
      'RFC 4235: an extension is watched, a NOTIFY before the 2xx counts, partial state adds, the end unsubscribes',
    event: 'dialog',
    type: 'application\\/dialog-info\\+xml',
    phone: { blf: [{ target: '9999', label: 'Specialist' }] },
    first: {
      body: info(0, 'full', ''),
      shows: ({ blf, lamps }) => blf[0]?.state === 'idle' && lamps['blf1'] === 'off',
    },
    second: {
      body: info(
        1,
        'partial',
        '<dialog id="a" call-id="c" local-tag="l" remote-tag="r" direction="recipient"><state>early</state><remote><target uri="sip:3@127.0.0.1:9"/></remote></dialog>',
      ),
      shows: ({ blf, lamps, canDo }) =>
        blf[0]?.state === 'ringing' && lamps['blf1'] === 'fast-red' && canDo.includes('blf.pickup'),
    },
  }),
  watching({
    title: 'RFC 3842: a mailbox is watched, new messages light the lamp, the end unsubscribes',
    event: 'message-summary',
    type: 'application\\/simple-message-summary',
    phone: { account: { mwi: 'subscribe', user: '9999' } },
    first: {
      body: 'Messages-Waiting: no\nVoice-Message: 0/3 (0/0)\n',
      shows: ({ mwi }) => !mwi.waiting && mwi.old === 3,
    },
    second: {
      body: 'Messages-Waiting: yes\nMessage-Account: sip:500@127.0.0.1\nVoice-Message: 2/3 (1/0)\n',
      shows: ({ mwi, lamps }) => mwi.new === 2 && mwi.urgentNew === 1 && lamps['message'] === 'slow-red',
    },
  }),
];

function watching({ title, event, type, phone: options, first, second }: Watching): Case {
  return {
    title,
    run: (folder) =>
      office(folder, options, async (phone, target) => {
        const plain = type.replaceAll('\\', '');
        const notifier = startPeer('notifier', folder, target, {
          variants: [
            { from: 'EVENT', to: event },
            { from: 'TYPE', to: type },
            ...[1, 2, 3].map(() => ({ from: 'EVENT', to: event })),
            ...[1, 2].map(() => ({ from: 'TYPE', to: plain })),
            { from: 'FIRST', to: first.body },
            { from: 'SECOND', to: second.body },
          ],
        });
        const story = async () => {
          await phone.until('told the first time', first.shows);
          await phone.until('told the second time', second.shows);
          await phone.close();
          await passed(notifier);
        };
        try {
          // a peer that gives up says why sooner than the phone's picture does
          const gaveUp = passed(notifier).then(() => new Promise<never>(() => undefined));
          await Promise.race([story(), gaveUp]);
        } finally {
          notifier.kill();
        }
      }),
  };
}
