import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { Invitations } from '../sessions/index.js';
import { UsersService, type Account } from '../users/index.js';
import { AdminProblem, found, notFound } from './admin-problem.js';
import type { Operator } from './admin-request.js';
import type { InviteRequest, NewUserRequest } from './invitations.request.js';
import { given } from './paging.js';
import { RoleReach } from './role-reach.js';

const REASONS = {
  taken: 'Somebody has this address already',
  disabled: 'They are kept out; let them in first',
  has_a_way_in: 'They can sign in already; whoever forgot a password asks for a link at the sign-in page',
  signs_in_elsewhere: 'People of this domain sign in through their identity provider',
} as const;

/** Invites people for operators. */
@Injectable()
export class NewPeople {
  constructor(
    private readonly config: AppConfig,
    private readonly users: UsersService,
    private readonly invitations: Invitations,
    private readonly reach: RoleReach,
  ) {}

  /** @throws AdminProblem */
  async create(request: NewUserRequest, operator: Operator): Promise<Account> {
    this.checkPossible();
    const { email, name, roles = [], language } = request;
    this.reach.check(roles, operator);
    const person = { email, roles, ...given({ name }) };
    const by = { actor: operator.actor, ...given({ language }) };
    const outcome = await this.invitations.create(person, by);
    if (typeof outcome === 'string') throw refused(outcome);
    return outcome;
  }

  /** @throws AdminProblem */
  async invite(id: string, { language }: InviteRequest, { actor }: Operator): Promise<Account> {
    this.checkPossible();
    const account = found(await this.users.find(id));
    const outcome = await this.invitations.invite(account, { actor, ...given({ language }) });
    if (outcome !== 'invited') throw refused(outcome);
    return account;
  }

  private checkPossible(): void {
    if (!this.config.policies.localAccounts) throw notFound();
    if (this.invitations.areThere) return;
    throw new AdminProblem('conflict', {
      detail: 'This server sends no mail; configure mail.smtp and mail.from',
      reason: 'mail_not_configured',
    });
  }
}

const refused = (reason: keyof typeof REASONS): AdminProblem =>
  new AdminProblem('conflict', { detail: REASONS[reason], reason });
