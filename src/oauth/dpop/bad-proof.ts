/** A DPoP proof that is not good here. `reason` is for the log and the audit trail, never for the caller. */
export class BadProof extends Error {
  constructor(
    readonly reason: string,
    readonly code: 'invalid_dpop_proof' | 'use_dpop_nonce' = 'invalid_dpop_proof',
  ) {
    super(reason);
    this.name = 'BadProof';
  }

  /** For the caller. */
  get description(): string {
    return this.code === 'use_dpop_nonce'
      ? 'The DPoP proof must have the nonce of the DPoP-Nonce header'
      : 'The DPoP proof is missing, invalid, expired or was used before';
  }
}
