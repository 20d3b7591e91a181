export { AccessTokenVerifier, InvalidToken } from './access-token-verifier.js';
export { AccessTokens, type AccessTokenQuery, type AccessTokenView } from './tokens/access-tokens.js';
export {
  ClientsService,
  type ClientOrigin,
  type ClientQuery,
  type CreatedClient,
} from './clients/clients.service.js';
export type { ClientMetadata } from './clients/client-metadata.js';
export type { ClientView } from './clients/client-view.js';
export { Endings, type Ended } from './grants/endings.js';
export type { By } from './grants/ending-writer.js';
export { GrantsService, type GrantQuery, type GrantView } from './grants/grants.service.js';
export { OAuthError } from './oauth-error.js';
export { OAuthErrorFilter } from './oauth-error.filter.js';
export { OAuthModule } from './oauth.module.js';
export { ScopeCatalogue } from './scope-catalogue.js';
export { StepUp } from './grants/step-up.js';
export type { ScopeTool } from './scopes.js';
export { idsOf, type VerifiedToken } from './verified-token.js';
