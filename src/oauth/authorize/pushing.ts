import { Injectable } from '@nestjs/common';
import type { Client } from '../clients/client.entity.js';
import { OAuthError } from '../oauth-error.js';
import type { Params } from '../params.js';
import { PushedRequests } from './pushed-requests.js';
import { RefusedRequest, UntrustedRequest } from './refusals.js';
import { RequestChecks } from './request-checks.js';

/** What proves who the client is, and what is kept in another form. */
const NOT_KEPT = ['client_secret', 'client_assertion', 'client_assertion_type', 'id_token_hint', 'dpop_jkt'];

/** Takes an authorization request from a client itself: every check at once, answered to the client (RFC 9126 §2). */
@Injectable()
export class Pushing {
  constructor(
    private readonly checks: RequestChecks,
    private readonly pushed: PushedRequests,
  ) {}

  /**
   * `jkt` is the thumbprint of the key of a DPoP proof that came along (RFC 9449 §10.1).
   * @throws OAuthError
   */
  async push(
    client: Client,
    params: Params,
    jkt: string | undefined,
  ): Promise<{ request_uri: string; expires_in: number }> {
    // RFC 9126 §2.1.
    if (params.get('request_uri') !== undefined)
      throw new OAuthError('invalid_request', 'request_uri cannot be pushed', {
        reason: 'pushed_request_uri',
      });
    const { dpopJkt = jkt, hintedSubject } = await this.checked(client, params);
    if (jkt !== undefined && dpopJkt !== jkt)
      throw new OAuthError('invalid_dpop_proof', 'dpop_jkt is not the key of the DPoP proof', {
        reason: 'dpop_jkt_differs',
      });
    return this.pushed.push(client, {
      sent: { ...params.without(NOT_KEPT), ...(dpopJkt !== undefined && { dpop_jkt: [dpopJkt] }) },
      ...(hintedSubject !== undefined && { hintedSubject }),
    });
  }

  /** RFC 9126 §2.3: no browser is there to be sent anywhere. */
  private async checked(client: Client, params: Params): ReturnType<RequestChecks['check']> {
    try {
      return await this.checks.check(params, client);
    } catch (error) {
      if (error instanceof RefusedRequest) throw error.error;
      if (error instanceof UntrustedRequest)
        throw new OAuthError('invalid_request', 'redirect_uri is missing, repeated or not registered', {
          reason: error.reason,
        });
      throw error;
    }
  }
}
