import type { Case } from './case.ts';
import type { Cell } from './peers/matrix.ts';
import type { SoundCell } from './sound/sound-cells.ts';

/** How a SIPp case went. */
export interface Played {
  readonly case: Case;
  readonly passed: boolean;
}

/** The matrix for people: a row a peer and part, a column a transport. */
export function matrixTable(cells: readonly Cell[]): string {
  const rows = new Map<string, Map<string, string>>();
  for (const { peer, role, kind, wire, result, text } of cells) {
    const key = `${peer} | ${role} | ${kind}`;
    const row = rows.get(key) ?? new Map<string, string>();
    const first = text.split('\n')[0]!.slice(0, 120);
    row.set(
      wire,
      result === 'passed'
        ? `yes: ${first}; nothing left`
        : result === 'failed'
          ? `NO: ${first}`
          : `not tried: ${first}`,
    );
    rows.set(key, row);
  }
  const lines = [...rows].map(
    ([key, row]) => `| ${key} | ${row.get('udp') ?? ''} | ${row.get('tcp') ?? ''} | ${row.get('tls') ?? ''} |`,
  );
  return ['| peer | its part | transfer | UDP | TCP | TLS |', '|---|---|---|---|---|---|', ...lines].join('\n');
}

/** What both ends of a call heard: a row a pair of policies, a column a peer. */
export function soundTable(cells: readonly SoundCell[]): string {
  const peers = [...new Set(cells.map(({ peer }) => peer))];
  const rows = new Map<string, Map<string, string>>();
  for (const { peer, ours, theirs, result, text } of cells) {
    const key = `${ours} | ${theirs}`;
    const row = rows.get(key) ?? new Map<string, string>();
    rows.set(key, row.set(peer, result === 'failed' ? `NO: ${text.split('\n')[0]}` : text));
  }
  const lines = [...rows].map(([key, row]) => `| ${key} | ${peers.map((peer) => row.get(peer) ?? '').join(' | ')} |`);
  return [
    `| our \`srtp\` | the peer | ${peers.join(' | ')} |`,
    `|---|---${'|---'.repeat(peers.length)}|`,
    ...lines,
  ].join('\n');
}

/** docs/interop.md, from what was just played. */
export function document(
  cells: readonly Cell[],
  played: readonly Played[],
  sounds: readonly SoundCell[],
  versions: readonly string[],
): string {
  const cases = played.map(
    ({ case: { title }, passed }) => `| ${title.replaceAll('|', '\\|')} | ${passed ? 'yes' : 'NO'} |`,
  );
  return `# Other makers' telephones

Written by \`npm run interop -- --document\`; do not edit by hand. Every cell is a transfer that was played with the real desk phone as a process, steered over
its control socket, and the peer's own program: ${versions.join(', ')}.

## Transfers with real peers

All are registered at a Kamailio that asks everybody for a password, is the proxy of every call, and stays in the route of every dialog (Record-Route). The
peer plays one part, two desk phones play the others. "Nothing left" means that after the last hang-up no side had a call any more: both desk phones by
their published state, the peer by its own list of calls.

${matrixTable(cells)}

What to know of them:

- baresip 1.0 has no attended transfer of its own. As a transferee it leaves the Replaces in the Request-URI, so the colleague's phone rings once more; when that
  is answered the transfer is done. As a target it answers the INVITE with Replaces as a second call, and the desk phone ends the first.
- Twinkle 1.10.2 as the target of an attended transfer stops for good at its log line "End call due to Replaces header" when the call to be replaced is held. The desk phone
  then says "not confirmed" and keeps both calls, as it has to.
- Twinkle names the colleague by the Contact in Refer-To, a user part nobody dials: the desk phone that follows shows that name.
- linphone uses the GRUU that the registrar gives it as its Contact; a proxy has to look it up in every request of a dialog.
- Over TLS one authority has signed for the registrar and the desk phones, and everybody checks it. A phone without a certificate of its own is reached only over the
  connection that it opened: linphone, told to call its Contact, tried to connect there itself.
- Asterisk and FreeSWITCH are not tried: Debian 12 has no package of them.

## Sound, encrypted and in clear

A softphone of this project calls the peer, each speaks a tone of its own, and both recordings are searched for the other's. Encrypted is SRTP with keys in SDP
(SDES); linphone takes such an offer also when it was told to encrypt nothing.

${soundTable(sounds)}

## Scripted peers

SIPp plays the caller and the specialist, one scenario a row of the tables of what a peer may answer and what may go wrong.

| case | passed |
|---|---|
${cases.join('\n')}
`;
}
