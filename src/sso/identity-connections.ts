import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { SessionsService } from '../sessions/index.js';
import { AccountLinking } from './account-linking.js';
import type { Assertion } from './providers/provider.js';
import { SsoAudit } from './sso-audit.js';
import { SignInRejected } from './sso-failure.js';
import type { Link } from './sso-flow.js';

/** Connects another sign-in to the account of whoever is signed in already. */
@Injectable()
export class IdentityConnections {
  constructor(
    private readonly sessions: SessionsService,
    private readonly linking: AccountLinking,
    private readonly audit: SsoAudit,
  ) {}

  /**
   * The one who came back is the one who left: the same person, in the same session.
   * @throws SignInRejected, PersonRefused, once that is in the audit trail
   */
  async connect(req: Request, link: Link, assertion: Assertion): Promise<void> {
    const person = await this.sessions.resolve(req);
    if (person?.userId !== link.userId || person.sessionId !== link.sessionId) {
      const failure = new SignInRejected('link_session_changed');
      failure.isLink = true;
      await this.audit.failed(assertion.identity.provider, failure);
      throw failure;
    }
    await this.linking.attach(assertion, link.userId);
  }
}
