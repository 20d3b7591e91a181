import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { AUTH_METHOD_NAMES } from './clients/auth-methods/index.js';
import { PROMPTS } from './authorize/checks.js';
import { RESPONSE_MODES } from './authorize/response-target.js';
import { ID_JAG_PROFILE } from './grant-types/id-jag/id-jag.js';
import { DEVICE_CODE, JWT_BEARER } from './grant-types/names.js';
import { PROOF_ALGORITHMS } from './proof-algorithms.js';
import { Supported } from './supported.js';
import { PERSON_CLAIMS } from './tokens/person-claims.js';

const CONFIDENTIAL = AUTH_METHOD_NAMES.filter((name) => name !== 'none');

/** What every id_token says. */
const TOKEN_CLAIMS = [
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
];

/** RFC 8414 §2, built from the lists: what is advertised is what there is. */
@Injectable()
export class AuthorizationServerMetadata {
  constructor(
    private readonly config: AppConfig,
    private readonly supported: Supported,
  ) {}

  document(): object {
    const { issuer } = this.config;
    const grantTypes = this.supported.grantTypes();
    return {
      issuer,
      authorization_endpoint: `${issuer}/oauth2/authorize`,
      token_endpoint: `${issuer}/oauth2/token`,
      ...(this.supported.knows(DEVICE_CODE) && {
        device_authorization_endpoint: `${issuer}/oauth2/device_authorization`,
      }),
      jwks_uri: this.config.jwksUri,
      revocation_endpoint: `${issuer}/oauth2/revoke`,
      userinfo_endpoint: this.config.userinfoResource,
      introspection_endpoint: `${issuer}/oauth2/introspect`,
      end_session_endpoint: `${issuer}/oauth2/logout`,
      ...(this.config.registrationMode !== 'closed' && {
        registration_endpoint: `${issuer}/oauth2/register`,
      }),
      client_id_metadata_document_supported: this.config.policies.clients.metadata_documents,
      scopes_supported: this.supported.scopes(),
      response_types_supported: ['code'],
      response_modes_supported: RESPONSE_MODES,
      pushed_authorization_request_endpoint: `${issuer}/oauth2/par`,
      require_pushed_authorization_requests: this.config.policies.requirePushedRequests,
      grant_types_supported: grantTypes,
      ...(grantTypes.includes(JWT_BEARER) && { authorization_grant_profiles_supported: [ID_JAG_PROFILE] }),
      ...clientAuthentication('token_endpoint'),
      ...clientAuthentication('revocation_endpoint'),
      ...clientAuthentication('introspection_endpoint', CONFIDENTIAL),
      code_challenge_methods_supported: ['S256'],
      dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
      // RFC 9207 §3
      authorization_response_iss_parameter_supported: true,
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: this.supported.idTokenAlgorithms(),
      claims_supported: [...TOKEN_CLAIMS, ...PERSON_CLAIMS],
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      prompt_values_supported: PROMPTS,
      acr_values_supported: this.supported.acrs(),
      claims_parameter_supported: false,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      protected_resources: [this.config.mcpResource, this.config.adminResource],
    };
  }
}

const clientAuthentication = (endpoint: string, methods = AUTH_METHOD_NAMES): object => ({
  [`${endpoint}_auth_methods_supported`]: methods,
  [`${endpoint}_auth_signing_alg_values_supported`]: PROOF_ALGORITHMS,
});
