import type { Finding } from '../../doctor/finding.ts';
import type { LoadedConfiguration } from '../configuration-file.ts';

/** What a check may look at. */
export interface CheckContext {
  /** Undefined when it cannot be read, which is a finding of its own. */
  readonly loaded: LoadedConfiguration | undefined;
  /** The bridge's configuration file, when it was named. */
  readonly bridge: string | undefined;
}

/** One part that the doctor looks at. It changes nothing, ends within a few seconds and throws only bugs. */
export type Check = (context: CheckContext) => Promise<readonly Finding[]> | readonly Finding[];
