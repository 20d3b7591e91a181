import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { identify } from '../../audit/index.js';
import { digest } from '../../sealing/index.js';
import { deadReason, GRANT_JOINS, GRANT_STATE } from '../tokens/grant-state.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { GrantType, TokenRequest } from './grant-type.js';
import { invalidGrant, settle, type Outcome } from './outcome.js';
import { RefreshCheck } from './refresh-check.js';
import type { RefreshRequest } from './refresh-request.js';
import { RefreshRotation, type RefreshState } from './refresh-rotation.js';
import { RepeatedRefresh } from './repeated-refresh.js';

const FIND = `
SELECT r.id AS refresh_id, r.expires_at AS refresh_expires_at, r.used_at, r.sealed_answer, g.step_up_at,
  k.last_used_at AS client_last_used_at,
  (SELECT n.used_at FROM refresh_tokens n WHERE n.id = r.successor_id) AS successor_used_at,
  s.idp, (SELECT max(i.last_login_at) FROM linked_identities i WHERE i.user_id = g.user_id AND i.provider = s.idp)
    AS vouched_at,
  ${GRANT_STATE}
FROM refresh_tokens r JOIN grants g ON g.id = r.grant_id ${GRANT_JOINS} LEFT JOIN sessions s ON s.id = g.session_id
WHERE r.digest = $1`;

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

  async issue({ client, params, jkt }: TokenRequest): Promise<TokenSet> {
    const request = {
      client,
      token: params.require('refresh_token'),
      scope: params.get('scope')?.split(' ').filter(Boolean) ?? [],
      resources: params.all('resource'),
      jkt,
    };
    const outcome = await this.refresh(request);
    // Somebody was faster, or the grant ended: the second look finds the answer that was given, or why there is none.
    return settle(outcome ?? (await this.refresh(request)) ?? invalidGrant('refresh_token_in_use'));
  }

  private async refresh(request: RefreshRequest): Promise<Outcome | undefined> {
    const [state] = await this.dataSource.query<RefreshState[]>(FIND, [digest(request.token)]);
    if (!state) return invalidGrant('unknown_refresh_token');
    // Nothing a foreign client presents may harm the one the token belongs to.
    if (state.client_id !== request.client.id) return invalidGrant('refresh_token_of_another_client');
    // So that the trail of a grant shows who came back after it was ended.
    identify({ grantId: state.grant_id, userId: state.user_id });
    const dead = deadReason(state);
    if (dead) return invalidGrant(dead);
    // RFC 9449 §5: who has not the key has not the token, and cannot harm it either.
    if (state.jkt !== null && state.jkt !== request.jkt) return invalidGrant('dpop_key_differs');
    if (state.used_at) return this.repeated.decide(state, request);
    if (state.refresh_expires_at.getTime() <= Date.now()) return invalidGrant('refresh_token_expired');
    const checked = await this.check.admit(state, request);
    if ('refusal' in checked) return checked;
    return this.rotation.rotate({ ...request, state, scopes: checked.scopes });
  }
}
