import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RevocationLedger } from '../revocation/index.js';
import { digest } from '../sealing/index.js';
import { AccessTokenVerifier, InvalidToken } from './access-token-verifier.js';
import type { Client } from './clients/client.entity.js';
import { IntrospectionWords, type Finding, type RefreshFacts } from './introspection.words.js';
import type { VerifiedToken } from './verified-token.js';

/** Unused, unexpired, of a grant that lives. */
const REFRESH = `
SELECT g.client_id, g.user_id, g.scopes, floor(extract(epoch FROM r.created_at))::float8 AS iat,
  floor(extract(epoch FROM r.expires_at))::float8 AS exp,
  (r.used_at IS NULL AND r.expires_at > now() AND g.revoked_at IS NULL AND g.expires_at > now()
    AND u.disabled_at IS NULL) AS alive
FROM refresh_tokens r JOIN grants g ON g.id = r.grant_id JOIN users u ON u.id = g.user_id WHERE r.digest = $1`;

/** Finds out about a token for a client (RFC 7662 §2.2), as of now. */
@Injectable()
export class IntrospectionFindings {
  constructor(
    private readonly dataSource: DataSource,
    private readonly verifier: AccessTokenVerifier,
    private readonly ledger: RevocationLedger,
    private readonly words: IntrospectionWords,
  ) {}

  async find(client: Client, token: string): Promise<Finding> {
    await this.ledger.catchUp();
    const known = await this.verifier.peek(token);
    const access = known && (await this.verifier.alive(token));
    const finding = access && this.words.ofAccess(client, access);
    if (finding && 'answer' in finding) return finding;
    // What is somebody else's is looked for as long as what never was.
    return (await this.refresh(client, token)) ?? finding ?? this.dead(known, token);
  }

  private async refresh(client: Client, token: string): Promise<Finding | undefined> {
    const [row] = await this.dataSource.query<(RefreshFacts & { readonly alive: boolean })[]>(REFRESH, [
      digest(token),
    ]);
    if (!row) return undefined;
    if (!row.alive) return { refused: 'over' };
    // No resource ever gets to see a refresh token.
    return row.client_id === client.id ? this.words.ofRefresh(row) : { refused: 'not_for_this_client' };
  }

  private async dead(known: VerifiedToken | undefined, token: string): Promise<Finding> {
    return { refused: known || (await this.isExpired(token)) ? 'over' : 'unknown_token' };
  }

  /** Of a JWT; an opaque token that has expired is known. */
  private async isExpired(token: string): Promise<boolean> {
    if (!token.includes('.')) return false;
    try {
      await this.verifier.verify(token, '');
      return false;
    } catch (error) {
      if (!(error instanceof InvalidToken)) throw error;
      return error.reason === 'expired';
    }
  }
}
