import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { identify } from '../../audit/index.js';
import { digest } from '../../sealing/index.js';
import type { Client } from '../clients/client.entity.js';
import type { Params } from '../params.js';
import { deadReason, GRANT_STATE } from '../tokens/grant-state.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { GrantType } from './grant-type.js';
import { invalidGrant, settle, type Decision } from './outcome.js';
import { RefreshCheck } from './refresh-check.js';
import { RefreshRotation, type RefreshState } from './refresh-rotation.js';
import { RepeatedRefresh } from './repeated-refresh.js';

/** Both rows are locked, the token's and its grant's, so that parallel requests take turns and see what the first one did. */
const FIND = `
SELECT r.id AS refresh_id, r.expires_at AS refresh_expires_at, r.used_at, r.sealed_answer, g.step_up_at,
  (SELECT s.used_at FROM refresh_tokens s WHERE s.id = r.successor_id) AS successor_used_at,
  ${GRANT_STATE}
FROM refresh_tokens r JOIN grants g ON g.id = r.grant_id JOIN users u ON u.id = g.user_id
WHERE r.digest = $1 FOR UPDATE OF r, g`;

interface Request {
  readonly token: string;
  readonly scope: string | undefined;
  readonly resources: readonly string[];
}

/** RFC 6749 §6 with rotation (OAuth 2.1 §4.3.1) that survives clients which ask twice. */
@Injectable()
export class RefreshTokenGrantType implements GrantType {
  readonly name = 'refresh_token';
  readonly mayRepeat = ['resource'];

  constructor(
    private readonly dataSource: DataSource,
    private readonly check: RefreshCheck,
    private readonly rotation: RefreshRotation,
    private readonly repeated: RepeatedRefresh,
  ) {}

  async issue(client: Client, params: Params): Promise<TokenSet> {
    const request = {
      token: params.require('refresh_token'),
      scope: params.get('scope')?.trim() || undefined,
      resources: params.all('resource'),
    };
    const { outcome, after } = await this.dataSource.transaction((tx) => this.decide(tx, client, request));
    await after?.();
    return settle(outcome);
  }

  private async decide(tx: EntityManager, client: Client, request: Request): Promise<Decision> {
    const [state] = await tx.query<RefreshState[]>(FIND, [digest(request.token)]);
    if (!state) return { outcome: invalidGrant('unknown_refresh_token') };
    // Nothing a foreign client presents may harm the one the token belongs to.
    if (state.client_id !== client.id) return { outcome: invalidGrant('refresh_token_of_another_client') };
    // So that the trail of a grant shows who came back after it was ended.
    identify({ grantId: state.grant_id, userId: state.user_id });
    const dead = deadReason(state);
    if (dead) return { outcome: invalidGrant(dead) };
    if (state.used_at) return this.repeated.decide(tx, state, request.token);
    if (state.refresh_expires_at.getTime() <= Date.now())
      return { outcome: invalidGrant('refresh_token_expired') };
    const refused = await this.check.refusal(tx, state, request);
    if (refused) return { outcome: refused };
    return { outcome: await this.rotation.rotate(tx, client, state, request) };
  }
}
