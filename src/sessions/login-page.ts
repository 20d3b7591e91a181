import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { Pages, type LoginView } from '../pages/index.js';
import { Csrf } from './csrf.js';

const PURPOSE = 'login';

/** The sign-in page with what every showing of it needs: the token of its form and the ways in. */
@Injectable()
export class LoginPage {
  constructor(
    private readonly config: AppConfig,
    private readonly pages: Pages,
    private readonly csrf: Csrf,
  ) {}

  send(
    req: Request,
    res: Response,
    view: Pick<LoginView, 'returnTo' | 'email' | 'problem'>,
    status = 200,
  ): void {
    const { returnTo } = view;
    const query = returnTo ? `?return_to=${encodeURIComponent(returnTo)}` : '';
    this.pages.send(
      req,
      res,
      {
        page: 'login',
        ...view,
        providers: this.config.identityProviders.map(({ id, name }) => ({
          id,
          label: name ?? id,
          href: `/sso/${id}${query}`,
        })),
        localAccounts: this.config.policies.localAccounts,
        csrf: this.csrf.token(req, res, PURPOSE),
      },
      { status, formTargets: redirectTargets(returnTo) },
    );
  }

  verify(req: Request, given: unknown): void {
    this.csrf.verify(req, PURPOSE, given);
  }
}

/**
 * `form-action` also judges the redirects that follow a form post: after sign-in the way may lead through
 * `/oauth2/authorize` straight to the app, so its redirect URI has to be named.
 */
function redirectTargets(returnTo: string | undefined): string[] {
  if (!returnTo) return [];
  const target = new URL(returnTo, 'http://local.invalid').searchParams.get('redirect_uri');
  return target ? [target] : [];
}
