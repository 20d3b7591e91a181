import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { McpModule } from '../mcp/index.js';
import { ScimModule } from '../scim/index.js';
import { SsoModule } from '../sso/index.js';
import { AdminRoutes } from './admin-routes.js';
import { AdminThrottle } from './admin-throttle.guard.js';
import { ApiKeyOperations } from './api-key-operations.js';
import { ApiKeysController } from './api-keys.controller.js';
import { AuditAggregateController } from './audit-aggregate.controller.js';
import { AuditCheckpointsController } from './audit-checkpoints.controller.js';
import { AuditEventTypesController } from './audit-event-types.controller.js';
import { AuditEventsController } from './audit-events.controller.js';
import { AuditExportSchedulesController } from './audit-export-schedules.controller.js';
import { AuditExportsController } from './audit-exports.controller.js';
import { AuditPartitionsController } from './audit-partitions.controller.js';
import { AuditPayloadsController } from './audit-payloads.controller.js';
import { AuditStreamsController } from './audit-streams.controller.js';
import { AuditTail } from './audit-tail.js';
import { AuditTailController } from './audit-tail.controller.js';
import { ClientChanges } from './client-changes.js';
import { ClientChangesController } from './client-changes.controller.js';
import { ClientReach } from './client-reach.js';
import { ClientsController } from './clients.controller.js';
import { Cursors } from './cursors.js';
import { DecisionExplainer } from './decision-explainer.js';
import { DecisionsController } from './decisions.controller.js';
import { DryRun } from './dry-run.js';
import { ErasureController } from './erasure.controller.js';
import { FactorsController } from './factors.controller.js';
import { GroupOperations } from './group-operations.js';
import { GroupsController } from './groups.controller.js';
import { GrantsController } from './grants.controller.js';
import { HistoriesController } from './histories.controller.js';
import { IdentityProviderEdits } from './identity-provider-edits.js';
import { IdentityProviderTrialsController } from './identity-provider-trials.controller.js';
import { IdentityProvidersController } from './identity-providers.controller.js';
import { KeysController } from './keys.controller.js';
import { InitialAccessTokensController } from './initial-access-tokens.controller.js';
import { InvitationsController } from './invitations.controller.js';
import { LiveStreams } from './live-streams.js';
import { NewClients } from './new-clients.js';
import { NewPeople } from './new-people.js';
import { NewPreConsents } from './new-pre-consents.js';
import { PlanActions } from './plan-actions.js';
import { PlanSelectors } from './plan-selector.js';
import { PreConsentAudiences } from './pre-consent-audiences.js';
import { PreConsentsController } from './pre-consents.controller.js';
import { ProblemFilter } from './problem.filter.js';
import { QueryConventions } from './query-conventions.js';
import { RepeatSafety } from './repeat-safety.js';
import { RegistrationPoliciesController } from './registration-policies.controller.js';
import { RevocationPlansController } from './revocation-plans.controller.js';
import { RevocationsController } from './revocations.controller.js';
import { SettingsController } from './settings.controller.js';
import { ToolsController } from './tools.controller.js';
import { ToolPoliciesController } from './tool-policies.controller.js';
import { ToolPolicyEdits } from './tool-policy-edits.js';
import { RoleReach } from './role-reach.js';
import { SavedSearchesController } from './saved-searches.controller.js';
import { ScimTokensController } from './scim-tokens.controller.js';
import { SessionsController } from './sessions.controller.js';
import { TokensController } from './tokens.controller.js';
import { UserHoldingsController } from './user-holdings.controller.js';
import { UserRolesController } from './user-roles.controller.js';
import { UsersController } from './users.controller.js';

@Module({
  imports: [DiscoveryModule, McpModule, ScimModule, SsoModule],
  controllers: [
    GrantsController,
    UsersController,
    UserHoldingsController,
    UserRolesController,
    InvitationsController,
    ErasureController,
    FactorsController,
    GroupsController,
    ScimTokensController,
    ClientsController,
    ClientChangesController,
    InitialAccessTokensController,
    PreConsentsController,
    DecisionsController,
    HistoriesController,
    RegistrationPoliciesController,
    RevocationPlansController,
    RevocationsController,
    SessionsController,
    SettingsController,
    ToolsController,
    ToolPoliciesController,
    TokensController,
    ApiKeysController,
    KeysController,
    IdentityProvidersController,
    IdentityProviderTrialsController,
    AuditAggregateController,
    AuditCheckpointsController,
    AuditEventsController,
    AuditEventTypesController,
    AuditExportSchedulesController,
    AuditExportsController,
    AuditPartitionsController,
    AuditPayloadsController,
    AuditStreamsController,
    AuditTailController,
    SavedSearchesController,
  ],
  providers: [
    AdminRoutes,
    AdminThrottle,
    ApiKeyOperations,
    AuditTail,
    ClientChanges,
    ClientReach,
    Cursors,
    DecisionExplainer,
    DryRun,
    GroupOperations,
    IdentityProviderEdits,
    LiveStreams,
    NewClients,
    NewPeople,
    NewPreConsents,
    PlanActions,
    PlanSelectors,
    PreConsentAudiences,
    ProblemFilter,
    QueryConventions,
    RepeatSafety,
    RoleReach,
    ToolPolicyEdits,
  ],
  exports: [ProblemFilter],
})
export class AdminModule {}
