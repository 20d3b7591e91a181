import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { AppConfig } from '../../config/index.js';
import type { SignedIn } from '../../sessions/index.js';
import { Authorization, type Allowed } from './authorization.js';
import type { AuthorizationRequest } from './authorization-request.js';
import type { NextStep } from './interaction.js';
import { afterSignIn } from './query.js';
import { RefusedRequest, refused } from './refusals.js';
import { sendCode } from './response.js';

interface Turn {
  readonly request: AuthorizationRequest;
  readonly person: SignedIn | undefined;
  readonly next: NextStep;
  /** The request as a query, to come back with. */
  readonly query: string;
}

/** Sends the browser on: to sign in, to be asked, or back to the client. */
@Injectable()
export class AuthorizationAnswers {
  constructor(
    private readonly config: AppConfig,
    private readonly authorization: Authorization,
  ) {}

  async send(res: Response, { request, person, next, query }: Turn): Promise<void> {
    const silentOnly = request.prompt.has('none');
    switch (next.step) {
      case 'sign_in':
        if (silentOnly) throw this.refusal(request, 'login_required', 'Nobody is signed in');
        return this.go(
          res,
          `/login?return_to=${encodeURIComponent(`/oauth2/authorize?${afterSignIn(query)}`)}`,
        );
      case 'nothing_to_grant':
        throw this.refusal(request, 'access_denied', 'This person may not grant any of the scopes');
      case 'ask':
        if (silentOnly) throw this.refusal(request, 'consent_required', 'The person has to be asked');
        return this.go(res, `/consent?${query}`);
      case 'answer':
        return this.complete(res, request, person!, next.allowed);
    }
  }

  async complete(
    res: Response,
    request: AuthorizationRequest,
    person: SignedIn,
    allowed: Allowed,
  ): Promise<void> {
    const outcome = await this.authorization.complete(request, person, allowed);
    if ('refusal' in outcome) throw new RefusedRequest(request.redirectUri, request.state, outcome.refusal);
    sendCode(res, this.config.issuer, request, outcome.code);
  }

  refusal(
    request: AuthorizationRequest,
    code: 'login_required' | 'consent_required' | 'access_denied',
    description: string,
  ): RefusedRequest {
    return new RefusedRequest(request.redirectUri, request.state, refused(code, description));
  }

  private go(res: Response, path: string): void {
    res.set('Cache-Control', 'no-store').redirect(303, `${this.config.basePath}${path}`);
  }
}
