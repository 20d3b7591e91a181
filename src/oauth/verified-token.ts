/**
 * What is known of the bearer of an access token after every check has passed: signature, type, issuer,
 * audience, expiry and the revocation ledger. Read-only; safe to hand to tools.
 */
export interface VerifiedToken {
  readonly jti: string;
  readonly kid: string;
  /** The call shows an API key, of which `jti` is the id; there is no access token. */
  readonly apiKey?: true;
  /** User id, or the client id for `client_credentials`. */
  readonly subject: string;
  /** Absent when the client acts for itself (`client_credentials`). */
  readonly userId?: string;
  readonly clientId: string;
  /** Grant id; absent for `client_credentials`. */
  readonly grantId?: string;
  readonly sessionId?: string;
  readonly scopes: readonly string[];
  /** The one resource (audience) the token is for. */
  readonly resource: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly authTime?: number;
  readonly acr?: string;
  readonly amr?: readonly string[];
  /** RFC 7638 thumbprint of the DPoP key it is bound to (RFC 9449 §6.1); absent for a bearer token. */
  readonly jkt?: string;
  /** Who acts for the person (RFC 8693 §4.1), the latest outermost. */
  readonly act?: Actor;
  /** The clients in `act`. */
  readonly actorIds?: readonly string[];
  /** Ledger position at issue. */
  readonly rev: number;
}

export interface Actor {
  readonly sub: string;
  readonly act?: Actor;
}

/** Every actor, the latest first. */
export function actorsOf(act: Actor | undefined): string[] {
  return act ? [act.sub, ...actorsOf(act.act)] : [];
}

/** Whom and what a token is of, as the audit trail names them. */
export type TokenIds = Pick<VerifiedToken, 'clientId' | 'userId' | 'grantId' | 'sessionId'>;

export function idsOf({ clientId, userId, grantId, sessionId }: VerifiedToken): TokenIds {
  return {
    clientId,
    ...(userId && { userId }),
    ...(grantId && { grantId }),
    ...(sessionId && { sessionId }),
  };
}
