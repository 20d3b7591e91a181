export { API_KEY_CLIENT } from './api-keys.js';
export { AppConfig } from './app-config.js';
export { ConfigError } from './config-error.js';
export { ConfigModule } from './config.module.js';
export { loadConfig } from './load-config.js';
export { groupKey } from './group-key.js';
export { ROLES, type GroupRule, type GroupSection, type Role } from './group.section.js';
export { isCommonPassword, isLoopbackUrl, isWeakPassword } from './production-gaps.js';
export type { ClientSection } from './client.section.js';
export type { EncryptionKeys } from './encryption-keys.js';
export {
  calledUrls,
  identityProviderProblems,
  readIdentityProvider,
  samlPeer,
  secretSettings,
  type AnyProviderSection,
  type IdentityProviderSection,
  type OAuth2ProviderSection,
  type OidcProviderSection,
  type SamlKey,
  type SamlProviderSection,
} from './identity-providers/index.js';
export { isTemplated } from './identity-providers/entra-tenants.js';
export { SIGNING_ALGORITHMS, type KeyPolicies, type SigningAlgorithm } from './key-policies.section.js';
export type { KeyHolder, PersonClaim, ResourceSection } from './resource.section.js';
export { parseDuration } from './duration.js';
export { provesNothing } from './registration-problems.js';
export {
  HOST_PATTERN,
  type RegistrationMatch,
  type RegistrationRule,
  type StatementIssuer,
} from './registration.section.js';
export type { ScopeRule } from './scope-rule.section.js';
export type { ToolPolicySection } from './tool-policy.section.js';
export type { ScopeSection } from './scope.section.js';
export type { TrustedIssuerSection } from './trusted-issuer.section.js';
export { RateLimit } from './limits.section.js';
export { isLoopbackHost, type MailSection, type SmtpSection } from './mail.section.js';
