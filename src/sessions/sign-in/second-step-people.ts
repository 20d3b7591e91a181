import { Injectable } from '@nestjs/common';
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

  async mark(userId: string): Promise<string> {
    return (await this.credentials.mark(userId)) ?? '';
  }

  /** Whoever was disabled, or has another password, meanwhile begins anew. */
  async stillThere({ userId, mark }: { userId: string; mark: string }): Promise<Account | undefined> {
    const account = await this.users.find(userId);
    if (!account || account.disabledAt) return undefined;
    return (await this.mark(userId)) === mark ? account : undefined;
  }

  letIn({ req, res }: Exchange, account: Account, proof: Proof): Promise<void> {
    return this.sessions.start(req, res, account, proof);
  }
}
