import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Sealer } from '../../sealing/index.js';
import { totpStep } from './totp.js';

const PURPOSE = 'authenticator';

const ADD = `
INSERT INTO authenticators (user_id, sealed, last_step, created_at) VALUES ($1, $2, $3, now())
ON CONFLICT (user_id) DO UPDATE SET sealed = $2, last_step = $3, created_at = now(), last_used_at = NULL`;
/** RFC 6238 §5.2: of two who come with one code, one is let in. */
const USE = `
UPDATE authenticators SET last_step = $2, last_used_at = now(), sealed = coalesce($3, sealed)
WHERE user_id = $1 AND last_step < $2 RETURNING 1`;

/** Authenticator apps of people: one for each, whose codes are each good once. */
@Injectable()
export class Authenticators {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sealer: Sealer,
  ) {}

  /** Takes the place of the one there was. `step` is that of the code that showed that the app has the secret. */
  async add(tx: EntityManager, userId: string, secret: string, step: number): Promise<void> {
    await tx.query(ADD, [userId, this.seal(userId, secret), step]);
  }

  /** True once for each code, and for none before it. */
  async use(tx: EntityManager, userId: string, typed: string): Promise<boolean> {
    const [row] = await tx.query<{ sealed: Buffer }[]>(
      'SELECT sealed FROM authenticators WHERE user_id = $1',
      [userId],
    );
    if (!row) return false;
    const secret = this.open(userId, row.sealed);
    const step = totpStep(secret, typed);
    if (step === undefined) return false;
    const fresh = this.sealer.isCurrent(row.sealed) ? null : this.seal(userId, secret);
    const [used] = await tx.query<[unknown[], number]>(USE, [userId, step, fresh]);
    return used.length > 0;
  }

  /** False when there was none. */
  async remove(tx: EntityManager, userId: string): Promise<boolean> {
    const [rows] = await tx.query<[unknown[], number]>(
      'DELETE FROM authenticators WHERE user_id = $1 RETURNING 1',
      [userId],
    );
    return rows.length > 0;
  }

  /** Seals anew what is sealed under an older key version, so that it can go; answers the last person of the batch. */
  async reseal(after: string | undefined): Promise<string | undefined> {
    const rows = await this.dataSource.query<{ user_id: string; sealed: Buffer }[]>(
      `SELECT user_id, sealed FROM authenticators WHERE ($1::uuid IS NULL OR user_id > $1) ORDER BY user_id LIMIT 500`,
      [after ?? null],
    );
    for (const { user_id, sealed } of rows) {
      if (this.sealer.isCurrent(sealed)) continue;
      await this.dataSource.query(
        'UPDATE authenticators SET sealed = $2 WHERE user_id = $1 AND sealed = $3',
        [user_id, this.seal(user_id, this.open(user_id, sealed)), sealed],
      );
    }
    return rows.at(-1)?.user_id;
  }

  /** The purpose names the person: what is sealed for one is of no use in the row of another. */
  private seal(userId: string, secret: string): Buffer {
    return this.sealer.seal(`${PURPOSE}:${userId}`, secret);
  }

  private open(userId: string, sealed: Buffer): string {
    return this.sealer.open(`${PURPOSE}:${userId}`, sealed).toString('utf8');
  }
}
