export { AccessTokenVerifier, InvalidToken } from './access-token-verifier.js';
export { AccessTokens, type AccessTokenQuery, type AccessTokenView } from './tokens/access-tokens.js';
export { ApiKeyAccess } from './api-keys/api-key-access.js';
export { ApiKeyList } from './api-keys/api-key-list.js';
export { ApiKeyRefused } from './api-keys/api-key-refused.js';
export type { ApiKeyView } from './api-keys/api-key-view.js';
export { ApiKeys, type KeyCheck } from './api-keys/api-keys.js';
export {
  ClientsService,
  type ClientChange,
  type ClientOrigin,
  type ClientQuery,
  type CreatedClient,
} from './clients/clients.service.js';
export { AUDIENCES, groupAudience, groupOfAudience } from './authorize/audiences.js';
export {
  PreConsents,
  type NewPreConsent,
  type PreConsentQuery,
  type PreConsentView,
} from './authorize/pre-consents.js';
export { metadataOf, type ClientMetadata } from './clients/client-metadata.js';
export { CLIENT_GRANT_TYPES } from './grant-types/names.js';
export type { ClientView } from './clients/client-view.js';
export { Endings, type Ended } from './grants/endings.js';
export { UserEndings } from './grants/user-endings.js';
export { KeyEndings, type KeyEnded } from './grants/key-endings.js';
export type { By } from './grants/ending-writer.js';
export { GrantsService, type GrantQuery, type GrantView } from './grants/grants.service.js';
export {
  RegistrationPolicies,
  TooManyPolicies,
  type RegistrationPolicyView,
} from './registration/registration-policies.js';
export { InitialAccessTokens, type InitialAccessTokenView } from './registration/initial-access-tokens.js';
export { PlanDecisions, type NotApplied, type NotApproved } from './plans/plan-decisions.js';
export { PlanPropagation } from './plans/plan-propagation.js';
export { PLAN_WARNINGS, type PlanPreview, type PlanView } from './plans/plan-view.js';
export { RevocationPlans, type PlanAsker } from './plans/revocation-plans.js';
export { TokenLookup, type FoundToken } from './plans/token-lookup.js';
export { SelectorRefused, type PlanSelector, type ToolReach } from './plans/selector.js';
export { OAuthError } from './oauth-error.js';
export { OAuthErrorFilter } from './oauth-error.filter.js';
export { OAuthModule, type TokenExtensions } from './oauth.module.js';
export { PROOF_ALGORITHMS } from './proof-algorithms.js';
export { accessChallenge, type Challenge } from './resource-access/access-challenge.js';
export { AccessRefused } from './resource-access/access-refused.js';
export { Bearers, type BearerPerson } from './resource-access/bearers.js';
export { ResourceAccess } from './resource-access/resource-access.js';
export { PublicUrlCheck } from './public-url-check.js';
export { Resources } from './resources.js';
export { ScopeCatalogue } from './scope-catalogue.js';
export { StepUp } from './grants/step-up.js';
export type { ScopeTool } from './scopes.js';
export { idsOf, type VerifiedToken } from './verified-token.js';
export { Subjects } from './tokens/subjects.js';
export { TokenClaims, type ClaimsUser } from './tokens/token-claims.js';
