import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { currentAudit } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { sealUnderToken } from '../../sealing/index.js';
import { noteUse } from '../clients/client-use.js';
import type { Client } from '../clients/client.entity.js';
import { OAuthError } from '../oauth-error.js';
import { TokenThrottle } from '../token-throttle.js';
import { GRANT_ALIVE, GRANT_JOINS, type GrantState } from '../tokens/grant-state.js';
import { Issuance, type GrantIssue } from '../tokens/issuance.js';
import { issueStatement } from '../tokens/stored-tokens.js';
import type { Outcome } from './outcome.js';

/** Purpose under which an answer is sealed for the overlap. */
export const REFRESH_ANSWER = 'refresh-answer';

export interface RefreshState extends GrantState {
  readonly refresh_id: string;
  readonly refresh_expires_at: Date;
  readonly used_at: Date | null;
  readonly successor_used_at: Date | null;
  readonly sealed_answer: Buffer | null;
  readonly step_up_at: Date | null;
  /** Id of the identity provider that vouched for the person when this was allowed. */
  readonly idp: string | null;
  /** When it last did. */
  readonly vouched_at: Date | null;
  readonly client_last_used_at: Date | null;
}

/**
 * Both rows are locked, the grant's first, as in whatever ends it: of parallel requests one rotates, the others find that
 * it did.
 */
const refreshStatement = (change: string): string =>
  issueStatement(
    `SELECT r.id AS refresh_id, g.id AS grant_id, g.expires_at AS ends_at
   FROM refresh_tokens r JOIN grants g ON g.id = r.grant_id ${GRANT_JOINS}
   WHERE r.id = $20 AND r.used_at IS NULL AND ${GRANT_ALIVE} FOR UPDATE OF g, r`,
    change,
    `used AS (UPDATE grants g SET last_used_at = now(), last_used_ip = $21 FROM alive WHERE g.id = alive.grant_id)`,
  );

const ROTATE = refreshStatement(
  `rotated AS (UPDATE refresh_tokens r SET used_at = clock_timestamp(), successor_id = $15, sealed_answer = $19
     FROM alive WHERE r.id = alive.refresh_id)`,
);

/** The token lives on, as long again as a new one would. */
const KEEP = refreshStatement(
  `kept AS (UPDATE refresh_tokens r SET expires_at = least(now() + make_interval(secs => $19), alive.ends_at)
     FROM alive WHERE r.id = alive.refresh_id)`,
);

interface Rotation {
  readonly client: Client;
  readonly state: RefreshState;
  readonly token: string;
  /** What the access token may do. */
  readonly scopes: readonly string[];
  readonly jkt: string | undefined;
}

type Change = Pick<GrantIssue, 'withRefreshToken' | 'statement' | 'own'>;

/** Replaces a refresh token by its successor, or lets a client that proves who it is keep it. */
@Injectable()
export class RefreshRotation {
  constructor(
    private readonly issuance: Issuance,
    private readonly throttle: TokenThrottle,
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
  ) {}

  /** `undefined` when somebody else rotated the token, or its grant ended, meanwhile. */
  async rotate(rotation: Rotation): Promise<Outcome | undefined> {
    const { client, state, scopes, jkt } = rotation;
    const retryAfter = await this.throttle.rotationsBlocked(state.grant_id);
    if (retryAfter !== undefined) {
      return {
        refusal: new OAuthError('temporarily_unavailable', 'This grant is refreshed too often', {
          status: 429,
          retryAfter,
          reason: 'throttled_rotations',
        }),
      };
    }
    const keeps = client.authMethod !== 'none' && !this.config.policies.clients.rotate_confidential;
    const issued = await this.issuance.fromGrant({
      state,
      client,
      scopes,
      grantType: 'refresh_token',
      ...(keeps ? this.kept(rotation) : this.rotated(rotation)),
      ...(jkt && { jkt }),
    });
    // Only what was issued counts: answers repeated within the overlap do not.
    if (issued) {
      await this.throttle.rotated(state.grant_id);
      await noteUse(this.dataSource, { id: client.id, lastUsedAt: state.client_last_used_at });
    }
    return issued && { tokens: { ...issued.tokens, ...(keeps && { refresh_token: rotation.token }) } };
  }

  private rotated({ state, token }: Rotation): Change {
    return {
      withRefreshToken: true,
      statement: ROTATE,
      own: ({ tokens }) => [
        sealUnderToken(token, REFRESH_ANSWER, JSON.stringify(tokens)),
        state.refresh_id,
        currentAudit()?.ip ?? null,
      ],
    };
  }

  private kept({ state }: Rotation): Change {
    const own = [this.config.lifetimes.refreshIdle, state.refresh_id, currentAudit()?.ip ?? null];
    return { withRefreshToken: false, statement: KEEP, own: () => own };
  }
}
