import type { Client } from './client.entity.js';

/** The columns that others may see: a new one stays inside unless it is named here. */
const VISIBLE = [
  'id',
  'name',
  'registration',
  'trustState',
  'authMethod',
  'assertionAlg',
  'jwks',
  'jwksUri',
  'applicationType',
  'redirectUris',
  'grantTypes',
  'scopes',
  'allowedScopes',
  'skipConsent',
  'clientUri',
  'logoUri',
  'tosUri',
  'policyUri',
  'softwareId',
  'softwareVersion',
  'requirePar',
  'dpopBound',
  'postLogoutRedirectUris',
  'backchannelLogoutUri',
  'backchannelLogoutSessionRequired',
  'vouchedBy',
  'createdAt',
  'updatedAt',
  'lastUsedAt',
  'suspendedAt',
  'previousSecretUntil',
  'documentUntil',
] as const satisfies readonly (keyof Client)[];

/** A client as other rooms see it; carries no secret. What has not been set is `null`. */
export type ClientView = Readonly<Pick<Client, (typeof VISIBLE)[number]>>;

export function clientViewOf(client: Client): ClientView {
  return Object.fromEntries(VISIBLE.map((name) => [name, client[name]])) as unknown as ClientView;
}
