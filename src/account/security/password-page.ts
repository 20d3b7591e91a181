import { Injectable } from '@nestjs/common';
import { Pages, type AccountPasswordView } from '../../pages/index.js';
import { Passwords, type Exchange } from '../../sessions/index.js';
import { SecurityVisitor, type SecurityVisit } from './security-visitor.js';

export type PasswordPageProblem = NonNullable<AccountPasswordView['problem']>;

interface Showing {
  readonly asksCurrent: boolean;
  readonly problem?: PasswordPageProblem;
  readonly status?: number;
}

/** The page on which a password is chosen. */
@Injectable()
export class PasswordPage {
  constructor(
    private readonly pages: Pages,
    private readonly visitor: SecurityVisitor,
    private readonly passwords: Passwords,
  ) {}

  send(exchange: Exchange, { who }: SecurityVisit, { asksCurrent, problem, status = 200 }: Showing): void {
    const { req, res } = exchange;
    this.pages.send(
      req,
      res,
      {
        page: 'account-password',
        email: who.email,
        asksCurrent,
        minLength: this.passwords.minLength,
        ...(problem && { problem }),
        csrf: this.visitor.formToken(exchange),
      },
      { status },
    );
  }
}
