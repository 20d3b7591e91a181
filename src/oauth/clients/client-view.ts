import type { Client } from './client.entity.js';

/** A client as other rooms see it; carries no secret. */
export interface ClientView {
  readonly id: string;
  readonly name: string;
  readonly registration: Client['registration'];
  readonly trustState: Client['trustState'];
  readonly authMethod: Client['authMethod'];
  readonly applicationType: Client['applicationType'];
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly scopes: readonly string[];
  readonly allowedScopes?: readonly string[];
  readonly skipConsent: boolean;
  readonly clientUri?: string;
  readonly createdAt: Date;
  readonly lastUsedAt?: Date;
  readonly suspendedAt?: Date;
}

export function clientViewOf(client: Client): ClientView {
  return {
    id: client.id,
    name: client.name,
    registration: client.registration,
    trustState: client.trustState,
    authMethod: client.authMethod,
    applicationType: client.applicationType,
    redirectUris: client.redirectUris,
    grantTypes: client.grantTypes,
    scopes: client.scopes,
    ...(client.allowedScopes && { allowedScopes: client.allowedScopes }),
    skipConsent: client.skipConsent,
    ...(client.clientUri && { clientUri: client.clientUri }),
    createdAt: client.createdAt,
    ...(client.lastUsedAt && { lastUsedAt: client.lastUsedAt }),
    ...(client.suspendedAt && { suspendedAt: client.suspendedAt }),
  };
}
