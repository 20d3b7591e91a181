import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import type { Client } from '../clients/client.entity.js';
import { OAuthError } from '../oauth-error.js';
import { IdTokenHints } from '../logout/id-token-hints.js';
import type { Params } from '../params.js';
import { ScopePolicy } from '../scope-policy.js';
import { AcrValues } from './acr-values.js';
import type { AuthorizationRequest } from './authorization-request.js';
import {
  checkClientMay,
  checkDpopJkt,
  checkMaxAge,
  checkNonce,
  checkPkce,
  checkPrompt,
  checkRequestObjects,
  checkResponse,
} from './checks.js';
import { isRegisteredRedirect } from './redirect-uri.js';
import { refused, RefusedRequest, UntrustedRequest } from './refusals.js';
import { isWeb, targetOf, type ResponseTarget } from './response-target.js';

const MAX_LOGIN_HINT = 320;

/** The checks of an authorization request, in order; the same for one that is pushed and one that a browser brings. */
@Injectable()
export class RequestChecks {
  constructor(
    private readonly config: AppConfig,
    private readonly policy: ScopePolicy,
    private readonly hints: IdTokenHints,
    private readonly acrs: AcrValues,
  ) {}

  /** @throws UntrustedRequest that is shown as a page; RefusedRequest that goes to the redirect URI */
  async check(params: Params, client: Client): Promise<AuthorizationRequest> {
    const target = targetOf(params, client, this.redirectUri(params, client));
    try {
      return await this.checked(params, target);
    } catch (error) {
      if (error instanceof OAuthError) throw new RefusedRequest(target, error);
      throw error;
    }
  }

  /** RFC 9126 §5, §6. @throws RefusedRequest */
  requirePushed(params: Params, client: Client): void {
    if (!client.requirePar && !this.config.policies.requirePushedRequests) return;
    throw new RefusedRequest(
      targetOf(params, client, this.redirectUri(params, client)),
      new OAuthError('invalid_request', 'The request must be pushed first (RFC 9126)', {
        reason: 'pushed_request_required',
      }),
    );
  }

  private redirectUri(params: Params, client: Client): string {
    const [uri, ...more] = params.all('redirect_uri');
    if (uri === undefined || more.length > 0)
      throw new UntrustedRequest(
        'malformed',
        uri === undefined ? 'no_redirect_uri' : 'repeated_redirect_uri',
      );
    if (!isRegisteredRedirect(uri, client.redirectUris, this.config.policies.clients.loopback_any_port)) {
      throw new UntrustedRequest('wrong_redirect_uri', 'redirect_uri_not_registered');
    }
    return uri;
  }

  private async checked(params: Params, target: ResponseTarget): Promise<AuthorizationRequest> {
    const { client } = target;
    params.refuseRepeated(['resource']);
    if (target.state === undefined && params.get('state') !== undefined)
      throw new OAuthError('invalid_request', 'state is too long', { reason: 'long_state' });
    checkRequestObjects(params);
    checkResponse(params, isWeb(target.redirectUri));
    checkClientMay(client);
    const codeChallenge = checkPkce(params);
    const nonce = checkNonce(params);
    const prompt = checkPrompt(params);
    const maxAge = checkMaxAge(params);
    const dpopJkt = checkDpopJkt(params);
    const loginHint = params.get('login_hint');
    const hint = params.get('id_token_hint');
    return {
      ...target,
      ...this.policy.forPerson(client, params),
      codeChallenge,
      ...(nonce !== undefined && { nonce }),
      prompt,
      ...(maxAge !== undefined && { maxAge }),
      ...(dpopJkt !== undefined && { dpopJkt }),
      acrValues: this.acrs.reachable(params.get('acr_values')),
      ...(loginHint !== undefined && loginHint.length <= MAX_LOGIN_HINT && { loginHint }),
      ...(hint !== undefined && { hintedSubject: await this.subjectOf(hint, client) }),
    };
  }

  /**
   * OpenID Connect Core §3.1.2.1. An id_token of ours for this client, however old: it says who is meant and signs
   * nobody in.
   */
  private async subjectOf(idToken: string, client: Client): Promise<string> {
    const hint = await this.hints.read(idToken);
    if (hint?.clientId !== client.id)
      throw refused(
        'invalid_request',
        'id_token_hint is not an id_token of this client',
        'foreign_id_token_hint',
      );
    return hint.subject;
  }
}
