import { Injectable } from '@nestjs/common';
import { currentAudit } from '../../audit/index.js';
import { Pages, type SecondStepView } from '../../pages/index.js';
import { Csrf } from '../csrf.js';
import type { Exchange } from '../exchange.js';
import { PasskeyForms } from '../factors/passkey-forms.js';
import { SignInReasons } from '../sign-in-reasons.js';
import type { HalfSignedIn } from './second-step.js';
import type { Offers } from './sign-in-needs.js';

const PURPOSE = 'second-step';

interface Showing {
  readonly returnTo: string | undefined;
  readonly offers: Offers;
  readonly problem?: NonNullable<SecondStepView['problem']>;
  readonly status?: number;
}

/** The page that asks for the second step. */
@Injectable()
export class SecondStepPage {
  constructor(
    private readonly pages: Pages,
    private readonly csrf: Csrf,
    private readonly reasons: SignInReasons,
    private readonly forms: PasskeyForms,
  ) {}

  async send({ req, res }: Exchange, { account }: HalfSignedIn, showing: Showing): Promise<void> {
    const { returnTo, offers, problem, status = 200 } = showing;
    const reason = await this.reasons.of(returnTo);
    const passkey = offers.passkey
      ? await this.forms.requestOf({ req, res }, PURPOSE, account.id)
      : undefined;
    const decisionId = problem && currentAudit()?.lastEventId;
    if (decisionId) res.setHeader('X-Decision-Id', decisionId);
    this.pages.send(
      req,
      res,
      {
        page: 'second-step',
        email: account.email,
        code: offers.code,
        recovery: offers.recovery,
        ...(passkey && { passkey }),
        ...(returnTo && { returnTo }),
        ...(problem && { problem }),
        ...(reason && { appName: reason.appName }),
        csrf: this.csrf.token(req, res, PURPOSE),
      },
      { status, formTargets: reason?.formTargets ?? [] },
    );
  }

  /** @throws ForbiddenException when the form was not given to this browser by us */
  verify({ req }: Exchange, given: unknown): void {
    this.csrf.verify(req, PURPOSE, given);
  }
}
