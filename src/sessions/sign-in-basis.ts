import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/index.js';
import { UsersService, type Account } from '../users/index.js';
import type { Basis } from './basis.js';
import { Factors } from './factors/factors.js';

/**
 * Between the proof and the session somebody may be disabled, or what they proved themselves with be taken away. Whoever
 * does so holds the row of the person and ends their sessions; whoever signs in holds it, too, so that one sees the other.
 */
@Injectable()
export class SignInBasis {
  constructor(
    private readonly users: UsersService,
    private readonly factors: Factors,
    private readonly audit: AuditLog,
  ) {}

  /** Notes the sign-in; false, and written down, when there is nothing left that it rests on. */
  async holds(tx: EntityManager, { id, email }: Account, basis: Basis = {}): Promise<boolean> {
    await this.users.hold(tx, id);
    if ((await this.factors.stand(tx, id, basis)) && (await this.users.noteLogin(tx, id, basis.mark)))
      return true;
    await this.audit.record(tx, {
      type: 'auth.login.failed',
      outcome: { result: 'denied', reason: 'overtaken', httpStatus: 303 },
      actor: { type: 'anonymous' },
      userId: id,
      details: { email },
    });
    return false;
  }
}
