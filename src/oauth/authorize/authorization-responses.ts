import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { AppConfig } from '../../config/index.js';
import { Pages } from '../../pages/index.js';
import type { OAuthError } from '../oauth-error.js';
import { redirectHost } from './redirect-uri.js';
import type { ResponseTarget } from './response-target.js';

/** Sends answers to clients by way of the browser. */
@Injectable()
export class AuthorizationResponses {
  constructor(
    private readonly config: AppConfig,
    private readonly pages: Pages,
  ) {}

  /** RFC 6749 §4.1.2 with `iss` (RFC 9207 §2). */
  sendCode(res: Response, target: ResponseTarget, code: string): void {
    this.send(res, target, this.parametersOf(target, { code }));
  }

  /** RFC 6749 §4.1.2.1. */
  sendError(res: Response, target: ResponseTarget, error: OAuthError): void {
    this.send(res, target, this.errorParameters(target, error));
  }

  /** Shows what is wrong and leaves it to the person to go back to a client that nobody vouches for. */
  offerError(res: Response, target: ResponseTarget, error: OAuthError, decisionId: string | undefined): void {
    const parameters = this.errorParameters(target, error);
    this.pages.send(
      res.req,
      res,
      {
        page: 'refused-request',
        host: redirectHost(target.redirectUri),
        problem: { code: error.code, description: error.description },
        back:
          target.mode === 'form_post'
            ? { action: target.redirectUri, fields: parameters }
            : { href: locationOf(target, parameters) },
        ...(decisionId && { decisionId }),
      },
      { status: error.status, ...(target.mode === 'form_post' && { formTargets: [target.redirectUri] }) },
    );
  }

  private send(res: Response, target: ResponseTarget, parameters: Record<string, string>): void {
    if (target.mode === 'form_post') return this.post(res, target, parameters);
    // 303, so that a form post is never repeated at the client (RFC 9700 §4.12).
    res
      .set({
        'Cache-Control': 'no-store',
        'Referrer-Policy': 'no-referrer',
        Location: locationOf(target, parameters),
      })
      .status(303)
      .end();
  }

  /** OAuth 2.0 Form Post Response Mode §2. */
  private post(res: Response, target: ResponseTarget, fields: Record<string, string>): void {
    this.pages.send(
      res.req,
      res,
      { page: 'form-post', host: redirectHost(target.redirectUri), action: target.redirectUri, fields },
      { formTargets: [target.redirectUri] },
    );
  }

  private errorParameters(target: ResponseTarget, error: OAuthError): Record<string, string> {
    return this.parametersOf(target, { error: error.code, error_description: error.description });
  }

  private parametersOf({ state }: ResponseTarget, answer: Record<string, string>): Record<string, string> {
    return { ...answer, iss: this.config.issuer, ...(state !== undefined && { state }) };
  }
}

/** The registered URI is kept byte for byte; only the answer is appended. */
function locationOf({ redirectUri }: ResponseTarget, parameters: Record<string, string>): string {
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${new URLSearchParams(parameters).toString()}`;
}
