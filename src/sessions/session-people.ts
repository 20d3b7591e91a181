import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/index.js';
import { UsersService, type Account } from '../users/index.js';
import type { Session } from './session.entity.js';

/** What signing in and out means for the person and for the audit trail. */
@Injectable()
export class SessionPeople {
  constructor(
    private readonly users: UsersService,
    private readonly audit: AuditLog,
  ) {}

  async signedIn(tx: EntityManager, account: Account, session: Session): Promise<void> {
    await this.users.noteLogin(tx, account.id);
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
  }

  async signedOut(tx: EntityManager, { id, userId }: { id: string; userId: string }): Promise<void> {
    await this.audit.record(tx, { type: 'auth.logout.completed', userId, sessionId: id });
  }
}
