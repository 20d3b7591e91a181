import * as oauth from 'oauth4webapi';
import { issuer } from '../installation';

/** Registered by the server itself at its start. */
export const client: oauth.Client = { client_id: 'gatehouse-console' };
export const clientAuth = oauth.None();
/** http is there on this computer only; elsewhere the server does not know the console. */
export const insecure = { [oauth.allowInsecureRequests]: issuer.protocol === 'http:' };

let found: Promise<oauth.AuthorizationServer> | undefined;

/** RFC 8414 */
export function authorizationServer(): Promise<oauth.AuthorizationServer> {
  found ??= oauth
    .discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })
    .then((response) => oauth.processDiscoveryResponse(issuer, response));
  return found;
}
