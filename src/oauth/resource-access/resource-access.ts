import { Injectable, Logger } from '@nestjs/common';
import type { Request } from 'express';
import { identify } from '../../audit/index.js';
import { digest } from '../../sealing/index.js';
import { AccessTokenVerifier, InvalidToken } from '../access-token-verifier.js';
import { BadProof } from '../dpop/bad-proof.js';
import { DpopProofs } from '../dpop/dpop-proofs.js';
import { idsOf, type VerifiedToken } from '../verified-token.js';
import { AccessRefused } from './access-refused.js';
import { presentedToken, type Scheme } from './presented-token.js';

const INVALID = 'The access token is invalid, expired, revoked or not for this server';

/**
 * What every protected resource asks first: an access token for it in the Authorization header and nowhere else, and
 * for one that is bound to a key, a proof of that key (RFC 9449 §7).
 */
@Injectable()
export class ResourceAccess {
  private readonly logger = new Logger(ResourceAccess.name);

  constructor(
    private readonly verifier: AccessTokenVerifier,
    private readonly proofs: DpopProofs,
  ) {}

  /**
   * `resource` is the exact audience the token must have.
   * @throws AccessRefused, or the database's error when it cannot be asked (answer 503)
   */
  async verify(req: Request, resource: string): Promise<VerifiedToken> {
    const presented = presentedToken(req.rawHeaders);
    if (presented.kind === 'none')
      throw new AccessRefused({
        scheme: 'Bearer',
        reason: 'credentials_missing',
        description: 'An access token is required',
      });
    const { scheme } = presented;
    if (presented.kind === 'malformed')
      throw new AccessRefused({
        scheme,
        code: 'invalid_request',
        reason: presented.reason,
        description: 'The Authorization header is malformed',
      });
    const token = await this.verified(presented.token, resource, scheme);
    if (scheme === 'DPoP') await this.checkProof(req, presented.token, token);
    // RFC 9449 §7.2: a bound token is worth nothing without its key.
    else if (token.jkt !== undefined) throw invalid('DPoP', 'bound_token_as_bearer', token);
    return token;
  }

  private async verified(text: string, resource: string, scheme: Scheme): Promise<VerifiedToken> {
    try {
      return await this.verifier.verify(text, resource);
    } catch (error) {
      if (!(error instanceof InvalidToken)) throw error;
      this.logger.debug({ reason: error.reason }, 'access token refused');
      throw invalid(scheme, error.reason, error.token, error);
    }
  }

  private async checkProof(req: Request, text: string, token: VerifiedToken): Promise<void> {
    if (token.jkt === undefined) throw invalid('DPoP', 'unbound_token_with_dpop', token);
    try {
      const proof = await this.proofs.read(req);
      if (!proof) throw new BadProof('proof_missing');
      if (proof.jkt !== token.jkt) throw invalid('DPoP', 'proof_of_another_key', token);
      if (proof.ath !== digest(text).toString('base64url')) throw new BadProof('proof_of_another_token');
      await this.proofs.spend(proof);
    } catch (error) {
      if (!(error instanceof BadProof)) throw error;
      identify(idsOf(token));
      const { code, reason, description } = error;
      throw new AccessRefused({ scheme: 'DPoP', code, reason, description }, { cause: error });
    }
  }
}

/** Whose it was is named, so that the trail of a grant shows who came back after it was ended. */
function invalid(scheme: Scheme, reason: string, token?: VerifiedToken, cause?: unknown): AccessRefused {
  if (token) identify(idsOf(token));
  return new AccessRefused({ scheme, code: 'invalid_token', reason, description: INVALID }, { cause });
}
