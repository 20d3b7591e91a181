import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ClientView } from '../oauth/index.js';
import { AUTH_METHODS, TRUST_STATES } from './clients.request.js';
import { PageOf } from './paging.js';
import { TEXT, TEXTS, TIME } from './response-fields.js';

/** An application that may ask for tokens. */
export class ClientResponse {
  @ApiProperty({ description: '`client_id`' }) id!: string;
  @ApiProperty(TEXT) name!: string;
  @ApiProperty({
    enum: ['static', 'dcr', 'admin'],
    description: 'From configuration, by dynamic registration, or by an admin',
  })
  registration!: string;
  @ApiProperty({ enum: TRUST_STATES }) trust_state!: string;
  @ApiProperty({ enum: AUTH_METHODS }) auth_method!: string;
  @ApiProperty({ enum: ['web', 'native'] }) application_type!: string;
  @ApiProperty(TEXTS) redirect_uris!: readonly string[];
  @ApiProperty(TEXTS) grant_types!: readonly string[];
  @ApiProperty(TEXTS) scopes!: readonly string[];
  @ApiPropertyOptional({ ...TEXTS, description: 'Absent: what policy says' })
  allowed_scopes?: readonly string[] | undefined;
  @ApiProperty() skip_consent!: boolean;
  @ApiPropertyOptional(TEXT) client_uri?: string | undefined;
  @ApiProperty(TIME) created_at!: Date;
  @ApiPropertyOptional(TIME) last_used_at?: Date | undefined;
  @ApiPropertyOptional(TIME) suspended_at?: Date | undefined;

  static of(this: void, client: ClientView): ClientResponse {
    return {
      id: client.id,
      name: client.name,
      registration: client.registration,
      trust_state: client.trustState,
      auth_method: client.authMethod,
      application_type: client.applicationType,
      redirect_uris: client.redirectUris,
      grant_types: client.grantTypes,
      scopes: client.scopes,
      allowed_scopes: client.allowedScopes,
      skip_consent: client.skipConsent,
      client_uri: client.clientUri,
      created_at: client.createdAt,
      last_used_at: client.lastUsedAt,
      suspended_at: client.suspendedAt,
    };
  }
}

export class NewClientResponse extends ClientResponse {
  @ApiPropertyOptional({ ...TEXT, description: 'Shown this once; absent for a public client' })
  client_secret?: string;
}

export class ClientPage extends PageOf(ClientResponse) {}
