import { Injectable } from '@nestjs/common';
import { Pages } from '../../pages/index.js';
import { PasskeyForms, personAt, type Exchange } from '../../sessions/index.js';
import { browserName } from '../browser-name.js';
import { SecurityVisitor, type SecurityVisit } from './security-visitor.js';

/** The page on which a passkey is added. */
@Injectable()
export class PasskeyPage {
  constructor(
    private readonly pages: Pages,
    private readonly visitor: SecurityVisitor,
    private readonly forms: PasskeyForms,
  ) {}

  async send(exchange: Exchange, { who }: SecurityVisit, problem?: 'passkey_failed'): Promise<void> {
    const { req, res } = exchange;
    const name = browserName(req.headers['user-agent']);
    this.pages.send(
      req,
      res,
      {
        page: 'passkey-new',
        action: '/account/security/passkeys',
        backHref: '/account/security',
        passkey: await this.forms.creation(exchange, 'account', personAt(req, who)),
        ...(name && { name }),
        ...(problem && { problem }),
        csrf: this.visitor.formToken(exchange),
      },
      { status: problem ? 400 : 200 },
    );
  }
}
