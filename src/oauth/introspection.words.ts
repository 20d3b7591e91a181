import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import type { Client } from './clients/client.entity.js';
import { Resources } from './resources.js';
import { Subjects } from './tokens/subjects.js';
import type { VerifiedToken } from './verified-token.js';

/** What a client may learn of a token, or why it learns nothing. */
export type Finding =
  | { readonly answer: Readonly<Record<string, unknown>> }
  /** It was a token, and is over; that is no secret. */
  | { readonly refused: 'over' }
  | { readonly refused: 'unknown_token' | 'not_for_this_client'; readonly jti?: string };

/** What is known of a refresh token. */
export interface RefreshFacts {
  readonly client_id: string;
  readonly user_id: string;
  readonly scopes: string[];
  readonly iat: number;
  readonly exp: number;
}

/** Who may know what of a token. */
@Injectable()
export class IntrospectionWords {
  constructor(
    private readonly config: AppConfig,
    private readonly resources: Resources,
    private readonly subjects: Subjects,
  ) {}

  /** The client it was issued to, and clients that act for the resource it is for. */
  ofAccess(client: Client, token: VerifiedToken): Finding {
    const { introspectors = [] } = this.resources.find(token.resource) ?? {};
    if (token.clientId !== client.id && !introspectors.includes(client.id))
      return { refused: 'not_for_this_client', jti: token.jti };
    return {
      answer: {
        active: true,
        scope: token.scopes.join(' '),
        client_id: token.clientId,
        sub: token.subject,
        aud: token.resource,
        iss: this.config.issuer,
        exp: token.expiresAt,
        iat: token.issuedAt,
        jti: token.jti,
        token_type: token.jkt === undefined ? 'Bearer' : 'DPoP',
        ...(token.jkt !== undefined && { cnf: { jkt: token.jkt } }),
        ...(token.act && { act: token.act }),
        ...(token.authTime !== undefined && { auth_time: token.authTime }),
        ...(token.acr !== undefined && { acr: token.acr }),
      },
    };
  }

  /** Without `aud` and `token_type`: nobody may take it for an access token. */
  ofRefresh({ client_id, user_id, scopes, iat, exp }: RefreshFacts): Finding {
    return {
      answer: {
        active: true,
        scope: scopes.join(' '),
        client_id,
        sub: this.subjects.subjectOf(user_id, { id: client_id }),
        iss: this.config.issuer,
        exp,
        iat,
      },
    };
  }
}
