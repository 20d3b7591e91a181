import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditLog, type Actor, type Change } from '../../audit/index.js';
import { keysetPage, type KeysetPage, type KeysetQuery } from '../../database/index.js';
import { digest, newToken } from '../../sealing/index.js';
import { InitialAccessToken } from './initial-access-token.entity.js';

export type InitialAccessTokenView = Readonly<Omit<InitialAccessToken, 'digest'>>;

export interface NewInitialAccessToken {
  readonly expiresAt: Date;
  readonly maxUses: number;
  readonly trustState: InitialAccessToken['trustState'];
  readonly scopes?: readonly string[];
  readonly note?: string;
}

type Admission = Pick<InitialAccessToken, 'id' | 'scopes'> & {
  readonly trust_state: InitialAccessToken['trustState'];
};

/** Initial access tokens (RFC 7591 §3): made by operators, spent by registrations. */
@Injectable()
export class InitialAccessTokens {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /** The token is answered this once. */
  async create(
    wanted: NewInitialAccessToken,
    actor: Actor,
  ): Promise<{ token: string; view: InitialAccessTokenView }> {
    const token = newToken('gh_iat_');
    const row = Object.assign(new InitialAccessToken(), {
      id: uuidv7(),
      digest: digest(token),
      createdAt: new Date(),
      createdBy: actor.id ?? actor.type,
      expiresAt: wanted.expiresAt,
      maxUses: wanted.maxUses,
      uses: 0,
      trustState: wanted.trustState,
      scopes: wanted.scopes ? [...wanted.scopes] : null,
      note: wanted.note ?? null,
      revokedAt: null,
    } satisfies InitialAccessToken);
    await this.dataSource.transaction(async (tx) => {
      await tx.insert(InitialAccessToken, row);
      await this.record(tx, 'registration.token.created', row, {
        actor,
        change: { before: null, after: snapshotOf(row) },
      });
    });
    return { token, view: viewOf(row) };
  }

  /** Newest first. */
  async list(query: KeysetQuery): Promise<KeysetPage<InitialAccessTokenView>> {
    const select = this.dataSource.getRepository(InitialAccessToken).createQueryBuilder('t');
    // Ids are made in the order of time (RFC 9562 §5.7).
    return keysetPage(select, { key: 't.id', cursorOf: ({ id }) => id }, query, viewOf);
  }

  /** What was registered with it stays. `undefined`: no such token. */
  async revoke(id: string, actor: Actor): Promise<InitialAccessTokenView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const row = await tx.findOne(InitialAccessToken, {
        where: { id },
        lock: { mode: 'pessimistic_write' },
      });
      if (!row || row.revokedAt) return row ? viewOf(row) : undefined;
      const before = snapshotOf(row);
      row.revokedAt = new Date();
      await tx.update(InitialAccessToken, { id }, { revokedAt: row.revokedAt });
      const change = { before, after: snapshotOf(row) };
      await this.record(tx, 'registration.token.revoked', row, { actor, change });
      return viewOf(row);
    });
  }

  /** Counts one use, together with the registration: of as many as come at once, no more pass than may. */
  async spend(tx: EntityManager, token: string): Promise<Admission | undefined> {
    const [rows] = await tx.query<[Admission[], number]>(
      `UPDATE initial_access_tokens SET uses = uses + 1
       WHERE digest = $1 AND revoked_at IS NULL AND expires_at > now() AND uses < max_uses
       RETURNING id, scopes, trust_state`,
      [digest(token)],
    );
    return rows[0];
  }

  private async record(
    tx: EntityManager,
    type: 'registration.token.created' | 'registration.token.revoked',
    row: InitialAccessToken,
    { actor, change }: { actor: Actor; change: Change },
  ): Promise<void> {
    await this.audit.record(tx, {
      type,
      actor,
      change,
      targets: [{ type: 'token', id: row.id, ...(row.note && { display: row.note }) }],
      details: {
        expires_at: row.expiresAt.toISOString(),
        max_uses: row.maxUses,
        uses: row.uses,
        trust_state: row.trustState,
        ...(row.scopes && { scopes: row.scopes }),
      },
    });
  }
}

const snapshotOf = (row: InitialAccessToken) => ({
  note: row.note,
  expires_at: row.expiresAt,
  max_uses: row.maxUses,
  scopes: row.scopes,
  trust_state: row.trustState,
  revoked: row.revokedAt !== null,
});

function viewOf(row: InitialAccessToken): InitialAccessTokenView {
  const { id, createdAt, createdBy, expiresAt, maxUses, uses, trustState, scopes, note, revokedAt } = row;
  return { id, createdAt, createdBy, expiresAt, maxUses, uses, trustState, scopes, note, revokedAt };
}
