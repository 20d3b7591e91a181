import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ROLES } from '../config/index.js';
import type { RevocationReceipt } from '../revocation/index.js';
import type { GroupMemberView, GroupView } from '../users/index.js';
import { ReceiptResponse } from './ended.response.js';
import { PageOf } from './paging.js';
import { ID, TEXT, TEXTS, TIME } from './response-fields.js';

/** People who may do the same. */
export class GroupResponse {
  @ApiProperty(ID) id!: string;
  @ApiProperty(TEXT) name!: string;
  @ApiProperty({ enum: ROLES, isArray: true }) roles!: readonly string[];
  @ApiProperty({ enum: ['scim', 'admin', 'config'], description: 'Who made it' }) origin!: string;
  @ApiProperty({ description: 'The configuration file says what it is called and which roles it gives' })
  configured!: boolean;
  @ApiPropertyOptional({ ...TEXT, description: 'What the provisioning client calls it' })
  external_id?: string | undefined;
  @ApiProperty(TIME) created_at!: Date;
  @ApiProperty(TIME) updated_at!: Date;

  static of(this: void, group: GroupView): GroupResponse {
    return {
      id: group.id,
      name: group.name,
      roles: group.roles,
      origin: group.origin,
      configured: group.configured,
      external_id: group.externalId,
      created_at: group.createdAt,
      updated_at: group.updatedAt,
    };
  }
}

export class ChangedGroupResponse extends GroupResponse {
  @ApiPropertyOptional({
    type: ReceiptResponse,
    description: 'There when somebody lost a right by it: which processes refuse what they had',
  })
  receipt?: ReceiptResponse;

  static from(group: GroupView, receipt: RevocationReceipt | undefined): ChangedGroupResponse {
    return { ...GroupResponse.of(group), ...(receipt && { receipt: ReceiptResponse.of(receipt) }) };
  }
}

/** Somebody in a group. */
export class GroupMemberResponse {
  @ApiProperty(ID) user_id!: string;
  @ApiProperty(TEXT) email!: string;
  @ApiPropertyOptional(TEXT) name?: string | undefined;
  @ApiProperty({ ...TEXTS, description: 'Who says so: `scim`, `admin`, or `sso:` and an identity provider' })
  origins!: readonly string[];

  static of(this: void, { userId, email, name, origins }: GroupMemberView): GroupMemberResponse {
    return { user_id: userId, email, name, origins };
  }
}

export class GroupPage extends PageOf(GroupResponse) {}
export class GroupMemberPage extends PageOf(GroupMemberResponse) {}
