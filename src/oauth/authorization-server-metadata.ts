import { Inject, Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { SIGNING_ALG } from '../keys/index.js';
import { GRANT_TYPE_INSTANCES } from './grant-types/index.js';
import type { GrantType } from './grant-types/grant-type.js';
import { ScopeCatalogue } from './scope-catalogue.js';

const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const;

/** RFC 8414 §2, built from the lists: what is advertised is what there is. */
@Injectable()
export class AuthorizationServerMetadata {
  constructor(
    private readonly config: AppConfig,
    private readonly catalogue: ScopeCatalogue,
    @Inject(GRANT_TYPE_INSTANCES) private readonly grantTypes: readonly GrantType[],
  ) {}

  document(): object {
    const { issuer } = this.config;
    return {
      issuer,
      authorization_endpoint: `${issuer}/oauth2/authorize`,
      token_endpoint: `${issuer}/oauth2/token`,
      jwks_uri: `${issuer}/oauth2/jwks`,
      revocation_endpoint: `${issuer}/oauth2/revoke`,
      end_session_endpoint: `${issuer}/oauth2/logout`,
      ...(this.config.openRegistration && { registration_endpoint: `${issuer}/oauth2/register` }),
      scopes_supported: this.catalogue.names(),
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: this.grantTypes.map(({ name }) => name),
      token_endpoint_auth_methods_supported: AUTH_METHODS,
      revocation_endpoint_auth_methods_supported: AUTH_METHODS,
      code_challenge_methods_supported: ['S256'],
      // RFC 9207 §3
      authorization_response_iss_parameter_supported: true,
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [SIGNING_ALG],
      claims_supported: [
        'iss',
        'sub',
        'aud',
        'exp',
        'iat',
        'auth_time',
        'nonce',
        'acr',
        'amr',
        'at_hash',
        'sid',
      ],
      prompt_values_supported: ['none', 'login', 'consent'],
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      protected_resources: [this.config.mcpResource, this.config.adminResource],
    };
  }
}
