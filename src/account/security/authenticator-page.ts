import { Injectable } from '@nestjs/common';
import { Pages } from '../../pages/index.js';
import type { AuthenticatorForm, Exchange } from '../../sessions/index.js';
import { SecurityVisitor } from './security-visitor.js';

const BACK = '/account/security';

/** The pages on which an authenticator app is set up, and recovery codes are shown. */
@Injectable()
export class AuthenticatorPage {
  constructor(
    private readonly pages: Pages,
    private readonly visitor: SecurityVisitor,
  ) {}

  ask(exchange: Exchange, form: AuthenticatorForm, problem?: 'wrong_code'): void {
    const { req, res } = exchange;
    this.pages.send(
      req,
      res,
      {
        page: 'authenticator-new',
        action: '/account/security/authenticator',
        backHref: BACK,
        ...form,
        ...(problem && { problem }),
        csrf: this.visitor.formToken(exchange),
      },
      { status: problem ? 400 : 200 },
    );
  }

  codes({ req, res }: Exchange, codes: readonly string[]): void {
    this.pages.send(req, res, { page: 'recovery-codes', codes, continueHref: BACK });
  }
}
