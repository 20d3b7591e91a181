import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { currentAudit } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import { Pages, type LoginView } from '../pages/index.js';
import { Csrf } from './csrf.js';
import { LoginSurroundings } from './login-surroundings.js';
import type { WayWishes } from './way-href.js';

const PURPOSE = 'login';
type View = Pick<LoginView, 'email' | 'problem' | 'present' | 'notice'> & Omit<WayWishes, 'loginHint'>;

/** The sign-in page with what every showing of it needs: the token of its form, the ways in, and what it is for. */
@Injectable()
export class LoginPage {
  constructor(
    private readonly config: AppConfig,
    private readonly pages: Pages,
    private readonly csrf: Csrf,
    private readonly surroundings: LoginSurroundings,
  ) {}

  /** The page again, with the decision that was recorded. */
  async refuse(req: Request, res: Response, view: View, status: number): Promise<void> {
    const decisionId = currentAudit()?.lastEventId;
    if (decisionId) res.setHeader('X-Decision-Id', decisionId);
    await this.send(req, res, view, status);
  }

  async send(req: Request, res: Response, view: View, status = 200): Promise<void> {
    const { maxAge, choose, ...shown } = view;
    const around = await this.surroundings.of(
      { req, res },
      {
        ...(view.returnTo !== undefined && { returnTo: view.returnTo }),
        ...(view.email !== undefined && { loginHint: view.email }),
        ...(maxAge !== undefined && { maxAge }),
        // Whoever came back with the wrong account would only come back with it again.
        ...((choose || view.problem === 'other_account') && { choose: 'account' }),
      },
    );
    this.pages.send(
      req,
      res,
      {
        page: 'login',
        ...shown,
        ...around.view,
        csrf: this.csrf.token(req, res, PURPOSE),
      },
      // `form-action` also judges the redirects that follow a form post: after sign-in the way may lead through
      // `/oauth2/authorize` straight to the app, so its redirect URI has to be named.
      { status, formTargets: around.formTargets },
    );
  }

  /** Leaves the page for another one here. */
  leave(res: Response, to: string): void {
    res.redirect(303, `${this.config.basePath}${to}`);
  }

  verify(req: Request, given: unknown): void {
    this.csrf.verify(req, PURPOSE, given);
  }
}
