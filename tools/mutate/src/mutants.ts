import type { Mutant } from './mutant.ts';

/** Guards of `packages/transfer/src`, each taken away in turn. */
export const mutants: readonly Mutant[] = [
  {
    file: 'rules.ts',
    find: 'retryOtherForm: true',
    put: 'retryOtherForm: false',
    guard: 'the other form of the URI is tried',
  },
  {
    file: 'verdict.ts',
    find: 'status === 408 || status === 481',
    put: 'status === 481',
    guard: '408 to a re-INVITE means the dialog has gone',
  },
];
