/** What the receptionist wants next. How it is done is the hand's business. */
export type Step =
  | { readonly name: 'answer' }
  /** Hold the caller and ask for the specialist's number. */
  | { readonly name: 'transfer' }
  | { readonly name: 'dial'; readonly digits: string }
  | { readonly name: 'complete' }
  | { readonly name: 'hang-up' };

/** A hand on the receptionist's phone: the keyboard, a headset, a broker's message. */
export interface Hand {
  readonly name: string;
  /** Resolves when the step has been given to the phone, not when the phone has done it. */
  press(step: Step): Promise<void>;
  close(): Promise<void>;
}
