import { Injectable } from '@nestjs/common';
import { Pages, type AccountSecurityView, type SecurityNotice } from '../../pages/index.js';
import { EmailChanges, PasskeyForms, type Exchange } from '../../sessions/index.js';
import { SecurityVisitor, type SecurityVisit } from './security-visitor.js';

const NOTICES: readonly string[] = [
  'password_changed',
  'email_asked',
  'email_changed',
  'passkey_added',
  'passkey_renamed',
  'passkey_removed',
  'authenticator_removed',
  'last_way_in',
  'second_step_required',
] satisfies SecurityNotice[];

/** How a person signs in, at a glance. */
@Injectable()
export class SecurityPage {
  constructor(
    private readonly pages: Pages,
    private readonly visitor: SecurityVisitor,
    private readonly forms: PasskeyForms,
    private readonly emails: EmailChanges,
  ) {}

  async send(exchange: Exchange, visit: SecurityVisit, done: unknown): Promise<void> {
    const { req, res } = exchange;
    const { who, ways, recent, local } = visit;
    const passkeys = await this.rows(who.userId);
    const hasFactor = ways.authenticator || ways.passkeys > 0;
    this.pages.send(req, res, {
      page: 'account-security',
      person: { email: who.email, ...(who.name && { name: who.name }) },
      local,
      recent,
      confirmHref: this.visitor.confirmHref(visit),
      canChangeEmail: this.emails.areThere,
      password: ways.password,
      ...(passkeys && { passkeys }),
      authenticator: ways.authenticator,
      ...(ways.password && hasFactor && { recoveryCodes: ways.recoveryCodes }),
      csrf: this.visitor.formToken(exchange),
      ...(isNotice(done) && { notice: done }),
    });
  }

  private async rows(userId: string): Promise<AccountSecurityView['passkeys']> {
    const passkeys = await this.forms.existing(userId);
    return passkeys?.map(({ id, name, createdAt, lastUsedAt, backupEligible }) => ({
      id,
      name,
      createdAt,
      ...(lastUsedAt && { lastUsedAt }),
      synced: backupEligible,
    }));
  }
}

const isNotice = (done: unknown): done is SecurityNotice => NOTICES.some((notice) => notice === done);
