import { Injectable } from '@nestjs/common';
import { Pages } from '../../pages/index.js';
import { Csrf } from '../csrf.js';
import type { Exchange } from '../exchange.js';
import type { AuthenticatorForm } from '../factors/authenticator-forms.js';
import { PasskeyForms } from '../factors/passkey-forms.js';
import type { Person } from '../factors/person.js';
import { SignInReasons } from '../sign-in-reasons.js';

const PURPOSE = 'setup';
const HERE = '/login/setup';

interface Where {
  readonly returnTo: string | undefined;
}

/** The pages on which a person sets up their first second factor while they sign in. */
@Injectable()
export class SetupPage {
  constructor(
    private readonly pages: Pages,
    private readonly csrf: Csrf,
    private readonly reasons: SignInReasons,
    private readonly forms: PasskeyForms,
  ) {}

  async choose({ req, res }: Exchange, returnTo: string | undefined, canSkip: boolean): Promise<void> {
    const reason = await this.reasons.of(returnTo);
    this.pages.send(
      req,
      res,
      {
        page: 'sign-in-setup',
        authenticatorHref: withReturn(`${HERE}/authenticator`, returnTo),
        ...(this.forms.areThere && { passkeyHref: withReturn(`${HERE}/passkey`, returnTo) }),
        ...(canSkip && reason && { appName: reason.appName }),
        ...(returnTo && { returnTo }),
        canSkip,
        csrf: this.csrf.token(req, res, PURPOSE),
      },
      { formTargets: reason?.formTargets ?? [] },
    );
  }

  authenticator(
    { req, res }: Exchange,
    { form, returnTo, problem }: Where & { form: AuthenticatorForm; problem?: 'wrong_code' },
  ): void {
    this.pages.send(
      req,
      res,
      {
        page: 'authenticator-new',
        action: `${HERE}/authenticator`,
        backHref: withReturn(HERE, returnTo),
        ...form,
        ...(returnTo && { returnTo }),
        ...(problem && { problem }),
        csrf: this.csrf.token(req, res, PURPOSE),
      },
      { status: problem ? 401 : 200 },
    );
  }

  async passkey(
    exchange: Exchange,
    person: Person,
    { returnTo, problem }: Where & { problem?: 'passkey_failed' },
  ): Promise<void> {
    const { req, res } = exchange;
    const passkey = await this.forms.creation(exchange, PURPOSE, person);
    const reason = await this.reasons.of(returnTo);
    this.pages.send(
      req,
      res,
      {
        page: 'passkey-new',
        action: `${HERE}/passkey`,
        backHref: withReturn(HERE, returnTo),
        passkey,
        ...(returnTo && { returnTo }),
        ...(problem && { problem }),
        csrf: this.csrf.token(req, res, PURPOSE),
      },
      { status: problem ? 401 : 200, formTargets: reason?.formTargets ?? [] },
    );
  }

  codes({ req, res }: Exchange, codes: readonly string[], returnTo: string | undefined): void {
    this.pages.send(req, res, { page: 'recovery-codes', codes, continueHref: returnTo ?? '/account' });
  }

  /** @throws ForbiddenException when the form was not given to this browser by us */
  verify({ req }: Exchange, given: unknown): void {
    this.csrf.verify(req, PURPOSE, given);
  }
}

const withReturn = (path: string, returnTo: string | undefined): string =>
  returnTo ? `${path}?${new URLSearchParams({ return_to: returnTo }).toString()}` : path;
