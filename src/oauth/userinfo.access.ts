import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { identify } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import { AccessTokenVerifier, InvalidToken } from './access-token-verifier.js';
import { Params } from './params.js';
import { AccessRefused } from './resource-access/access-refused.js';
import { presentedToken } from './resource-access/presented-token.js';
import { ResourceAccess } from './resource-access/resource-access.js';
import { idsOf, type VerifiedToken } from './verified-token.js';

/** The access token of a userinfo request: in the Authorization header, or in the form of a POST (RFC 6750 §2.2). */
@Injectable()
export class UserinfoAccess {
  constructor(
    private readonly config: AppConfig,
    private readonly access: ResourceAccess,
    private readonly verifier: AccessTokenVerifier,
  ) {}

  /** @throws AccessRefused */
  async verify(req: Request): Promise<VerifiedToken> {
    const isForm = req.method === 'POST' && req.is('application/x-www-form-urlencoded');
    const inForm = Params.from(isForm ? req.body : undefined).all('access_token');
    const inQuery = Params.from(req.query).all('access_token');
    const inHeader = presentedToken(req.rawHeaders).kind !== 'none';
    // §2: no more than one method in each request. One in the query alone counts as none.
    if (inForm.length + inQuery.length + Number(inHeader) > 1)
      throw new AccessRefused({
        scheme: 'Bearer',
        code: 'invalid_request',
        reason: 'two_access_tokens',
        description: 'Send one access token, in one place',
      });
    const [token] = inForm;
    return token === undefined
      ? this.access.verify(req, this.config.userinfoResource)
      : this.verifyBearer(token);
  }

  private async verifyBearer(text: string): Promise<VerifiedToken> {
    try {
      const token = await this.verifier.verify(text, this.config.userinfoResource);
      // RFC 9449 §7.2: a bound token comes with the DPoP scheme.
      if (token.jkt !== undefined) throw new InvalidToken('bound_token_as_bearer', token);
      return token;
    } catch (error) {
      if (!(error instanceof InvalidToken)) throw error;
      // So that the trail of a grant shows who came back after it was ended.
      if (error.token) identify(idsOf(error.token));
      throw invalidToken(error.reason);
    }
  }
}

export const invalidToken = (reason: string): AccessRefused =>
  new AccessRefused({
    scheme: 'Bearer',
    code: 'invalid_token',
    reason,
    description: 'The access token is invalid, expired, revoked or not for this server',
  });
