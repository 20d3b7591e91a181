import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Assertion, NewPasskey, StoredPasskey } from './passkey.js';

/** More would only be somebody’s mistake, or mischief. */
export const MAX_PASSKEYS = 20;
const HANDLE_BYTES = 32;

const COLUMNS = `id, user_id AS "userId", credential_id AS "credentialId", user_handle AS "userHandle",
  public_key AS "publicKey", transports, backup_eligible AS "backupEligible", name, created_at AS "createdAt",
  last_used_at AS "lastUsedAt"`;
const ADD = `
INSERT INTO passkeys (id, user_id, credential_id, user_handle, public_key, counter, transports, backup_eligible,
  backed_up, aaguid, name, created_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now()
WHERE (SELECT count(*) FROM passkeys WHERE user_id = $2) < ${MAX_PASSKEYS}
ON CONFLICT DO NOTHING RETURNING id`;
/** WebAuthn §6.1.1: a counter that does not rise is that of a copy. One that is always 0 does not count. */
const USE = `
UPDATE passkeys SET counter = $2, backed_up = $3, last_used_at = now()
WHERE id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0)) RETURNING 1`;

/** The passkeys of people. */
@Injectable()
export class Passkeys {
  constructor(private readonly dataSource: DataSource) {}

  of(userId: string, db: EntityManager = this.dataSource.manager): Promise<StoredPasskey[]> {
    return db.query<StoredPasskey[]>(`SELECT ${COLUMNS} FROM passkeys WHERE user_id = $1 ORDER BY id`, [
      userId,
    ]);
  }

  async byCredential(credentialId: Buffer): Promise<StoredPasskey | undefined> {
    const [passkey] = await this.dataSource.query<StoredPasskey[]>(
      `SELECT ${COLUMNS} FROM passkeys WHERE credential_id = $1`,
      [credentialId],
    );
    return passkey;
  }

  /** The same for all passkeys of a person: an authenticator that has one for it already replaces it. */
  handleFor(existing: readonly StoredPasskey[]): Buffer {
    return existing[0]?.userHandle ?? randomBytes(HANDLE_BYTES);
  }

  /** False when it is somebody’s already, or the person has too many. */
  async add(
    tx: EntityManager,
    owner: { userId: string; userHandle: Buffer; name: string },
    passkey: NewPasskey,
  ): Promise<boolean> {
    const rows = await tx.query<unknown[]>(ADD, [
      uuidv7(),
      owner.userId,
      passkey.credentialId,
      owner.userHandle,
      passkey.publicKey,
      passkey.counter,
      passkey.transports,
      passkey.backupEligible,
      passkey.backedUp,
      passkey.aaguid,
      owner.name,
    ]);
    return rows.length > 0;
  }

  /** False when the counter says that there is a copy of it. */
  async use(tx: EntityManager, id: string, { counter, backedUp }: Assertion): Promise<boolean> {
    const [rows] = await tx.query<[unknown[], number]>(USE, [id, counter, backedUp]);
    return rows.length > 0;
  }

  async rename(tx: EntityManager, userId: string, id: string, name: string): Promise<boolean> {
    const [rows] = await tx.query<[unknown[], number]>(
      'UPDATE passkeys SET name = $3 WHERE id = $2 AND user_id = $1 AND name <> $3 RETURNING 1',
      [userId, id, name],
    );
    return rows.length > 0;
  }

  /** The name it had. */
  async remove(tx: EntityManager, userId: string, id: string): Promise<string | undefined> {
    const [rows] = await tx.query<[{ name: string }[], number]>(
      'DELETE FROM passkeys WHERE id = $2 AND user_id = $1 RETURNING name',
      [userId, id],
    );
    return rows[0]?.name;
  }

  async removeAll(tx: EntityManager, userId: string): Promise<number> {
    const [rows] = await tx.query<[unknown[], number]>(
      'DELETE FROM passkeys WHERE user_id = $1 RETURNING 1',
      [userId],
    );
    return rows.length;
  }
}
