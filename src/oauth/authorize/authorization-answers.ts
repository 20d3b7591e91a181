import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { AppConfig } from '../../config/index.js';
import type { SignedIn } from '../../sessions/index.js';
import type { OAuthErrorCode } from '../oauth-error.js';
import { Authorization, type Allowed } from './authorization.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { AuthorizationResponses } from './authorization-responses.js';
import type { NextStep } from './interaction.js';
import { PushedRequests } from './pushed-requests.js';
import { afterSignIn } from './query.js';
import { RefusedRequest, refused } from './refusals.js';

interface Turn {
  readonly request: AuthorizationRequest;
  readonly person: SignedIn | undefined;
  readonly next: NextStep;
  /** The request as a query, to come back with. */
  readonly query: string;
}

/** Sends the browser on: to sign in, to choose an account, to be asked, or back to the client. */
@Injectable()
export class AuthorizationAnswers {
  constructor(
    private readonly config: AppConfig,
    private readonly authorization: Authorization,
    private readonly responses: AuthorizationResponses,
    private readonly pushed: PushedRequests,
  ) {}

  async send(res: Response, { request, person, next, query }: Turn): Promise<void> {
    switch (next.step) {
      case 'sign_in':
        if (request.silent)
          return this.refuse(request, 'login_required', 'Nobody is signed in who could be answered for');
        return this.signIn(res, request, query, next.because && { problem: next.because });
      case 'choose_account':
        return this.signIn(res, request, query, { choose: 'account' });
      case 'nothing_to_grant':
        return this.refuse(request, 'access_denied', 'This person may not grant any of the scopes');
      case 'ask':
        if (request.silent) return this.refuse(request, 'consent_required', 'The person has to be asked');
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
    await this.spend(request);
    const outcome = await this.authorization.complete(request, person, allowed);
    if ('refusal' in outcome) throw new RefusedRequest(request, outcome.refusal);
    this.responses.sendCode(res, request, outcome.code);
  }

  async deny(request: AuthorizationRequest, person: SignedIn): Promise<never> {
    await this.spend(request);
    await this.authorization.deny(request, person);
    throw new RefusedRequest(request, refused('access_denied', 'The person said no'));
  }

  private async refuse(
    request: AuthorizationRequest,
    code: OAuthErrorCode,
    description: string,
  ): Promise<never> {
    await this.spend(request);
    throw new RefusedRequest(request, refused(code, description));
  }

  /** A pushed request is answered once. Spent before anything is done with it: of twenty answers one goes out. */
  private async spend({ pushed }: AuthorizationRequest): Promise<void> {
    if (pushed) await this.pushed.spend(pushed);
  }

  private signIn(
    res: Response,
    { loginHint, prompt, maxAge }: AuthorizationRequest,
    query: string,
    how: Record<string, string> = {},
  ): void {
    const back = `/oauth2/authorize?${afterSignIn(query)}`;
    const age = prompt.has('login') ? 0 : maxAge;
    const parameters = {
      return_to: back,
      ...how,
      ...(age !== undefined && { max_age: String(age) }),
      ...(loginHint !== undefined && { login_hint: loginHint }),
    };
    const encoded = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    this.go(res, `/login?${encoded.join('&')}`);
  }

  private go(res: Response, path: string): void {
    res.set('Cache-Control', 'no-store').redirect(303, `${this.config.basePath}${path}`);
  }
}
