import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RevocationLedger, type LedgerEntry } from '../../revocation/index.js';
import { digest } from '../../sealing/index.js';
import { AccessTokenVerifier } from '../access-token-verifier.js';
import type { VerifiedToken } from '../verified-token.js';

const MAX_LENGTH = 8_192;

/** What a token says and whether it is good; never the token. */
export interface FoundToken {
  readonly kind: 'access' | 'refresh';
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
