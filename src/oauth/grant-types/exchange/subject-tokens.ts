import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { identify } from '../../../audit/index.js';
import { AccessTokenVerifier } from '../../access-token-verifier.js';
import type { OAuthError } from '../../oauth-error.js';
import { Resources } from '../../resources.js';
import { deadReason, GRANT_JOINS, GRANT_STATE, type GrantState } from '../../tokens/grant-state.js';
import { actorsOf, type Actor, type VerifiedToken } from '../../verified-token.js';
import type { About } from '../refusal-details.js';
import { ActorTokens } from './actor-tokens.js';
import { badRequest, type ExchangeRequest } from './exchange-request.js';

interface Row extends GrantState {
  readonly token_client_id: string;
  readonly token_resource: string;
  readonly token_scopes: string[];
  readonly token_expires_at: Date;
  readonly token_kid: string;
  readonly token_jkt: string | null;
  readonly token_ended: boolean;
}

/** A token that may be exchanged: what the database says of it, and who acts. */
export interface Subject extends Row {
  readonly jti: string;
  /** Who acts for the person with the new token. */
  readonly actor: Actor;
}

/** The ledger is asked once more in the snapshot that the new token's position is taken from. */
const FIND = `
SELECT t.client_id AS token_client_id, t.resource AS token_resource, t.scopes AS token_scopes,
  t.expires_at AS token_expires_at, t.kid AS token_kid, t.jkt AS token_jkt,
  t.revoked_at IS NOT NULL OR EXISTS (SELECT 1 FROM revocations r WHERE r.seq > t.rev AND (r.kind = 'all'
    OR (r.kind = 'client' AND r.key = ANY($2::text[]))
    OR (r.kind, r.key) IN (('jti', t.jti::text), ('kid', t.kid), ('client', t.client_id), ('grant', g.id::text),
      ('user', g.user_id::text), ('session', g.session_id::text)))) AS token_ended,
  ${GRANT_STATE}
FROM access_tokens t JOIN grants g ON g.id = t.grant_id ${GRANT_JOINS}
WHERE t.jti = $1`;

/** Decides whether a client may exchange a token (RFC 8693 §2.1). */
@Injectable()
export class SubjectTokens {
  constructor(
    private readonly dataSource: DataSource,
    private readonly verifier: AccessTokenVerifier,
    private readonly resources: Resources,
    private readonly actors: ActorTokens,
  ) {}

  /** @throws OAuthError invalid_request: RFC 8693 §2.2.2 wants it for tokens that are not good, too */
  async admit(request: ExchangeRequest, about: About): Promise<Subject> {
    const token = await this.verifier.alive(request.subjectToken);
    if (!token) throw refused('subject_token_not_alive');
    const { jti, act } = token;
    Object.assign(about, { subject_jti: jti, subject_client_id: token.clientId });
    if (token.grantId === undefined) throw refused('subject_is_no_person');
    identify({ grantId: token.grantId, ...(token.userId && { userId: token.userId }) });
    const [row] = await this.dataSource.query<Row[]>(FIND, [jti, actorsOf(act)]);
    // Whoever has a signing key still cannot make a row.
    if (!row || !isOf(row, token)) throw refused('subject_token_unknown');
    const reason = row.token_ended ? 'subject_token_ended' : (deadReason(row) ?? this.refusal(row, request));
    if (reason) throw refused(reason);
    return { ...row, jti, actor: await this.actors.actor(request, act) };
  }

  private refusal(row: Row, { client, jkt }: ExchangeRequest): string | undefined {
    const own = row.token_client_id === client.id;
    const introspectors = this.resources.find(row.token_resource)?.introspectors ?? [];
    if (!own && !introspectors.includes(client.id)) return 'subject_token_of_others';
    // What is bound stays bound: to the same key when the client has it, or else to a key of its own.
    if (row.token_jkt !== null && (own ? row.token_jkt !== jkt : jkt === undefined))
      return own ? 'dpop_key_differs' : 'bound_token_without_proof';
    return undefined;
  }
}

function isOf(row: Row, token: VerifiedToken): boolean {
  return (
    row.token_client_id === token.clientId &&
    row.token_resource === token.resource &&
    row.token_kid === token.kid &&
    row.grant_id === token.grantId
  );
}

const refused = (reason: string): OAuthError =>
  badRequest('The subject token is not one that this client may exchange', reason);
