import { deciding } from './guards/deciding.ts';
import { legs } from './guards/legs.ts';
import { receiving } from './guards/receiving.ts';
import { sending } from './guards/sending.ts';
import type { Mutant } from './mutant.ts';

/** Guards of `packages/transfer/src`, each taken away in turn. */
export const mutants: readonly Mutant[] = [...sending, ...deciding, ...legs, ...receiving];
