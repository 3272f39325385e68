/** One case: the real phone among real or scripted peers. Throws when anything is not as it must be. */
export interface Case {
  readonly title: string;
  /** `folder` is empty, the case's own, and kept when it fails. */
  run(folder: string): Promise<void>;
}
