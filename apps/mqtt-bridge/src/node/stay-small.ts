import { setFlagsFromString } from 'node:v8';

/**
 * Have V8 prefer memory to speed: a bridge handles a few messages a second and shares a small machine with a telephone.
 * Only flags that V8 looks at while it runs: one of its parser (`--max-lazy`) would end the process at the next function.
 * For a program's start; it holds for the whole process, so the program decides.
 */
export function staySmall(): void {
  for (const flag of ['--semi-space-growth-factor=1', '--no-opt']) setFlagsFromString(flag);
}
