import {
  type PairFacts,
  startAttended,
  startBlind,
  startJoin,
  type TransferRules,
  transferRules,
} from '../src/index.ts';
import { attendedPair, blindPair, facts, legFacts } from './alphabet.ts';
import type { Start } from './observer.ts';

const goal = { referTo: 'sip:300@example.com', referredBy: 'sip:desk@example.com' };
const plain = transferRules('generic', { retryOtherForm: false });
const silentAllow = ['INVITE', 'BYE'];
/** The caller's Allow lacks REFER: the target gets it, out of the dialog because its Contact is a GRUU. */
const crossed: PairFacts = {
  caller: legFacts('caller', { allow: silentAllow }),
  target: legFacts('target', { allow: [...silentAllow, 'REFER'], gruu: true }),
};
/** Neither takes REFER. */
const mute: PairFacts = {
  caller: legFacts('caller', { allow: silentAllow }),
  target: legFacts('target', { allow: silentAllow }),
};
/** Two accounts at two servers. */
const twoServers: PairFacts = {
  caller: facts.caller,
  target: { ...facts.target, account: 'sip:desk@another.example' },
};

/** Everything from the first hold on. */
export const attended: Start = {
  name: 'attended',
  step: startAttended(attendedPair),
  pair: attendedPair,
  rules: transferRules(),
  without: ['merge', 'bridge'],
};
/** Two calls that stand: the rest of the machine in fewer states. */
export const small: Start = {
  name: 'join',
  step: startJoin(attendedPair, facts, 'caller'),
  pair: attendedPair,
  rules: plain,
  joined: 'caller',
};
/** The same with other rules: what the merge does is known from `small`. */
const joined = (name: string, of: PairFacts, rules: Partial<TransferRules>, more: Partial<Start> = {}): Start => ({
  ...small,
  name: `join, ${name}`,
  step: startJoin(attendedPair, of, 'target'),
  rules: { ...plain, ...rules },
  joined: 'target',
  without: ['merge', 'swap'],
  ...more,
});
/** Without a target. */
export const blind: Start = {
  name: 'blind',
  step: startBlind(blindPair, goal),
  pair: blindPair,
  rules: transferRules(),
};
/** The peers cannot, and the phone may only offer the bridge. */
export const ask = joined('a bridge only when asked', facts, { localBridge: 'ask' });
/** What the walks begin with; together they reach every state. */
export const starts: readonly Start[] = [
  attended,
  {
    ...attended,
    name: 'attended, early',
    rules: { ...plain, semiAttended: 'early', localBridge: 'never' },
    without: ['merge', 'bridge', 'swap', 'hold-refused', 'resume-refused'],
  },
  {
    ...attended,
    name: 'attended, blind at the first press',
    rules: { ...plain, semiAttended: 'blind', localBridge: 'never', holdTarget: false },
    without: ['merge', 'bridge', 'swap', 'hold-refused', 'resume-refused'],
  },
  blind,
  { ...blind, name: 'blind where BYE proves', rules: transferRules('netsapiens') },
  { ...blind, name: 'blind out of the dialog', step: startBlind(blindPair, { ...goal, caller: crossed.target }) },
  small,
  ask,
  joined('REFER to the target, which is not held', crossed, {
    holdTarget: false,
    requireReplaces: true,
    referSub: false,
  }),
  joined('neither takes REFER', mute, {}, { incapable: true }),
  {
    ...attended,
    name: 'attended, neither takes REFER',
    rules: plain,
    facts: mute,
    incapable: true,
    without: ['merge', 'bridge', 'swap', 'hold-refused', 'resume-refused'],
  },
  {
    ...small,
    name: 'join, neither takes REFER, from the caller',
    step: startJoin(attendedPair, mute, 'caller'),
    incapable: true,
  },
  joined('neither takes REFER, no bridge', mute, { localBridge: 'never' }, { incapable: true, without: ['swap'] }),
  joined('two servers, tried', twoServers, { acrossAccounts: 'try' }, { across: true }),
  joined('two servers, not tried', twoServers, {}, { incapable: true }),
  joined('a target that is protected', facts, { protectTarget: true }),
];
