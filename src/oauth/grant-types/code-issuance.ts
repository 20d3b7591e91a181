import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { currentAudit } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { TokenSigner } from '../../keys/index.js';
import type { Client } from '../clients/client.entity.js';
import type { GrantState } from '../tokens/grant-state.js';
import { issueStatement, StoredTokens } from '../tokens/stored-tokens.js';
import { TokenIssuer } from '../tokens/token-issuer.js';
import type { TokenSet } from '../tokens/token-set.js';

export interface CodeState extends GrantState {
  readonly code_client_id: string;
  readonly redirect_uri: string;
  readonly code_challenge: string;
  readonly nonce: string | null;
  readonly code_expires_at: Date;
  readonly used_at: Date | null;
}

const REDEEM = issueStatement(`,
spent AS (UPDATE authorization_codes SET used_at = now() WHERE digest = $14)
UPDATE grants SET activated_at = now(), last_used_at = now(), last_used_ip = $15 WHERE id = $2`);

/** Redeems a code that has passed every check. */
@Injectable()
export class CodeIssuance {
  constructor(
    private readonly issuer: TokenIssuer,
    private readonly signer: TokenSigner,
    private readonly stored: StoredTokens,
    private readonly config: AppConfig,
  ) {}

  async issue(tx: EntityManager, client: Client, state: CodeState, codeDigest: Buffer): Promise<TokenSet> {
    const of = {
      grantId: state.grant_id,
      userId: state.user_id,
      client,
      resource: state.resource,
      kid: this.signer.kid,
    };
    const issued = await this.issuer.fromGrant({
      state,
      client,
      scopes: state.scopes,
      withRefreshToken: this.mayRefresh(client, state),
      ...(state.nonce !== null && { nonce: state.nonce }),
    });
    const own = [codeDigest, currentAudit()?.ip ?? null];
    await this.stored.remember(tx, REDEEM, { issued, of, grantType: 'authorization_code' }, own);
    return issued.tokens;
  }

  private mayRefresh(client: Client, { scopes }: GrantState): boolean {
    const asked =
      this.config.policies.clients.refresh_without_offline_access || scopes.includes('offline_access');
    return asked && client.grantTypes.includes('refresh_token');
  }
}
