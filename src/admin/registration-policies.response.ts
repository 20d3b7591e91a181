import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { RegistrationPolicyView } from '../oauth/index.js';
import { given, PageOf } from './paging.js';
import { RegistrationMatchRequest } from './registration-policies.request.js';
import { COUNT, ID, TEXT, TEXTS, TIME } from './response-fields.js';

export class RegistrationPolicyResponse {
  @ApiProperty(ID) id!: string;
  @ApiProperty(TEXT) name!: string;
  @ApiProperty(COUNT) position!: number;
  @ApiProperty({ type: RegistrationMatchRequest }) match!: RegistrationMatchRequest;
  @ApiProperty({ enum: ['approved', 'quarantined', 'refused'] }) trust!: string;
  @ApiPropertyOptional(TEXTS) scopes?: string[];
  @ApiPropertyOptional({ enum: ['https', 'same-host'] }) redirects?: string;
  @ApiProperty(TIME) created_at!: string;
  @ApiProperty(TIME) updated_at!: string;

  static of(this: void, policy: RegistrationPolicyView): RegistrationPolicyResponse {
    const { id, name, position, match, trust, scopes, redirects } = policy;
    return {
      ...{ id, name, position, trust },
      match: given({
        kinds: match.kinds,
        redirect_hosts: match.redirectHosts,
        redirect_uris: match.redirectUris,
        client_id_hosts: match.clientIdHosts,
        software_ids: match.softwareIds,
      }),
      ...given({ scopes: scopes ?? undefined, redirects: redirects ?? undefined }),
      created_at: policy.createdAt.toISOString(),
      updated_at: policy.updatedAt.toISOString(),
    };
  }
}

export class RegistrationPolicyPage extends PageOf(RegistrationPolicyResponse) {}
