import { Injectable } from '@nestjs/common';
import { digest } from '../../sealing/index.js';
import { Pages, type LinkEmailView, type LinkPasswordView } from '../../pages/index.js';
import type { GoodLink } from '../../users/index.js';
import { Csrf } from '../csrf.js';
import type { Exchange } from '../exchange.js';
import { PasskeyForms } from '../factors/passkey-forms.js';
import type { Person } from '../factors/person.js';
import { Passwords } from './passwords.js';

interface Showing {
  readonly token: string;
  readonly link: GoodLink;
  readonly problem?: NonNullable<LinkPasswordView['problem']>;
}

/** The pages that links of letters lead to. Nothing is spent by looking at one. */
@Injectable()
export class LinkPage {
  constructor(
    private readonly pages: Pages,
    private readonly csrf: Csrf,
    private readonly forms: PasskeyForms,
    private readonly passwords: Passwords,
  ) {}

  /** A first way in, or a new password. */
  async password(exchange: Exchange, person: Person, { token, link, problem }: Showing): Promise<void> {
    const { req, res } = exchange;
    const isInvitation = link.purpose === 'invite';
    const passkey =
      isInvitation && this.forms.areThere ? await this.forms.creation(exchange, 'invite', person) : undefined;
    this.pages.send(
      req,
      res,
      {
        page: 'link-password',
        purpose: isInvitation ? 'invite' : 'reset',
        action: `/link/${token}`,
        email: person.email,
        minLength: this.passwords.minLength,
        ...(passkey && { passkey }),
        ...(problem && { problem }),
        csrf: this.csrf.token(req, res, purposeOf(token)),
      },
      { status: problem ? 400 : 200 },
    );
  }

  email({ req, res }: Exchange, { token, link, state }: Showing & { state: LinkEmailView['state'] }): void {
    this.pages.send(
      req,
      res,
      {
        page: 'link-email',
        action: `/link/${token}`,
        email: link.email,
        state,
        csrf: this.csrf.token(req, res, purposeOf(token)),
      },
      { status: state === 'taken' ? 409 : 200 },
    );
  }

  /** @throws ForbiddenException when the form was not given to this browser for this link */
  verify({ req }: Exchange, token: string, given: unknown): void {
    this.csrf.verify(req, purposeOf(token), given);
  }
}

const purposeOf = (token: string): string => `one-time-link:${digest(token).toString('base64url')}`;
