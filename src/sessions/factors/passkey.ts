/** A passkey that somebody has. */
export interface StoredPasskey {
  readonly id: string;
  readonly userId: string;
  readonly credentialId: Buffer;
  readonly userHandle: Buffer;
  readonly publicKey: Buffer;
  readonly transports: readonly string[];
  readonly backupEligible: boolean;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** What an authenticator made. */
export interface NewPasskey {
  readonly credentialId: Buffer;
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  readonly aaguid: string;
}

/** What a passkey said at a sign-in. */
export interface Assertion {
  readonly counter: number;
  readonly backedUp: boolean;
}

/** The same with what it is called, by its maker and by the person. */
export interface MadePasskey {
  readonly passkey: NewPasskey;
  readonly userHandle: Buffer;
  readonly name: string;
}
