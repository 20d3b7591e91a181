import { Initial1763700000000 } from './1763700000000-initial.js';
import { SsoFlows1763700100000 } from './1763700100000-sso-flows.js';
import { StepUp1763700200000 } from './1763700200000-step-up.js';
import { AuthorizationServer1763800000000 } from './1763800000000-authorization-server.js';
import { KeyLifecycle1763800100000 } from './1763800100000-key-lifecycle.js';
import { InitialAccessTokens1763800200000 } from './1763800200000-initial-access-tokens.js';
import { PushedRequests1763800300000 } from './1763800300000-pushed-requests.js';
import { PreConsents1763800310000 } from './1763800310000-pre-consents.js';
import { LogoutDeliveries1763800400000 } from './1763800400000-logout-deliveries.js';
import { DeviceCodes1763800500000 } from './1763800500000-device-codes.js';
import { UpstreamSessions1763900000000 } from './1763900000000-upstream-sessions.js';
import { IdentityProviders1763900100000 } from './1763900100000-identity-providers.js';
import { SsoRelayedForms1763900200000 } from './1763900200000-sso-relayed-forms.js';
import { Groups1763900300000 } from './1763900300000-groups.js';
import { Provisioning1763900310000 } from './1763900310000-provisioning.js';
import { LocalAccounts1763900400000 } from './1763900400000-local-accounts.js';
import { AuditProof1764000000000 } from './1764000000000-audit-proof.js';
import { AuditSearch1764000100000 } from './1764000100000-audit-search.js';
import { AuditSavedSearches1764000100100 } from './1764000100100-audit-saved-searches.js';
import { AuditExports1764000100200 } from './1764000100200-audit-exports.js';
import { AuditStreams1764000100300 } from './1764000100300-audit-streams.js';
import { IdempotentAnswers1764000200000 } from './1764000200000-idempotent-answers.js';
import { RevocationPlans1764000200100 } from './1764000200100-revocation-plans.js';
import { GrantSearches1764000300000 } from './1764000300000-grant-searches.js';
import { AuditArguments1764000400000 } from './1764000400000-audit-arguments.js';
import { AuditExportLeases1764000500000 } from './1764000500000-audit-export-leases.js';
import { AuditPartitions1764000600000 } from './1764000600000-audit-partitions.js';
import { AuditPayloads1764000700000 } from './1764000700000-audit-payloads.js';
import { ToolPolicies1764000800000 } from './1764000800000-tool-policies.js';
import { ApiKeys1764000900000 } from './1764000900000-api-keys.js';
import { AuditSchedules1764001000000 } from './1764001000000-audit-schedules.js';
import { RegistrationPolicies1764001100000 } from './1764001100000-registration-policies.js';

/** In the order they run. */
export const MIGRATIONS = [
  Initial1763700000000,
  SsoFlows1763700100000,
  StepUp1763700200000,
  AuthorizationServer1763800000000,
  KeyLifecycle1763800100000,
  InitialAccessTokens1763800200000,
  PushedRequests1763800300000,
  PreConsents1763800310000,
  LogoutDeliveries1763800400000,
  DeviceCodes1763800500000,
  UpstreamSessions1763900000000,
  IdentityProviders1763900100000,
  SsoRelayedForms1763900200000,
  Groups1763900300000,
  Provisioning1763900310000,
  LocalAccounts1763900400000,
  AuditProof1764000000000,
  AuditSearch1764000100000,
  AuditSavedSearches1764000100100,
  AuditExports1764000100200,
  AuditStreams1764000100300,
  IdempotentAnswers1764000200000,
  RevocationPlans1764000200100,
  GrantSearches1764000300000,
  AuditArguments1764000400000,
  AuditExportLeases1764000500000,
  AuditPartitions1764000600000,
  AuditPayloads1764000700000,
  ToolPolicies1764000800000,
  ApiKeys1764000900000,
  AuditSchedules1764001000000,
  RegistrationPolicies1764001100000,
] as const;
