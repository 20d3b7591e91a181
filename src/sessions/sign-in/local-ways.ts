import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { Outbox } from '../../mail/index.js';
import type { LoginView } from '../../pages/index.js';
import { localAcrs, PASSKEY_ACR, PASSWORD_ACR, satisfies } from '../acr.js';
import type { Exchange } from '../exchange.js';
import { PasskeyForms } from '../factors/passkey-forms.js';

/** What the sign-in page offers beside the password. */
@Injectable()
export class LocalWays {
  constructor(
    private readonly config: AppConfig,
    private readonly forms: PasskeyForms,
    private readonly outbox: Outbox,
  ) {}

  /** `asked` are the levels that an app asks for. */
  of(exchange: Exchange, asked: readonly string[]): Pick<LoginView, 'passkey' | 'canReset' | 'asks'> {
    if (!this.config.policies.localAccounts) return {};
    const passkey = this.forms.request(exchange, 'login');
    const local = localAcrs(asked);
    const isMore = local.length > 0 && !local.some((acr) => satisfies(PASSWORD_ACR, acr));
    return {
      canReset: this.outbox.isOpen,
      ...(passkey && { passkey }),
      ...(isMore && { asks: local.every((acr) => acr === PASSKEY_ACR) ? 'passkey' : 'mfa' }),
    };
  }
}
