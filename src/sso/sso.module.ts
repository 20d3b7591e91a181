import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountLinking, LinkingDecision } from './account-linking.js';
import { BackchannelLogoutController } from './backchannel-logout.controller.js';
import { IdentityConnections } from './identity-connections.js';
import { LogoutThrottle } from './logout-throttle.js';
import { ReceivedLogouts } from './received-logouts.js';
import { IdentityProviderChanges, IdentityProviders } from './identity-providers.js';
import { RelayedForm } from './relayed-form.entity.js';
import { RelayedForms } from './relayed-forms.js';
import { SamlLogoutController } from './saml-logout.controller.js';
import { SamlMetadataController } from './saml-metadata.controller.js';
import { SamlWarnings } from './saml-warnings.js';
import { SsoAnswerController } from './sso-answer.controller.js';
import { IdentityProvider } from './identity-provider.entity.js';
import { ProviderChanges } from './provider-changes.js';
import { ProviderFactory } from './provider-factory.js';
import { ProviderSecrets } from './provider-secrets.js';
import { ProviderSettings } from './provider-settings.js';
import { ProviderTable } from './provider-table.js';
import { ProviderTrials } from './provider-trials.js';
import { SsoAudit } from './sso-audit.js';
import { SsoFlows } from './sso-flows.js';
import { SsoProviders } from './sso-providers.js';
import { SsoController } from './sso.controller.js';
import { StoredProviders } from './stored-providers.js';
import { UsedFlow } from './used-flow.entity.js';

@Module({
  imports: [TypeOrmModule.forFeature([UsedFlow, RelayedForm, IdentityProvider])],
  controllers: [
    SsoController,
    SsoAnswerController,
    SamlMetadataController,
    SamlLogoutController,
    BackchannelLogoutController,
  ],
  providers: [
    ProviderFactory,
    ProviderSecrets,
    ProviderSettings,
    ProviderTable,
    ProviderChanges,
    ProviderTrials,
    IdentityProviders,
    IdentityProviderChanges,
    StoredProviders,
    SsoProviders,
    SsoFlows,
    SsoAudit,
    LinkingDecision,
    AccountLinking,
    IdentityConnections,
    LogoutThrottle,
    ReceivedLogouts,
    RelayedForms,
    SamlWarnings,
  ],
  exports: [IdentityProviders, IdentityProviderChanges, ProviderTrials],
})
export class SsoModule {}
