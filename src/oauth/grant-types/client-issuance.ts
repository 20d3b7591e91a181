import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TokenSigner } from '../../keys/index.js';
import type { Client } from '../clients/client.entity.js';
import { OAuthError } from '../oauth-error.js';
import type { Resource } from '../resources.js';
import { issueStatement, StoredTokens } from '../tokens/stored-tokens.js';
import { TokenIssuer } from '../tokens/token-issuer.js';
import type { TokenSet } from '../tokens/token-set.js';

/** State and ledger position of one snapshot: what is ended after it is newer than the token. */
const FIND = `
SELECT trust_state, (SELECT coalesce(max(seq), 0) FROM revocations) AS rev FROM clients WHERE id = $1`;

/** The client's life is renewed by use, written at most once an hour. */
const ISSUE = issueStatement(`
UPDATE clients SET last_used_at = now()
WHERE id = $4 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 hour')`);

/** Gives a client a token for itself. */
@Injectable()
export class ClientIssuance {
  constructor(
    private readonly dataSource: DataSource,
    private readonly issuer: TokenIssuer,
    private readonly signer: TokenSigner,
    private readonly stored: StoredTokens,
  ) {}

  /** @throws OAuthError invalid_client when the client was suspended or deleted meanwhile */
  async issue(client: Client, resource: Resource, scopes: readonly string[]): Promise<TokenSet> {
    const [row] = await this.dataSource.query<{ rev: string; trust_state: string }[]>(FIND, [client.id]);
    if (!row || row.trust_state === 'suspended')
      throw new OAuthError('invalid_client', 'The client is unknown', { reason: 'client_suspended' });
    const issued = await this.issuer.forClient(client, resource, scopes, Number(row.rev));
    const of = { client, resource: resource.id, kid: this.signer.kid };
    await this.stored.remember(this.dataSource, ISSUE, { issued, of, grantType: 'client_credentials' }, []);
    return issued.tokens;
  }
}
