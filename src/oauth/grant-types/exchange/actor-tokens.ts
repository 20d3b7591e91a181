import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AccessTokenVerifier } from '../../access-token-verifier.js';
import { actorsOf, type Actor } from '../../verified-token.js';
import { badRequest, type ExchangeRequest } from './exchange-request.js';

/** How many actors a token can name; each exchange adds one. */
const MAX_ACTORS = 5;

const FIND = `
SELECT 1 FROM access_tokens WHERE jti = $1 AND client_id = $2 AND grant_id IS NULL AND revoked_at IS NULL`;

/** Who acts for the person from now on (RFC 8693 §4.1): the exchanging client, before those that acted already. */
@Injectable()
export class ActorTokens {
  constructor(
    private readonly dataSource: DataSource,
    private readonly verifier: AccessTokenVerifier,
  ) {}

  /**
   * `act` is who acted with the subject token.
   * @throws OAuthError invalid_request
   */
  async actor(request: ExchangeRequest, act: Actor | undefined): Promise<Actor> {
    const sub = request.actorToken === undefined ? request.client.id : await this.named(request);
    const actor = { sub, ...(act && { act }) };
    if (actorsOf(actor).length > MAX_ACTORS)
      throw badRequest('The subject token was exchanged too often', 'too_many_actors');
    return actor;
  }

  /** A client can only bring itself, by a token that it has for itself. */
  private async named({ client, actorToken, jkt }: ExchangeRequest): Promise<string> {
    const token = await this.verifier.alive(actorToken!);
    const own =
      token?.grantId === undefined &&
      token?.clientId === client.id &&
      (token.jkt === undefined || token.jkt === jkt) &&
      (await this.dataSource.query<unknown[]>(FIND, [token.jti, client.id])).length > 0;
    if (!own)
      throw badRequest('The actor token must be one this client has for itself', 'actor_token_of_others');
    return token.subject;
  }
}
