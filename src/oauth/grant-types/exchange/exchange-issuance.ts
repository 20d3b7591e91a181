import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Resource } from '../../resources.js';
import { NO_KEY } from '../../tokens/access-token-maker.js';
import { noteUse } from '../../clients/client-use.js';
import { GRANT_ALIVE, GRANT_JOINS } from '../../tokens/grant-state.js';
import { issueStatement, StoredTokens } from '../../tokens/stored-tokens.js';
import { holderOf, TokenIssuer } from '../../tokens/token-issuer.js';
import type { TokenSet } from '../../tokens/token-set.js';
import { TOKEN_EXCHANGE } from '../names.js';
import { ACCESS_TOKEN_TYPE, badRequest, type ExchangeRequest } from './exchange-request.js';
import type { Subject } from './subject-tokens.js';

/** Grant, subject token and its key are held until this commits: what ends them then sees the new token. */
const ISSUE = issueStatement(
  `SELECT t.jti FROM access_tokens t JOIN grants g ON g.id = t.grant_id ${GRANT_JOINS} JOIN clients e ON e.id = $4
   WHERE t.jti = $12::uuid AND t.revoked_at IS NULL AND t.expires_at > now() AND ${GRANT_ALIVE}
     AND e.trust_state <> 'suspended'
     AND (t.kid = '${NO_KEY}' OR t.kid IN (SELECT s.kid FROM signing_keys s
       WHERE s.kid = t.kid AND s.state <> 'revoked' FOR SHARE)) FOR SHARE OF g, t`,
);

export interface Exchange {
  readonly subject: Subject;
  readonly resource: Resource;
  readonly scopes: readonly string[];
}

/** Makes the token that a subject token was exchanged for: of the same grant, and never longer than either. */
@Injectable()
export class ExchangeIssuance {
  constructor(
    private readonly dataSource: DataSource,
    private readonly issuer: TokenIssuer,
    private readonly stored: StoredTokens,
  ) {}

  /** @throws OAuthError invalid_request when the subject token ended meanwhile */
  async issue({ client, jkt }: ExchangeRequest, exchange: Exchange): Promise<TokenSet> {
    const { subject, resource, scopes } = exchange;
    const ends = Math.min(subject.token_expires_at.getTime(), subject.grant_expires_at.getTime());
    const issued = await this.issuer.alone({
      client,
      resource,
      scopes,
      rev: Number(subject.rev),
      holder: holderOf(subject),
      act: subject.actor,
      notAfter: new Date(ends),
      ...(jkt && { jkt }),
    });
    const alive = await this.stored.remember(this.dataSource, ISSUE, {
      issued,
      grantType: TOKEN_EXCHANGE,
      clientId: client.id,
      resource: resource.id,
      grantId: subject.grant_id,
      userId: subject.user_id,
      parentJti: subject.jti,
      details: {
        subject_jti: subject.jti,
        subject_client_id: subject.token_client_id,
        subject_resource: subject.token_resource,
        actor: subject.actor.sub,
      },
    });
    if (!alive) throw badRequest('The subject token has ended', 'subject_token_ended_meanwhile');
    await noteUse(this.dataSource, client);
    return { ...issued.tokens, issued_token_type: ACCESS_TOKEN_TYPE };
  }
}
