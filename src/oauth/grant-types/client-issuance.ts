import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
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
const ISSUE = issueStatement(
  `SELECT id, last_used_at FROM clients WHERE id = $4 AND trust_state <> 'suspended'`,
  `renewed AS (UPDATE clients c SET last_used_at = now() FROM alive
    WHERE c.id = alive.id AND (alive.last_used_at IS NULL OR alive.last_used_at < now() - interval '1 hour'))`,
);

interface Asked {
  readonly resource: Resource;
  readonly scopes: readonly string[];
  readonly jkt?: string | undefined;
}

/** Gives a client a token for itself: two round trips, one to look and one to write. */
@Injectable()
export class ClientIssuance {
  constructor(
    private readonly dataSource: DataSource,
    private readonly issuer: TokenIssuer,
    private readonly stored: StoredTokens,
  ) {}

  /** @throws OAuthError invalid_client when the client was suspended or deleted meanwhile */
  async issue(client: Client, { resource, scopes, jkt }: Asked): Promise<TokenSet> {
    const [row] = await this.dataSource.query<{ rev: string; trust_state: string }[]>(FIND, [client.id]);
    if (!row || row.trust_state === 'suspended') throw suspended();
    const issued = await this.issuer.alone({
      client,
      resource,
      scopes,
      rev: Number(row.rev),
      ...(jkt && { jkt }),
    });
    const of = { clientId: client.id, resource: resource.id };
    const grantType = 'client_credentials';
    if (!(await this.stored.remember(this.dataSource, ISSUE, { issued, grantType, ...of })))
      throw suspended();
    return issued.tokens;
  }
}

const suspended = (): OAuthError =>
  new OAuthError('invalid_client', 'The client is unknown', { reason: 'client_suspended' });
