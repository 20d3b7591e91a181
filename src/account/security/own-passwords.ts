import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { CredentialCheck, PASSKEY_ACR, PasswordChanges, Passwords, personAt } from '../../sessions/index.js';
import type { PasswordPageProblem } from './password-page.js';
import type { SecurityVisit } from './security-visitor.js';

export interface PasswordRefusal {
  readonly problem: PasswordPageProblem;
  readonly status: number;
  readonly retryAfter?: number;
}

/** Changes the password of somebody who knows the one before, or who has shown more than it. */
@Injectable()
export class OwnPasswords {
  constructor(
    private readonly credentials: CredentialCheck,
    private readonly passwords: Passwords,
    private readonly changes: PasswordChanges,
  ) {}

  /** Who has just shown a passkey has shown more than the password. */
  asksCurrent({ ways, who }: SecurityVisit): boolean {
    return ways.password && who.acr !== PASSKEY_ACR;
  }

  /** `undefined`: it is done. Guesses count as they do at the sign-in page. */
  async change(
    req: Request,
    visit: SecurityVisit,
    { current = '', password }: { current?: string; password: string },
  ): Promise<PasswordRefusal | undefined> {
    const { who } = visit;
    if (this.asksCurrent(visit)) {
      const checked = await this.credentials.check(who.email, current, req.ip ?? '');
      if ('retryAfter' in checked)
        return { problem: 'throttled', status: 429, retryAfter: checked.retryAfter };
      if (checked.right?.account.id !== who.userId) return { problem: 'wrong_password', status: 401 };
    }
    const outcome = await this.passwords.prepare(password, who);
    if ('problem' in outcome) return { problem: outcome.problem, status: 400 };
    await this.changes.apply(personAt(req, who), who.sessionId, outcome.hash);
    return undefined;
  }
}
