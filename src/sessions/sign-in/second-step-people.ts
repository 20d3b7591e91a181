import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Credentials, UsersService, type Account } from '../../users/index.js';
import type { Exchange } from '../exchange.js';
import { SessionsService, type Proof } from '../sessions.service.js';

/** What a second step needs to know of people. */
@Injectable()
export class SecondStepPeople {
  constructor(
    private readonly users: UsersService,
    private readonly credentials: Credentials,
    private readonly sessions: SessionsService,
  ) {}

  /** Whether the password is the same still, and stays so until the transaction ends. */
  async hold(tx: EntityManager, { userId, mark }: { userId: string; mark: string }): Promise<boolean> {
    await this.users.hold(tx, userId);
    const account = await this.users.findIn(tx, userId);
    return account?.disabledAt === undefined && (await this.credentials.mark(userId, tx)) === mark;
  }

  /** Whoever was disabled, or has another password, meanwhile begins anew. */
  async stillThere({ userId, mark }: { userId: string; mark: string }): Promise<Account | undefined> {
    const account = await this.users.find(userId);
    if (!account || account.disabledAt) return undefined;
    return (await this.credentials.mark(userId)) === mark ? account : undefined;
  }

  letIn({ req, res }: Exchange, account: Account, proof: Proof): Promise<boolean> {
    return this.sessions.start(req, res, account, proof);
  }
}
