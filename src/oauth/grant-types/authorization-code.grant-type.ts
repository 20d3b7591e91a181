import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { digest } from '../../sealing/index.js';
import { verifierMatches } from '../authorize/pkce.js';
import type { Client } from '../clients/client.entity.js';
import type { Params } from '../params.js';
import { Resources } from '../resources.js';
import { deadReason, GRANT_STATE } from '../tokens/grant-state.js';
import type { TokenSet } from '../tokens/token-set.js';
import { CodeIssuance, type CodeState } from './code-issuance.js';
import type { GrantType } from './grant-type.js';
import { invalidGrant, settle, type Decision } from './outcome.js';
import { ReplayPunishment } from './replay-punishment.js';

const FIND = `
SELECT c.client_id AS code_client_id, c.redirect_uri, c.code_challenge, c.nonce, c.expires_at AS code_expires_at, c.used_at,
  ${GRANT_STATE}
FROM authorization_codes c JOIN grants g ON g.id = c.grant_id JOIN users u ON u.id = g.user_id
WHERE c.digest = $1 FOR UPDATE OF c, g`;

interface Request {
  readonly digest: Buffer;
  readonly verifier: string;
  readonly redirectUri: string | undefined;
  readonly resources: readonly string[];
}

/** RFC 6749 §4.1.3 with PKCE (RFC 7636 §4.5). */
@Injectable()
export class AuthorizationCodeGrantType implements GrantType {
  readonly name = 'authorization_code';
  readonly mayRepeat = ['resource'];

  constructor(
    private readonly dataSource: DataSource,
    private readonly resources: Resources,
    private readonly issuance: CodeIssuance,
    private readonly punishment: ReplayPunishment,
  ) {}

  async issue(client: Client, params: Params): Promise<TokenSet> {
    const request = {
      digest: digest(params.require('code')),
      verifier: params.require('code_verifier'),
      redirectUri: params.get('redirect_uri'),
      resources: params.all('resource'),
    };
    const { outcome, after } = await this.dataSource.transaction((tx) => this.decide(tx, client, request));
    await after?.();
    return settle(outcome);
  }

  private async decide(tx: EntityManager, client: Client, request: Request): Promise<Decision> {
    const [state] = await tx.query<CodeState[]>(FIND, [request.digest]);
    if (!state) return { outcome: invalidGrant('unknown_code') };
    // Nothing a foreign client presents may harm the one the code belongs to.
    if (state.code_client_id !== client.id) return { outcome: invalidGrant('code_of_another_client') };
    // RFC 6749 §4.1.2: a code used twice ends what it gave.
    if (state.used_at) return this.punishment.punish(tx, state, 'code_replayed');
    const reason = this.refusal(state, request);
    if (reason) return { outcome: invalidGrant(reason) };
    if (request.resources.length > 0 && this.resources.select(request.resources, []).id !== state.resource) {
      return { outcome: invalidGrant('resource_differs') };
    }
    return { outcome: { tokens: await this.issuance.issue(tx, client, state, request.digest) } };
  }

  private refusal(state: CodeState, { verifier, redirectUri }: Request): string | undefined {
    if (state.code_expires_at.getTime() <= Date.now()) return 'code_expired';
    if (redirectUri !== undefined && redirectUri !== state.redirect_uri) return 'redirect_uri_differs';
    if (!verifierMatches(verifier, state.code_challenge)) return 'wrong_code_verifier';
    return deadReason(state);
  }
}
