import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ClientView } from '../oauth/index.js';
import { AUTH_METHODS, REGISTRATIONS, TRUST_STATES } from './clients.request.js';
import { PageOf } from './paging.js';
import { TEXT, TEXTS, TIME } from './response-fields.js';

/** An application that may ask for tokens. */
export class ClientResponse {
  @ApiProperty({ description: '`client_id`' }) id!: string;
  @ApiProperty(TEXT) name!: string;
  @ApiProperty({
    enum: REGISTRATIONS,
    description: 'From configuration, by an admin, by dynamic registration, or by a metadata document',
  })
  registration!: string;
  @ApiProperty({ enum: TRUST_STATES }) trust_state!: string;
  @ApiPropertyOptional({ ...TEXT, description: 'Who vouched for it when it registered' })
  vouched_by?: string | undefined;
  @ApiProperty({ enum: AUTH_METHODS }) auth_method!: string;
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'Public keys' })
  jwks?: object | undefined;
  @ApiPropertyOptional(TEXT) jwks_uri?: string | undefined;
  @ApiProperty({ enum: ['web', 'native'] }) application_type!: string;
  @ApiProperty(TEXTS) redirect_uris!: readonly string[];
  @ApiProperty(TEXTS) grant_types!: readonly string[];
  @ApiProperty(TEXTS) scopes!: readonly string[];
  @ApiPropertyOptional({ ...TEXTS, description: 'Absent: what policy says' })
  allowed_scopes?: readonly string[] | undefined;
  @ApiProperty() skip_consent!: boolean;
  @ApiProperty() require_par!: boolean;
  @ApiProperty() dpop_bound!: boolean;
  @ApiProperty(TEXTS) post_logout_redirect_uris!: readonly string[];
  @ApiPropertyOptional(TEXT) backchannel_logout_uri?: string | undefined;
  @ApiProperty() backchannel_logout_session_required!: boolean;
  @ApiPropertyOptional(TEXT) client_uri?: string | undefined;
  @ApiPropertyOptional(TEXT) logo_uri?: string | undefined;
  @ApiPropertyOptional(TEXT) tos_uri?: string | undefined;
  @ApiPropertyOptional(TEXT) policy_uri?: string | undefined;
  @ApiPropertyOptional({ ...TEXT, description: 'As it says itself' }) software_id?: string | undefined;
  @ApiPropertyOptional(TEXT) software_version?: string | undefined;
  @ApiProperty(TIME) created_at!: Date;
  @ApiProperty({ ...TIME, description: 'Of its metadata and its standing; use changes nothing' })
  updated_at!: Date;
  @ApiPropertyOptional(TIME) last_used_at?: Date | undefined;
  @ApiPropertyOptional(TIME) suspended_at?: Date | undefined;
  @ApiPropertyOptional({ ...TIME, description: 'Until then the secret before the last rotation works' })
  previous_secret_until?: Date | undefined;

  static of(this: void, client: ClientView): ClientResponse {
    return {
      id: client.id,
      name: client.name,
      registration: client.registration,
      trust_state: client.trustState,
      vouched_by: client.vouchedBy ?? undefined,
      auth_method: client.authMethod,
      jwks: client.jwks ?? undefined,
      jwks_uri: client.jwksUri ?? undefined,
      application_type: client.applicationType,
      redirect_uris: client.redirectUris,
      grant_types: client.grantTypes,
      scopes: client.scopes,
      allowed_scopes: client.allowedScopes ?? undefined,
      skip_consent: client.skipConsent,
      require_par: client.requirePar,
      dpop_bound: client.dpopBound,
      post_logout_redirect_uris: client.postLogoutRedirectUris,
      backchannel_logout_uri: client.backchannelLogoutUri ?? undefined,
      backchannel_logout_session_required: client.backchannelLogoutSessionRequired,
      client_uri: client.clientUri ?? undefined,
      logo_uri: client.logoUri ?? undefined,
      tos_uri: client.tosUri ?? undefined,
      policy_uri: client.policyUri ?? undefined,
      software_id: client.softwareId ?? undefined,
      software_version: client.softwareVersion ?? undefined,
      created_at: client.createdAt,
      updated_at: client.updatedAt,
      last_used_at: client.lastUsedAt ?? undefined,
      suspended_at: client.suspendedAt ?? undefined,
      previous_secret_until: client.previousSecretUntil ?? undefined,
    };
  }
}

export class NewClientResponse extends ClientResponse {
  @ApiPropertyOptional({ ...TEXT, description: 'Shown this once; absent for a client without one' })
  client_secret?: string;
}

export class NewSecretResponse extends ClientResponse {
  @ApiProperty({ ...TEXT, description: 'Shown this once' }) client_secret!: string;

  static from(this: void, client: ClientView, secret: string): NewSecretResponse {
    return { ...ClientResponse.of(client), client_secret: secret };
  }
}

export class ClientPage extends PageOf(ClientResponse) {}
