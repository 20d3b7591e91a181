import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../../config/index.js';
import { Credentials, isAuthoritative } from '../../users/index.js';
import { SignInWays, type SignInWay } from '../sign-in-ways.js';
import { Factors, hasSecondFactor, type FactorsOf } from './factors.js';

/** Everything somebody can sign in with. */
export interface AllWays extends FactorsOf {
  readonly password: boolean;
  /** Ids of the identity providers that know the person, and that there still are. */
  readonly providers: readonly string[];
}

/** Why something stays: it is the last way in, or policy asks for a second step. */
export type Kept = 'last_way_in' | 'second_step_required';

@Injectable()
export class WaysIn {
  constructor(
    private readonly config: AppConfig,
    private readonly others: SignInWays,
    private readonly credentials: Credentials,
    private readonly factors: Factors,
  ) {}

  async of(userId: string): Promise<AllWays> {
    return this.among(await this.others.list(), userId);
  }

  /** The same in a transaction; `others` come from `list`. */
  ofIn(tx: EntityManager, userId: string, others: readonly SignInWay[]): Promise<AllWays> {
    return this.among(others, userId, tx);
  }

  /** The ways through others that there are now. It may need a connection of its own: ask before a transaction begins. */
  list(): Promise<readonly SignInWay[]> {
    return this.others.list();
  }

  /** False for people whose organisation signs them in, and nobody else (`policies.domainSignIn`). */
  async mayHaveOwn(email: string): Promise<boolean> {
    if (this.config.policies.domainSignIn !== 'provider') return true;
    return !(await this.others.list()).some(({ domains }) => isAuthoritative(domains, email));
  }

  private async among(others: readonly SignInWay[], userId: string, db?: EntityManager): Promise<AllWays> {
    const { password, providers } = await this.credentials.ways(userId, db);
    return {
      ...(await this.factors.of(userId, db)),
      password: password && this.config.policies.localAccounts,
      providers: providers.filter((provider) => others.some(({ id }) => id === provider)),
    };
  }

  /** Whether the person may do without what would be gone; `left` is what there would be. */
  async keeps(tx: EntityManager, userId: string, left: AllWays): Promise<Kept | undefined> {
    if (!isLocal(left) && left.providers.length === 0) return 'last_way_in';
    const isBare = left.password && !hasSecondFactor(left);
    return isBare && (await this.factors.areRequiredOfUser(userId, tx)) ? 'second_step_required' : undefined;
  }
}

/** Has a way in of this server’s own; others belong to an identity provider, whose word alone lets them in. */
export const isLocal = ({ password, passkeys }: AllWays): boolean => password || passkeys > 0;
