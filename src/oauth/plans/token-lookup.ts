import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RevocationLedger, type LedgerEntry } from '../../revocation/index.js';
import { API_KEY_CLIENT } from '../../config/index.js';
import { digest } from '../../sealing/index.js';
import { AccessTokenVerifier } from '../access-token-verifier.js';
import { isApiKey } from '../api-keys/key-text.js';
import type { VerifiedToken } from '../verified-token.js';

const MAX_LENGTH = 8_192;

/** What a token says and whether it is good; never the token. */
export interface FoundToken {
  readonly kind: 'access' | 'refresh' | 'api_key';
  readonly jti?: string;
  readonly kid?: string;
  readonly clientId: string;
  readonly userId?: string;
  readonly grantId?: string;
  readonly sessionId?: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly alive: boolean;
  /** Why not; absent while it is alive. */
  readonly over?: 'expired' | 'revoked' | 'rotated';
  readonly endedBy?: LedgerEntry;
}

interface RefreshRow {
  readonly grant_id: string;
  readonly client_id: string;
  readonly user_id: string;
  readonly session_id: string | null;
  readonly resource: string;
  readonly scopes: string[];
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly used_at: Date | null;
  readonly revoked_at: Date | null;
}

const REFRESH = `
SELECT r.grant_id, g.client_id, g.user_id, g.session_id, g.resource, g.scopes, r.created_at, r.used_at, g.revoked_at,
  least(r.expires_at, g.expires_at) AS expires_at
FROM refresh_tokens r JOIN grants g ON g.id = r.grant_id WHERE r.digest = $1`;

interface KeyRow {
  readonly id: string;
  readonly client_id: string | null;
  readonly user_id: string | null;
  readonly resource: string;
  readonly scopes: string[];
  readonly issued_at: Date;
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
}

const API_KEY = `
SELECT id, client_id, user_id, resource, scopes, issued_at, expires_at, revoked_at FROM api_keys WHERE digest = $1`;

/** Tells operators what a token is that they hold in their hands. It is neither stored nor written anywhere. */
@Injectable()
export class TokenLookup {
  constructor(
    private readonly dataSource: DataSource,
    private readonly verifier: AccessTokenVerifier,
    private readonly ledger: RevocationLedger,
  ) {}

  /** `undefined`: it is none of ours, or its key was revoked or is no longer known. */
  async find(token: string): Promise<FoundToken | undefined> {
    if (token.length > MAX_LENGTH) return undefined;
    if (isApiKey(token)) return this.apiKey(token);
    const access = (await this.verifier.peek(token)) ?? (await this.verifier.former(token));
    return access ? this.access(access) : this.refresh(token);
  }

  private async access(token: VerifiedToken): Promise<FoundToken> {
    const { jti, kid, clientId, resource, scopes, userId, grantId, sessionId } = token;
    const expired = token.expiresAt <= Date.now() / 1_000;
    const endedBy = await this.ledger.entryEnding(token);
    return {
      kind: 'access',
      ...{ jti, kid, clientId, resource, scopes },
      ...(userId !== undefined && { userId }),
      ...(grantId !== undefined && { grantId }),
      ...(sessionId !== undefined && { sessionId }),
      issuedAt: new Date(token.issuedAt * 1_000),
      expiresAt: new Date(token.expiresAt * 1_000),
      alive: !expired && !endedBy,
      ...(endedBy ? { over: 'revoked' } : expired ? { over: 'expired' } : {}),
      ...(endedBy && { endedBy }),
    };
  }

  private async apiKey(key: string): Promise<FoundToken | undefined> {
    const [row] = await this.dataSource.query<KeyRow[]>(API_KEY, [digest(key)]);
    if (!row) return undefined;
    const over = row.revoked_at ? 'revoked' : row.expires_at.getTime() <= Date.now() ? 'expired' : undefined;
    return {
      kind: 'api_key',
      jti: row.id,
      clientId: row.client_id ?? API_KEY_CLIENT,
      ...(row.user_id !== null && { userId: row.user_id }),
      resource: row.resource,
      scopes: row.scopes,
      issuedAt: row.issued_at,
      expiresAt: row.expires_at,
      alive: over === undefined,
      ...(over && { over }),
    };
  }

  private async refresh(token: string): Promise<FoundToken | undefined> {
    const [row] = await this.dataSource.query<RefreshRow[]>(REFRESH, [digest(token)]);
    if (!row) return undefined;
    const over = overOf(row);
    return {
      kind: 'refresh',
      clientId: row.client_id,
      userId: row.user_id,
      grantId: row.grant_id,
      ...(row.session_id && { sessionId: row.session_id }),
      resource: row.resource,
      scopes: row.scopes,
      issuedAt: row.created_at,
      expiresAt: row.expires_at,
      alive: over === undefined,
      ...(over && { over }),
    };
  }
}

function overOf(row: RefreshRow): FoundToken['over'] {
  if (row.revoked_at) return 'revoked';
  if (row.expires_at.getTime() <= Date.now()) return 'expired';
  return row.used_at ? 'rotated' : undefined;
}
