import { Injectable, NotFoundException } from '@nestjs/common';
import { AuditLog } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import { PasswordQueueFull, UsersService, type Authenticated } from '../users/index.js';
import { LoginThrottle } from './login-throttle.js';

/** E-mail and password, throttled and audited. */
@Injectable()
export class CredentialCheck {
  constructor(
    private readonly users: UsersService,
    private readonly throttle: LoginThrottle,
    private readonly audit: AuditLog,
    private readonly config: AppConfig,
  ) {}

  async check(
    email: string,
    password: string,
    ip: string,
  ): Promise<{ right?: Authenticated } | { retryAfter: number }> {
    if (!this.config.policies.localAccounts) throw new NotFoundException();
    const retryAfter = await this.throttle.refusal(email, ip);
    if (retryAfter !== undefined) return this.throttled('too_many_failures', retryAfter);
    let meant: string | undefined;
    try {
      const outcome = await this.users.authenticate(email, password);
      if (outcome.right) return { right: outcome.right };
      meant = outcome.meant;
    } catch (error) {
      if (error instanceof PasswordQueueFull) return this.throttled('too_many_at_once', 5);
      throw error;
    }
    await this.throttle.failed(email, ip);
    await this.audit.decide({
      type: 'auth.login.failed',
      outcome: { result: 'denied', reason: 'bad_credentials', httpStatus: 401 },
      actor: { type: 'anonymous' },
      ...(meant !== undefined && { userId: meant }),
      details: { email },
    });
    return {};
  }

  private async throttled(reason: string, retryAfter: number): Promise<{ retryAfter: number }> {
    await this.audit.decide({
      type: 'auth.login.failed',
      outcome: { result: 'throttled', reason, httpStatus: 429 },
    });
    return { retryAfter };
  }
}
