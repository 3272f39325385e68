/** The transports that a cell may use. */
export type Wire = 'udp' | 'tcp' | 'tls';

/** What every account has. */
export interface Subscriber {
  readonly user: string;
  readonly password: string;
  /** Registrar and proxy; port 5060, and 5061 for TLS. */
  readonly host: string;
  readonly wire: Wire;
  /** The registrar's certificate, a PEM file; for TLS. */
  readonly authority: string;
  /** Where this peer listens, free in the network namespace. */
  readonly port: number;
  /** Home, configuration and logs; exists and is empty. */
  readonly home: string;
}

/** A telephone of another maker: registered, and answering every call by itself. */
export interface RealPeer {
  readonly user: string;
  /** Call `user` at the registrar; resolves when it has answered. */
  call(user: string): Promise<void>;
  /** Hand the only call over to `user` without asking. */
  transferBlind(user: string): Promise<void>;
  /** With one call standing: hold it, call `user`, and when that answers hand the first over. */
  transferAttended(user: string): Promise<void>;
  /** It calls the target without Replaces: the colleague's phone rings once more. */
  readonly dropsReplaces?: true;
  /** Calls that it still has. */
  calls(): Promise<number>;
  hangUp(): Promise<void>;
  close(): Promise<void>;
}

/** A maker's telephone, and what of it is here. */
export interface Make {
  readonly name: string;
  /** What has to be installed, or undefined when all is here. */
  missing(): string | undefined;
  /** Why it cannot play a part; undefined when it can. */
  cannot(role: Role, kind: Kind, wire: Wire): string | undefined;
  start(subscriber: Subscriber): Promise<RealPeer>;
}

/** Which part of a transfer the peer plays; the desk phone plays the others. */
export type Role = 'transferor' | 'transferee' | 'target';
export type Kind = 'attended' | 'blind';
