import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/index.js';
import type { Account } from '../users/index.js';
import type { Basis } from './basis.js';
import { SessionEnds, type EndedSession, type Reach } from './session-ends.js';
import { SessionLimit } from './session-limit.js';
import type { Session } from './session.entity.js';
import { SignInBasis } from './sign-in-basis.js';

/** What signing in and out means for the person and for the audit trail. */
@Injectable()
export class SessionPeople {
  constructor(
    private readonly basis: SignInBasis,
    private readonly audit: AuditLog,
    private readonly ends: SessionEnds,
    private readonly limit: SessionLimit,
  ) {}

  /** Whether the proof is worth something still; then it stays so until the transaction ends. */
  mayEnter(tx: EntityManager, account: Account, basis: Basis | undefined): Promise<boolean> {
    return this.basis.holds(tx, account, basis);
  }

  async signedIn(tx: EntityManager, account: Account, session: Session): Promise<void> {
    const facts = { userId: account.id, sessionId: session.id };
    await this.audit.record(
      tx,
      {
        type: 'auth.login.succeeded',
        ...facts,
        actor: { type: 'user', id: account.id, display: account.email },
        details: { acr: session.acr, amr: session.amr, ...(session.idp && { idp: session.idp }) },
      },
      { type: 'auth.session.created', ...facts },
    );
    await this.limit.apply(tx, { userId: account.id, sessionId: session.id });
  }

  async signedOut(tx: EntityManager, { id, userId }: EndedSession): Promise<void> {
    await this.audit.record(tx, { type: 'auth.logout.completed', userId, sessionId: id });
    await this.ends.tell(tx, [id], left(userId, 'signed_out'));
  }

  /** Somebody signed in where another person was signed in. */
  async tookOver(tx: EntityManager, before: EndedSession): Promise<void> {
    await this.ends.tell(tx, [before.id], left(before.userId, 'signed_out'));
  }
}

const left = (userId: string, reason: string): Reach => ({
  takes: 'presence',
  by: { actor: { type: 'user', id: userId }, reason },
});
