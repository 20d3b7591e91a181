import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditLog, type Actor, type Change } from '../../audit/index.js';
import { keysetPage, type KeysetPage, type KeysetQuery } from '../../database/index.js';
import { digest, newToken } from '../../sealing/index.js';
import { ScimToken } from './scim-token.entity.js';

/** Scanners find the tokens by it. */
export const SCIM_TOKEN_PREFIX = 'gh_scim_';

export type ScimTokenView = Readonly<Omit<ScimToken, 'digest'>>;
export type NewScimToken = Pick<ScimTokenView, 'note' | 'expiresAt' | 'vouchesFor'>;

/** Of a token that is good now. */
export type ScimBearer = Pick<ScimTokenView, 'id' | 'note' | 'vouchesFor'>;

const USE = `
WITH found AS (
  SELECT id, note, vouches_for, last_used_at FROM scim_tokens
  WHERE digest = $1 AND revoked_at IS NULL AND expires_at > now()),
used AS (
  UPDATE scim_tokens t SET last_used_at = now(), last_used_ip = $2 FROM found f
  WHERE t.id = f.id AND (f.last_used_at IS NULL OR f.last_used_at < now() - interval '1 minute'))
SELECT id, note, vouches_for AS "vouchesFor" FROM found`;

/** Long-lived tokens for directories: made and revoked by operators, looked up with every request. */
@Injectable()
export class ScimTokens {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /** The token is answered this once. */
  async create(wanted: NewScimToken, actor: Actor): Promise<{ token: string; view: ScimTokenView }> {
    const token = newToken(SCIM_TOKEN_PREFIX);
    const row = Object.assign(new ScimToken(), {
      id: uuidv7(),
      digest: digest(token),
      note: wanted.note,
      vouchesFor: [...wanted.vouchesFor],
      createdAt: new Date(),
      createdBy: actor.id ?? actor.type,
      expiresAt: wanted.expiresAt,
      lastUsedAt: null,
      lastUsedIp: null,
      revokedAt: null,
    } satisfies ScimToken);
    await this.dataSource.transaction(async (tx) => {
      await tx.insert(ScimToken, row);
      await this.record(tx, 'scim.token.created', row, {
        actor,
        change: { before: null, after: snapshotOf(row) },
      });
    });
    return { token, view: viewOf(row) };
  }

  /** Newest first. */
  async list(query: KeysetQuery): Promise<KeysetPage<ScimTokenView>> {
    const select = this.dataSource.getRepository(ScimToken).createQueryBuilder('t');
    // Ids are made in the order of time (RFC 9562 §5.7).
    return keysetPage(select, { key: 't.id', cursorOf: ({ id }) => id }, query, viewOf);
  }

  /** From now on; what was provisioned with it stays. `undefined`: no such token. */
  async revoke(id: string, actor: Actor): Promise<ScimTokenView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const row = await tx.findOne(ScimToken, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!row || row.revokedAt) return row ? viewOf(row) : undefined;
      const before = snapshotOf(row);
      row.revokedAt = new Date();
      await tx.update(ScimToken, { id }, { revokedAt: row.revokedAt });
      const change = { before, after: snapshotOf(row) };
      await this.record(tx, 'scim.token.revoked', row, { actor, change });
      return viewOf(row);
    });
  }

  /** `undefined` when it is not one that is good now. */
  async use(token: string, ip: string | null): Promise<ScimBearer | undefined> {
    const [found] = await this.dataSource.query<ScimBearer[]>(USE, [digest(token), ip]);
    return found;
  }

  private async record(
    tx: EntityManager,
    type: 'scim.token.created' | 'scim.token.revoked',
    { id, note, vouchesFor, expiresAt }: ScimToken,
    { actor, change }: { actor: Actor; change: Change },
  ): Promise<void> {
    await this.audit.record(tx, {
      type,
      actor,
      change,
      targets: [{ type: 'token', id, display: note }],
      details: { expires_at: expiresAt.toISOString(), vouches_for: vouchesFor },
    });
  }
}

const snapshotOf = ({ note, vouchesFor, expiresAt, revokedAt }: ScimToken) => ({
  note,
  vouches_for: vouchesFor,
  expires_at: expiresAt,
  revoked: revokedAt !== null,
});

function viewOf(row: ScimToken): ScimTokenView {
  const { id, note, vouchesFor, createdAt, createdBy, expiresAt, lastUsedAt, lastUsedIp, revokedAt } = row;
  return { id, note, vouchesFor, createdAt, createdBy, expiresAt, lastUsedAt, lastUsedIp, revokedAt };
}
