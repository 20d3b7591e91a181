import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessTokenVerifier } from './access-token-verifier.js';
import { AuthorizationServerMetadata } from './authorization-server-metadata.js';
import { AuthorizationAnswers } from './authorize/authorization-answers.js';
import { Authorization } from './authorize/authorization.js';
import { GrantOpening } from './authorize/grant-opening.js';
import { ConsentMemory } from './authorize/consent-memory.js';
import { ConsentPage } from './authorize/consent-page.js';
import { ConsentSteps } from './authorize/consent-steps.js';
import { Interaction } from './authorize/interaction.js';
import { RequestReader } from './authorize/request-reader.js';
import { AuthorizeController } from './authorize.controller.js';
import { ClientAuth } from './clients/client-auth.js';
import { Client } from './clients/client.entity.js';
import { ClientsService } from './clients/clients.service.js';
import { ConfiguredClients } from './clients/configured-clients.js';
import { ConsentController } from './consent.controller.js';
import { DiscoveryController } from './discovery.controller.js';
import { CodeIssuance } from './grant-types/code-issuance.js';
import { ClientIssuance } from './grant-types/client-issuance.js';
import type { GrantType } from './grant-types/grant-type.js';
import { GRANT_TYPE_INSTANCES, GRANT_TYPES } from './grant-types/index.js';
import { RefreshCheck } from './grant-types/refresh-check.js';
import { RefreshRotation } from './grant-types/refresh-rotation.js';
import { RepeatedRefresh } from './grant-types/repeated-refresh.js';
import { ReplayPunishment } from './grant-types/replay-punishment.js';
import { Consent } from './grants/consent.entity.js';
import { EndingWriter } from './grants/ending-writer.js';
import { Endings } from './grants/endings.js';
import { Grant } from './grants/grant.entity.js';
import { GrantsService } from './grants/grants.service.js';
import { StepUp } from './grants/step-up.js';
import { LogoutController } from './logout.controller.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { RegistrationController } from './registration.controller.js';
import { Resources } from './resources.js';
import { RevocationController } from './revocation.controller.js';
import { ScopeCatalogue } from './scope-catalogue.js';
import { ScopePolicy } from './scope-policy.js';
import { Sweeper } from './sweeper.js';
import { TokenThrottle } from './token-throttle.js';
import { TokenController } from './token.controller.js';
import { AccessToken } from './tokens/access-token.entity.js';
import { AccessTokens } from './tokens/access-tokens.js';
import { AuthorizationCode } from './tokens/authorization-code.entity.js';
import { RefreshToken } from './tokens/refresh-token.entity.js';
import { StoredTokens } from './tokens/stored-tokens.js';
import { TokenIssuer } from './tokens/token-issuer.js';

const AUTHORIZE = [
  RequestReader,
  Interaction,
  ConsentMemory,
  ConsentSteps,
  ConsentPage,
  Authorization,
  GrantOpening,
  AuthorizationAnswers,
];
const ISSUE = [
  TokenIssuer,
  StoredTokens,
  CodeIssuance,
  ClientIssuance,
  RefreshCheck,
  RefreshRotation,
  RepeatedRefresh,
  ReplayPunishment,
  TokenThrottle,
];
const DOOR = [
  AccessTokenVerifier,
  AccessTokens,
  ClientsService,
  Endings,
  GrantsService,
  OAuthErrorFilter,
  ScopeCatalogue,
  StepUp,
  TokenIssuer,
];

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([Client, Grant, Consent, AuthorizationCode, RefreshToken, AccessToken])],
  controllers: [
    DiscoveryController,
    RegistrationController,
    AuthorizeController,
    ConsentController,
    TokenController,
    RevocationController,
    LogoutController,
  ],
  providers: [
    ...new Set([...DOOR, ...AUTHORIZE, ...ISSUE, ...GRANT_TYPES]),
    AuthorizationServerMetadata,
    ClientAuth,
    ConfiguredClients,
    EndingWriter,
    Resources,
    ScopePolicy,
    Sweeper,
    {
      provide: GRANT_TYPE_INSTANCES,
      inject: [...GRANT_TYPES],
      useFactory: (...instances: GrantType[]) => instances,
    },
  ],
  exports: DOOR,
})
export class OAuthModule {}
