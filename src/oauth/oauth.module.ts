import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessTokenVerifier } from './access-token-verifier.js';
import { AuthorizationServerMetadata } from './authorization-server-metadata.js';
import { ApiKey } from './api-keys/api-key.entity.js';
import { API_KEY_PARTS, API_KEYS } from './api-keys/index.js';
import { AUTHORIZE, AUTHORIZE_ENTITIES } from './authorize/providers.js';
import { PreConsents } from './authorize/pre-consents.js';
import { AuthorizeController } from './authorize.controller.js';
import { AUTH_METHOD_INSTANCES, AUTH_METHODS } from './clients/auth-methods/index.js';
import type { AuthMethod } from './clients/auth-methods/auth-method.js';
import { DOCUMENTS } from './clients/cimd/index.js';
import { Client } from './clients/client.entity.js';
import { CLIENTS } from './clients/index.js';
import { ClientsService } from './clients/clients.service.js';
import { ConsentController } from './consent.controller.js';
import { DeviceAuthorizationController } from './device-authorization.controller.js';
import { DeviceCode } from './device/device-code.entity.js';
import { CountedClientAuth } from './counted-client-auth.js';
import { DEVICE } from './device/index.js';
import { DeviceController } from './device.controller.js';
import { DiscoveryController } from './discovery.controller.js';
import { DpopAtTokenEndpoint } from './dpop/dpop-at-token-endpoint.js';
import { DpopNonces } from './dpop/dpop-nonces.js';
import { DpopProofs } from './dpop/dpop-proofs.js';
import type { GrantType } from './grant-types/grant-type.js';
import { GRANT_TYPE_INSTANCES, GRANT_TYPES } from './grant-types/index.js';
import { GRANT_TYPE_PARTS } from './grant-types/parts.js';
import { Consent } from './grants/consent.entity.js';
import { AfterCredentialReset } from './grants/after-credential-reset.js';
import { EndingWriter } from './grants/ending-writer.js';
import { Endings } from './grants/endings.js';
import { Grant } from './grants/grant.entity.js';
import { GrantsService } from './grants/grants.service.js';
import { KeyEndings } from './grants/key-endings.js';
import { UserEndings } from './grants/user-endings.js';
import { StepUp } from './grants/step-up.js';
import { PLAN_ENTITIES, PLANS } from './plans/index.js';
import { INTROSPECTION } from './introspection.providers.js';
import { IntrospectionController } from './introspection.controller.js';
import { LogoutController } from './logout.controller.js';
import { LogoutDelivery } from './logout/logout-delivery.entity.js';
import { LOGOUT } from './logout/index.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { PublicUrlCheck } from './public-url-check.js';
import { ParController } from './par.controller.js';
import { RegistrationController } from './registration.controller.js';
import { RegistrationManagementController } from './registration-management.controller.js';
import { REGISTRATION, REGISTRATION_DOOR, REGISTRATION_ENTITIES } from './registration/index.js';
import { RESOURCE_ACCESS } from './resource-access/index.js';
import { Resources } from './resources.js';
import { RevocationController } from './revocation.controller.js';
import { ScopeCatalogue } from './scope-catalogue.js';
import { ScopePolicy } from './scope-policy.js';
import { ScopeRules } from './scope-rules.js';
import { Supported } from './supported.js';
import { Sweeper } from './sweeper.js';
import { TokenThrottle } from './token-throttle.js';
import { TokenController } from './token.controller.js';
import { AccessToken } from './tokens/access-token.entity.js';
import { AccessTokens } from './tokens/access-tokens.js';
import { AuthorizationCode } from './tokens/authorization-code.entity.js';
import { RefreshToken } from './tokens/refresh-token.entity.js';
import { StoredTokens } from './tokens/stored-tokens.js';
import { UsedProof } from './tokens/used-proof.entity.js';
import { UsedProofs } from './tokens/used-proofs.js';
import { AccessTokenMaker } from './tokens/access-token-maker.js';
import { IdTokens } from './tokens/id-tokens.js';
import { Issuance } from './tokens/issuance.js';
import { OpaqueTokens } from './tokens/opaque-tokens.js';
import { Subjects, UserIdSubjects } from './tokens/subjects.js';
import { NoTokenClaims, TokenClaims } from './tokens/token-claims.js';
import { TokenIssuer } from './tokens/token-issuer.js';
import { UserinfoAccess } from './userinfo.access.js';
import { UserinfoController } from './userinfo.controller.js';

const ISSUE = [
  AccessTokenMaker,
  IdTokens,
  Issuance,
  OpaqueTokens,
  TokenIssuer,
  StoredTokens,
  TokenThrottle,
  CountedClientAuth,
];
const DOOR = [
  AccessTokenVerifier,
  AccessTokens,
  ...API_KEYS,
  ClientsService,
  Endings,
  GrantsService,
  ...REGISTRATION_DOOR,
  ...PLANS,
  KeyEndings,
  OAuthErrorFilter,
  PreConsents,
  PublicUrlCheck,
  ...RESOURCE_ACCESS,
  Resources,
  ScopeCatalogue,
  StepUp,
  TokenIssuer,
  UserEndings,
];

/** Providers of an installer's own, in place of the defaults. */
export interface TokenExtensions {
  readonly tokenClaims?: Type<TokenClaims>;
  readonly subjects?: Type<Subjects>;
}

@Global()
@Module({
  imports: [
    TypeOrmModule.forFeature([
      ApiKey,
      ...REGISTRATION_ENTITIES,
      Client,
      Grant,
      Consent,
      AuthorizationCode,
      DeviceCode,
      RefreshToken,
      AccessToken,
      UsedProof,
      LogoutDelivery,
      ...AUTHORIZE_ENTITIES,
      ...PLAN_ENTITIES,
    ]),
  ],
  controllers: [
    DiscoveryController,
    RegistrationController,
    RegistrationManagementController,
    AuthorizeController,
    ConsentController,
    DeviceController,
    DeviceAuthorizationController,
    ParController,
    TokenController,
    RevocationController,
    LogoutController,
    IntrospectionController,
    UserinfoController,
  ],
  providers: [
    ...new Set([
      ...DOOR,
      ...AUTHORIZE,
      ...DEVICE,
      ...ISSUE,
      ...DOCUMENTS,
      ...GRANT_TYPES,
      ...GRANT_TYPE_PARTS,
      ...CLIENTS,
      ...REGISTRATION,
      ...API_KEY_PARTS,
    ]),
    AuthorizationServerMetadata,
    Supported,
    ...AUTH_METHODS,
    {
      provide: AUTH_METHOD_INSTANCES,
      inject: [...AUTH_METHODS],
      useFactory: (...instances: AuthMethod[]) => instances,
    },
    DpopAtTokenEndpoint,
    DpopNonces,
    DpopProofs,
    UsedProofs,
    EndingWriter,
    AfterCredentialReset,
    ...LOGOUT,
    ...INTROSPECTION,
    UserinfoAccess,
    ScopePolicy,
    ScopeRules,
    Sweeper,
    {
      provide: GRANT_TYPE_INSTANCES,
      inject: [...GRANT_TYPES],
      useFactory: (...instances: GrantType[]) => instances,
    },
  ],
  exports: DOOR,
})
export class OAuthModule {
  static register({
    tokenClaims = NoTokenClaims,
    subjects = UserIdSubjects,
  }: TokenExtensions): DynamicModule {
    return {
      module: OAuthModule,
      providers: [
        { provide: TokenClaims, useClass: tokenClaims },
        { provide: Subjects, useClass: subjects },
      ],
    };
  }
}
