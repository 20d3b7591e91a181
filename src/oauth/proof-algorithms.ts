/**
 * Signatures this server takes from others, in client assertions and DPoP proofs: asymmetric only, so that no shared
 * secret and no `none` can pass (RFC 8725 §3.1). `Ed25519` is RFC 9864's name for what `EdDSA` means here.
 */
export const PROOF_ALGORITHMS = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const;
