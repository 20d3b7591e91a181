import { Injectable } from '@nestjs/common';
import { OAuthError } from '../oauth-error.js';
import type { TokenSet } from '../tokens/token-set.js';
import { ExchangeIssuance } from './exchange/exchange-issuance.js';
import { readExchange } from './exchange/exchange-request.js';
import { ExchangeTarget } from './exchange/exchange-target.js';
import { SubjectTokens } from './exchange/subject-tokens.js';
import type { GrantType, TokenRequest } from './grant-type.js';
import { TOKEN_EXCHANGE } from './names.js';
import { RefusalDetails, type About } from './refusal-details.js';

/** RFC 8693: a service passes a person's token on as a narrower one of its own, and is named in it. */
@Injectable()
export class TokenExchangeGrantType implements GrantType {
  readonly name = TOKEN_EXCHANGE;
  readonly mayRepeat = ['resource', 'audience'];

  constructor(
    private readonly subjects: SubjectTokens,
    private readonly target: ExchangeTarget,
    private readonly issuance: ExchangeIssuance,
    private readonly refusals: RefusalDetails,
  ) {}

  async issue(asked: TokenRequest): Promise<TokenSet> {
    if (asked.client.authMethod === 'none')
      throw new OAuthError('unauthorized_client', 'A public client cannot exchange tokens', {
        reason: 'public_client',
      });
    const request = readExchange(asked);
    const about: About = { grant_type: TOKEN_EXCHANGE, targets: request.targets };
    return this.refusals.around(about, async () => {
      const subject = await this.subjects.admit(request, about);
      return this.issuance.issue(request, { subject, ...this.target.admit(request, subject) });
    });
  }
}
