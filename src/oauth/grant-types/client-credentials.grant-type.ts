import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Client } from '../clients/client.entity.js';
import { OAuthError } from '../oauth-error.js';
import type { Params } from '../params.js';
import { ScopePolicy } from '../scope-policy.js';
import type { TokenSet } from '../tokens/token-set.js';
import { ClientIssuance } from './client-issuance.js';
import type { GrantType } from './grant-type.js';

/** RFC 6749 §4.4: the client acts for itself; no refresh token, no id_token. */
@Injectable()
export class ClientCredentialsGrantType implements GrantType {
  readonly name = 'client_credentials';
  readonly mayRepeat = ['resource'];

  constructor(
    private readonly dataSource: DataSource,
    private readonly policy: ScopePolicy,
    private readonly issuance: ClientIssuance,
  ) {}

  async issue(client: Client, params: Params): Promise<TokenSet> {
    if (client.authMethod === 'none') {
      throw new OAuthError('unauthorized_client', 'A public client cannot use client_credentials', {
        reason: 'public_client',
      });
    }
    const { resource, scopes } = this.policy.forClient(client, params);
    return this.dataSource.transaction(async (tx) => {
      const rows = await tx.query<{ rev: string; trust_state: string }[]>(
        'SELECT (SELECT coalesce(max(seq), 0) FROM revocations) AS rev, trust_state FROM clients WHERE id = $1',
        [client.id],
      );
      const [row] = rows;
      if (!row || row.trust_state === 'suspended')
        throw new OAuthError('invalid_client', 'The client is unknown', { reason: 'client_suspended' });
      return this.issuance.issue(tx, client, { resource, scopes, rev: Number(row.rev) });
    });
  }
}
