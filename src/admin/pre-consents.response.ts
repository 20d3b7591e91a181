import { ApiProperty } from '@nestjs/swagger';
import type { PreConsentView } from '../oauth/index.js';
import { PageOf } from './paging.js';
import { ID, TEXT, TEXTS, TIME } from './response-fields.js';

/** What an admin allowed a client beforehand. */
export class PreConsentResponse {
  @ApiProperty(ID) id!: string;
  @ApiProperty(TEXT) client_id!: string;
  @ApiProperty({ ...TEXT, description: '`everyone`, `role:` and a role, or `group:` and a name' })
  audience!: string;
  @ApiProperty(TEXT) resource!: string;
  @ApiProperty(TEXTS) scopes!: readonly string[];
  @ApiProperty(TIME) created_at!: Date;
  @ApiProperty({ ...TEXT, description: 'Id of the person or client that decided' }) created_by!: string;

  static of(this: void, view: PreConsentView): PreConsentResponse {
    return {
      id: view.id,
      client_id: view.clientId,
      audience: view.audience,
      resource: view.resource,
      scopes: view.scopes,
      created_at: view.createdAt,
      created_by: view.createdBy,
    };
  }
}

export class PreConsentPage extends PageOf(PreConsentResponse) {}
