import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { identify } from '../../audit/index.js';
import type { Client } from '../clients/client.entity.js';
import { ClientDirectory } from '../clients/client-directory.js';
import { Params } from '../params.js';
import type { AuthorizationRequest, Prompt } from './authorization-request.js';
import { PushedRequests } from './pushed-requests.js';
import { accountIsChosen } from './query.js';
import { UntrustedRequest } from './refusals.js';
import { RequestChecks } from './request-checks.js';

interface Browser {
  readonly req: Request;
  readonly res: Response;
}

/** Reads the authorization request that a browser brings: whole, or as the `request_uri` of a pushed one. */
@Injectable()
export class RequestReader {
  constructor(
    private readonly clients: ClientDirectory,
    private readonly pushed: PushedRequests,
    private readonly checks: RequestChecks,
  ) {}

  /**
   * `source` is a query or a form as Express parsed it.
   * @throws UntrustedRequest that is shown as a page; RefusedRequest that goes to the redirect URI
   */
  async read(source: unknown, browser: Browser): Promise<AuthorizationRequest> {
    const params = Params.from(source);
    const client = await this.client(params);
    const [requestUri, ...more] = params.all('request_uri');
    if (requestUri !== undefined && more.length === 0 && this.pushed.recognises(requestUri))
      return this.readPushed(requestUri, client, browser, accountIsChosen(params));
    // What else `request_uri` may be is refused with the other checks.
    if (requestUri === undefined) this.checks.requirePushed(params, client);
    return this.checks.check(params, client);
  }

  /** RFC 9126 §4: of the query only `client_id` and `request_uri` count. */
  private async readPushed(
    requestUri: string,
    client: Client,
    browser: Browser,
    accountChosen: boolean,
  ): Promise<AuthorizationRequest> {
    const { stored, reference } = await this.pushed.open(requestUri, client, browser);
    const request = await this.checks.check(Params.from(stored.sent), client);
    const prompt = new Set<Prompt>(request.prompt);
    if (accountChosen) prompt.delete('select_account');
    const { hintedSubject } = stored;
    return { ...request, prompt, pushed: reference, ...(hintedSubject !== undefined && { hintedSubject }) };
  }

  private async client(params: Params): Promise<Client> {
    const [id, ...more] = params.all('client_id');
    if (id === undefined || more.length > 0)
      throw new UntrustedRequest('malformed', id === undefined ? 'no_client_id' : 'repeated_client_id');
    const client = await this.clients.load(id, 'authorization');
    if (!client) throw new UntrustedRequest('unknown_client', 'unknown_client');
    identify({ clientId: client.id });
    // Said in the same words: whether a client exists or is suspended is nobody's business here.
    if (client.trustState === 'suspended') throw new UntrustedRequest('unknown_client', 'client_suspended');
    return client;
  }
}
