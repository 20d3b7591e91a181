import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppConfig } from '../../config/index.js';
import type { Account } from '../../users/index.js';
import type { Basis } from '../basis.js';

/** What a person has beside a password. */
export interface FactorsOf {
  readonly authenticator: boolean;
  readonly passkeys: number;
  readonly recoveryCodes: number;
}

const FACTORS = `
SELECT EXISTS (SELECT 1 FROM authenticators WHERE user_id = $1) AS authenticator,
  (SELECT count(*)::int FROM passkeys WHERE user_id = $1) AS passkeys,
  (SELECT count(*)::int FROM recovery_codes WHERE user_id = $1) AS "recoveryCodes"`;

const STANDS = `
SELECT ($2::bytea IS NULL OR EXISTS (SELECT 1 FROM passkeys WHERE user_id = $1 AND credential_id = $2))
  AND (NOT $3::boolean OR EXISTS (SELECT 1 FROM authenticators WHERE user_id = $1)
    OR EXISTS (SELECT 1 FROM passkeys WHERE user_id = $1)) AS stands`;

/** Who has which factors, and who must. */
@Injectable()
export class Factors {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
  ) {}

  async of(userId: string, db: EntityManager = this.dataSource.manager): Promise<FactorsOf> {
    const [factors] = await db.query<FactorsOf[]>(FACTORS, [userId]);
    // Where passkeys are switched off, those that there are let nobody in.
    return { ...factors!, ...(this.config.passkeyDomain === undefined && { passkeys: 0 }) };
  }

  /** Whether what a sign-in rests on is there. */
  async stand(tx: EntityManager, userId: string, { passkey, factor }: Basis): Promise<boolean> {
    if (!passkey && !factor) return true;
    const [row] = await tx.query<{ stands: boolean }[]>(STANDS, [userId, passkey ?? null, factor ?? false]);
    return row!.stands;
  }

  async areRequiredOfUser(userId: string, db: EntityManager): Promise<boolean> {
    const [user] = await db.query<Pick<Account, 'roles'>[]>('SELECT roles FROM users WHERE id = $1', [
      userId,
    ]);
    return user !== undefined && this.areRequiredOf(user);
  }

  /** Whether policy asks this person for a second step. */
  areRequiredOf({ roles }: Pick<Account, 'roles'>): boolean {
    const { secondFactor } = this.config.policies;
    return secondFactor === 'required' || (secondFactor === 'required_for_admins' && roles.length > 0);
  }
}

export const hasSecondFactor = ({ authenticator, passkeys }: FactorsOf): boolean =>
  authenticator || passkeys > 0;
