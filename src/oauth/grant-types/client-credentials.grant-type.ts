import { Injectable } from '@nestjs/common';
import { OAuthError } from '../oauth-error.js';
import { ScopePolicy } from '../scope-policy.js';
import type { TokenSet } from '../tokens/token-set.js';
import { ClientIssuance } from './client-issuance.js';
import type { GrantType, TokenRequest } from './grant-type.js';

/** RFC 6749 §4.4: the client acts for itself; no refresh token, no id_token. */
@Injectable()
export class ClientCredentialsGrantType implements GrantType {
  readonly name = 'client_credentials';
  readonly mayRepeat = ['resource'];

  constructor(
    private readonly policy: ScopePolicy,
    private readonly issuance: ClientIssuance,
  ) {}

  async issue({ client, params, jkt }: TokenRequest): Promise<TokenSet> {
    if (client.authMethod === 'none') {
      throw new OAuthError('unauthorized_client', 'A public client cannot use client_credentials', {
        reason: 'public_client',
      });
    }
    const { resource, scopes } = this.policy.forClient(client, params);
    return this.issuance.issue(client, { resource, scopes, jkt });
  }
}
