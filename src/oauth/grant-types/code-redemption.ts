import { Injectable } from '@nestjs/common';
import { currentAudit } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import type { Client } from '../clients/client.entity.js';
import { mayRefresh } from '../refreshable.js';
import { ScopePolicy } from '../scope-policy.js';
import { GRANT_ALIVE, GRANT_JOINS, type GrantState } from '../tokens/grant-state.js';
import { Issuance } from '../tokens/issuance.js';
import { issueStatement } from '../tokens/stored-tokens.js';
import { DEVICE_CODE } from './names.js';
import { invalidGrant, type Outcome } from './outcome.js';

/** Spends the code, or finds that somebody else did: both rows are locked, so that one of two requests wins. */
const redeemFrom = (table: string): string =>
  issueStatement(
    `SELECT c.digest, g.id FROM ${table} c JOIN grants g ON g.id = c.grant_id ${GRANT_JOINS}
     WHERE c.digest = $19 AND c.used_at IS NULL AND c.expires_at > now() AND ${GRANT_ALIVE} FOR UPDATE OF g, c`,
    `spent AS (UPDATE ${table} c SET used_at = now() FROM alive WHERE c.digest = alive.digest)`,
    `activated AS (UPDATE grants g SET activated_at = now(), last_used_at = now(), last_used_ip = $20, jkt = $21
       FROM alive WHERE g.id = alive.id)`,
  );

const STATEMENTS = {
  authorization_code: redeemFrom('authorization_codes'),
  [DEVICE_CODE]: redeemFrom('device_codes'),
};

interface Redemption {
  readonly grantType: keyof typeof STATEMENTS;
  readonly client: Client;
  readonly state: GrantState;
  /** Of the code */
  readonly digest: Buffer;
  readonly jkt: string | undefined;
  /** Of the authorization request */
  readonly nonce?: string;
}

/** Redeems a code or a device code that has passed every check. */
@Injectable()
export class CodeRedemption {
  constructor(
    private readonly issuance: Issuance,
    private readonly config: AppConfig,
    private readonly policy: ScopePolicy,
  ) {}

  /**
   * What the person may no longer grant, or the client no longer have, since the yes is left out. `undefined` when the
   * code was spent or expired, or its grant ended, meanwhile.
   */
  async redeem({ grantType, client, state, digest, jkt, nonce }: Redemption): Promise<Outcome | undefined> {
    const { resource } = state;
    const scopes = this.policy.stillAllowed(state.scopes, { client, person: state, resource });
    if (scopes.length === 0) return invalidGrant('no_scope_left');
    const issued = await this.issuance.fromGrant({
      state,
      client,
      scopes,
      withRefreshToken: mayRefresh(this.config, client, scopes),
      grantType,
      statement: STATEMENTS[grantType],
      // RFC 9449 §5: the refresh tokens of a public client are bound to the key, those of others to their authentication.
      own: () => [digest, currentAudit()?.ip ?? null, client.authMethod === 'none' ? (jkt ?? null) : null],
      ...(nonce !== undefined && { nonce }),
      ...(jkt && { jkt }),
    });
    return issued && { tokens: issued.tokens };
  }
}
