import { Injectable } from '@nestjs/common';
import { OAuthError } from '../oauth-error.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { GrantType, TokenRequest } from './grant-type.js';
import { Assertions } from './id-jag/assertions.js';
import { IdJagDecision } from './id-jag/id-jag-decision.js';
import { IdJagIssuance } from './id-jag/id-jag-issuance.js';
import { JWT_BEARER } from './names.js';
import { RefusalDetails, type About } from './refusal-details.js';

/**
 * RFC 7523 §2.1 with an identity assertion of a trusted issuer (ID-JAG): the organisation decides in place of the
 * person. An access token and nothing beside it: no refresh token, no id_token.
 */
@Injectable()
export class JwtBearerGrantType implements GrantType {
  readonly name = JWT_BEARER;
  readonly mayRepeat = ['resource'];
  readonly enabled: boolean;

  constructor(
    private readonly assertions: Assertions,
    private readonly decision: IdJagDecision,
    private readonly issuance: IdJagIssuance,
    private readonly refusals: RefusalDetails,
  ) {
    this.enabled = assertions.possible;
  }

  async issue(request: TokenRequest): Promise<TokenSet> {
    const { client, params } = request;
    if (client.authMethod === 'none')
      throw new OAuthError('invalid_client', 'The client must authenticate to bring an assertion', {
        reason: 'public_client',
      });
    const assertion = params.require('assertion');
    if (params.get('authorization_details') !== undefined)
      throw new OAuthError('invalid_request', 'authorization_details is not supported', {
        reason: 'authorization_details_not_supported',
      });
    const about: About = { grant_type: JWT_BEARER };
    return this.refusals.around(about, async () => {
      const verified = await this.assertions.verify(assertion, client, about);
      const decided = await this.decision.decide(request, verified);
      await this.assertions.spend(verified);
      await this.decision.settle(decided);
      return this.issuance.issue(request, verified, decided);
    });
  }
}
