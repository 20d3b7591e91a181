import type { AppConfig, ClientSection } from '../../config/index.js';
import type { ScopeCatalogue } from '../scope-catalogue.js';

/** The web console, as every installation knows it. */
export const CONSOLE_CLIENT_ID = 'gatehouse-console';

/** Elsewhere browsers have no WebCrypto, and no redirect URI may lead there (W3C Secure Contexts §3.1). */
const SECURE_CONTEXT = /^https:|^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)/;

/**
 * The console of this very server: nobody has to be asked about it, and its tokens are bound to a key (RFC 9449).
 * None, where it could not run.
 */
export function consoleClient(config: AppConfig, catalogue: ScopeCatalogue): ClientSection[] {
  if (!config.policies.console || !SECURE_CONTEXT.test(config.publicUrl)) return [];
  const scopes = ['openid', 'email', ...catalogue.names().filter((name) => name.startsWith('admin:'))];
  const section: ClientSection = {
    clientId: CONSOLE_CLIENT_ID,
    name: `${config.brand.name} console`,
    redirectUris: [`${config.publicUrl}/console/`],
    grantTypes: ['authorization_code', 'refresh_token'],
    authMethod: 'none',
    scopes,
    allowedScopes: scopes,
    requirePar: false,
    dpopBound: true,
    postLogoutRedirectUris: [`${config.publicUrl}/console/`],
    backchannelLogoutSessionRequired: false,
    skipConsent: true,
  };
  return [section];
}
