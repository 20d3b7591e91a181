import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { digest } from '../../sealing/index.js';
import { OPAQUE_PREFIX } from './access-token-maker.js';

/** What an opaque token stands for, in the words a JWT would use. */
export interface OpaqueClaims {
  readonly [claim: string]: unknown;
}

interface Row {
  readonly jti: string;
  readonly subject: string;
  readonly client_id: string;
  readonly resource: string;
  readonly scopes: string[];
  readonly rev: string;
  readonly iat: number;
  readonly exp: number;
  readonly claims: Record<string, unknown> | null;
}

const FIND = `
SELECT jti, coalesce(subject, user_id::text, client_id) AS subject, client_id, resource, scopes, rev, claims,
  floor(extract(epoch FROM issued_at))::float8 AS iat, extract(epoch FROM expires_at)::float8 AS exp
FROM access_tokens WHERE digest = $1`;

/** Finds opaque access tokens by their digest. */
@Injectable()
export class OpaqueTokens {
  constructor(private readonly dataSource: DataSource) {}

  looksLikeOne(token: string): boolean {
    return token.startsWith(OPAQUE_PREFIX);
  }

  async find(token: string): Promise<OpaqueClaims | undefined> {
    const [row] = await this.dataSource.query<Row[]>(FIND, [digest(token)]);
    if (!row) return undefined;
    const { jti, subject, client_id, resource, scopes, rev, iat, exp } = row;
    return {
      ...row.claims,
      ...{ jti, sub: subject, client_id, aud: resource, scope: scopes.join(' '), rev: Number(rev), iat, exp },
    };
  }
}
