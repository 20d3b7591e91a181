import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  ClientsService,
  OAuthError,
  ScopeCatalogue,
  type ClientMetadata,
  type CreatedClient,
} from '../oauth/index.js';
import { AdminProblem, invalidField } from './admin-problem.js';
import type { Operator } from './admin-request.js';
import type { NewClientRequest } from './clients.request.js';
import { given } from './paging.js';

/** Makes clients for operators, who cannot hand to a client more administration than they have themselves. */
@Injectable()
export class NewClients {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clients: ClientsService,
    private readonly catalogue: ScopeCatalogue,
  ) {}

  async create(request: NewClientRequest, operator: Operator): Promise<CreatedClient> {
    this.checkScopes('scopes', request.scopes ?? [], operator);
    this.checkScopes('allowed_scopes', request.allowed_scopes ?? [], operator);
    const decided = given({ allowedScopes: request.allowed_scopes, skipConsent: request.skip_consent });
    const origin = { registration: 'admin', actor: operator.actor, ...decided } as const;
    try {
      return await this.dataSource.transaction((tx) => this.clients.create(tx, metadataOf(request), origin));
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      if (error.code === 'invalid_redirect_uri') throw invalidField('redirect_uris', error.description);
      throw new AdminProblem(
        'invalid_request',
        { detail: error.description, reason: error.reason },
        { cause: error },
      );
    }
  }

  private checkScopes(field: string, scopes: readonly string[], operator: Operator): void {
    if (scopes.some((scope) => !this.catalogue.has(scope)))
      throw invalidField(field, 'has a scope that does not exist');
    const admin = scopes.filter((scope) => this.catalogue.get(scope)?.resource === 'admin');
    if (this.catalogue.missing(operator.scopes, admin).length === 0) return;
    const detail = 'A client cannot be given admin scopes that its maker does not have';
    throw new AdminProblem('forbidden', { detail, reason: 'scope_escalation' });
  }
}

/** RFC 7591 §2 names of the same things. */
function metadataOf(request: NewClientRequest): ClientMetadata {
  return given({
    client_name: request.name,
    redirect_uris: request.redirect_uris,
    grant_types: request.grant_types,
    token_endpoint_auth_method: request.auth_method,
    application_type: request.application_type,
    scope: request.scopes?.join(' '),
    client_uri: request.client_uri,
  });
}
