import { Injectable } from '@nestjs/common';
import { MFA_ACR } from '../acr.js';
import { Authenticators } from '../factors/authenticators.js';
import { Factors } from '../factors/factors.js';
import { Journal } from '../factors/journal.js';
import type { Person } from '../factors/person.js';
import { RecoveryCodes } from '../factors/recovery-codes.js';
import { totpCodeOf } from '../factors/totp.js';
import type { Proof } from '../sessions.service.js';

/** RFC 8176. A recovery code is a second factor of a kind that has no name there. */
export const BY_APP: Proof = { acr: MFA_ACR, amr: ['pwd', 'otp', 'mfa'], basis: { factor: true } };
const BY_RECOVERY: Proof = { acr: MFA_ACR, amr: ['pwd', 'mfa'], basis: { factor: true } };

/** Codes after a password: of the authenticator app, or a recovery code. Each is good once. */
@Injectable()
export class CodeCheck {
  constructor(
    private readonly authenticators: Authenticators,
    private readonly codes: RecoveryCodes,
    private readonly factors: Factors,
    private readonly journal: Journal,
  ) {}

  check(person: Person, typed: string): Promise<Proof | undefined> {
    return totpCodeOf(typed) === undefined ? this.recovery(person, typed) : this.app(person, typed);
  }

  private async app({ userId }: Person, typed: string): Promise<Proof | undefined> {
    const isRight = await this.journal.together((tx) => this.authenticators.use(tx, userId, typed));
    return isRight ? BY_APP : undefined;
  }

  private async recovery(person: Person, typed: string): Promise<Proof | undefined> {
    return this.journal.together(async (tx) => {
      if (!(await this.codes.use(tx, person.userId, typed))) return undefined;
      const { recoveryCodes } = await this.factors.of(person.userId, tx);
      await this.journal.write(tx, person, {
        type: 'user.recovery_code.used',
        letter: 'recovery_code_used',
        item: String(recoveryCodes),
      });
      return BY_RECOVERY;
    });
  }
}
