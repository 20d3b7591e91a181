import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { digest } from '../../sealing/index.js';
import { verifierMatches } from '../authorize/pkce.js';
import type { Client } from '../clients/client.entity.js';
import { Resources } from '../resources.js';
import { deadReason, GRANT_JOINS, GRANT_STATE, type GrantState } from '../tokens/grant-state.js';
import type { TokenSet } from '../tokens/token-set.js';
import { CodeRedemption } from './code-redemption.js';
import type { GrantType, TokenRequest } from './grant-type.js';
import { invalidGrant, settle, type Outcome } from './outcome.js';
import { ReplayPunishment } from './replay-punishment.js';

const FIND = `
SELECT c.client_id AS code_client_id, c.redirect_uri, c.code_challenge, c.nonce, c.jkt AS code_jkt,
  c.expires_at AS code_expires_at, c.used_at, ${GRANT_STATE}
FROM authorization_codes c JOIN grants g ON g.id = c.grant_id ${GRANT_JOINS}
WHERE c.digest = $1`;

interface CodeState extends GrantState {
  readonly code_client_id: string;
  readonly redirect_uri: string;
  readonly code_challenge: string;
  readonly code_jkt: string | null;
  readonly nonce: string | null;
  readonly code_expires_at: Date;
  readonly used_at: Date | null;
}

interface Request {
  readonly client: Client;
  readonly digest: Buffer;
  readonly verifier: string;
  readonly redirectUri: string | undefined;
  readonly resources: readonly string[];
  readonly jkt: string | undefined;
}

/** RFC 6749 §4.1.3 with PKCE (RFC 7636 §4.5). */
@Injectable()
export class AuthorizationCodeGrantType implements GrantType {
  readonly name = 'authorization_code';
  readonly mayRepeat = ['resource'];

  constructor(
    private readonly dataSource: DataSource,
    private readonly resources: Resources,
    private readonly redemption: CodeRedemption,
    private readonly punishment: ReplayPunishment,
  ) {}

  async issue({ client, params, jkt }: TokenRequest): Promise<TokenSet> {
    const request = {
      client,
      digest: digest(params.require('code')),
      verifier: params.require('code_verifier'),
      redirectUri: params.get('redirect_uri'),
      resources: params.all('resource'),
      jkt,
    };
    const outcome = await this.attempt(request);
    // Somebody was faster, or the grant ended: what the second look finds is final.
    return settle(outcome ?? (await this.attempt(request)) ?? invalidGrant('code_in_use'));
  }

  private async attempt(request: Request): Promise<Outcome | undefined> {
    const [state] = await this.dataSource.query<CodeState[]>(FIND, [request.digest]);
    if (!state) return invalidGrant('unknown_code');
    // Nothing a foreign client presents may harm the one the code belongs to.
    if (state.code_client_id !== request.client.id) return invalidGrant('code_of_another_client');
    // RFC 6749 §4.1.2: a code used twice ends what it gave.
    if (state.used_at) return this.punishment.punish(state, 'code_replayed');
    const reason = this.refusal(state, request);
    if (reason) return invalidGrant(reason);
    return this.redemption.redeem({
      ...request,
      state,
      grantType: this.name,
      ...(state.nonce !== null && { nonce: state.nonce }),
    });
  }

  private refusal(state: CodeState, { verifier, redirectUri, resources, jkt }: Request): string | undefined {
    if (state.code_expires_at.getTime() <= Date.now()) return 'code_expired';
    if (redirectUri !== undefined && redirectUri !== state.redirect_uri) return 'redirect_uri_differs';
    if (!verifierMatches(verifier, state.code_challenge)) return 'wrong_code_verifier';
    // RFC 9449 §10
    if (state.code_jkt !== null && state.code_jkt !== jkt) return 'dpop_key_differs';
    if (resources.length > 0 && this.resources.select(resources, []).id !== state.resource)
      return 'resource_differs';
    return deadReason(state);
  }
}
