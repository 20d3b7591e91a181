import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Pages } from '../../pages/index.js';
import { Csrf, type SignedIn } from '../../sessions/index.js';
import { redirectHost } from '../authorize/redirect-uri.js';
import type { LogoutTarget } from './logout-request.js';

/** The forms of `/account` post here too. */
const PURPOSE = 'account';

/** What a person sees of signing out. */
@Injectable()
export class LogoutAnswers {
  constructor(
    private readonly pages: Pages,
    private readonly csrf: Csrf,
  ) {}

  /** @throws ForbiddenException when the form was not given to this browser by us */
  expectOwnForm(req: Request, token: unknown): void {
    this.csrf.verify(req, PURPOSE, token);
  }

  ask(req: Request, res: Response, { email }: SignedIn, target: LogoutTarget | undefined): void {
    this.pages.send(
      req,
      res,
      {
        page: 'logout',
        email,
        hidden: target ? fieldsOf(target) : {},
        csrf: this.csrf.token(req, res, PURPOSE),
      },
      { formTargets: target ? [target.redirectUri] : [] },
    );
  }

  done(req: Request, res: Response, target?: LogoutTarget): void {
    this.pages.send(req, res, {
      page: 'signed-out',
      ...(target && { continueHref: addressOf(target), continueHost: redirectHost(target.redirectUri) }),
    });
  }

  /** RP-Initiated Logout §3. 303, so that a form post is never repeated at the client. */
  back(res: Response, target: LogoutTarget): void {
    res
      .set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer', Location: addressOf(target) })
      .status(303)
      .end();
  }
}

/** The registered URI is kept byte for byte; only `state` is appended. */
function addressOf({ redirectUri, state }: LogoutTarget): string {
  if (state === undefined) return redirectUri;
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${new URLSearchParams({ state }).toString()}`;
}

function fieldsOf({ client, redirectUri, state }: LogoutTarget): Record<string, string> {
  return {
    client_id: client.id,
    post_logout_redirect_uri: redirectUri,
    ...(state !== undefined && { state }),
  };
}
