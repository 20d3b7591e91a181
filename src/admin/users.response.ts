import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Account } from '../users/index.js';
import { PageOf } from './paging.js';
import { ID, TEXT, TEXTS, TIME } from './response-fields.js';

/** A person of the organisation. */
export class UserResponse {
  @ApiProperty(ID) id!: string;
  @ApiProperty(TEXT) email!: string;
  @ApiProperty() email_verified!: boolean;
  @ApiPropertyOptional(TEXT) name?: string | undefined;
  @ApiProperty({ enum: ['admin', 'operator', 'auditor'], isArray: true }) roles!: readonly string[];
  @ApiProperty({ enum: ['admin', 'operator', 'auditor'], isArray: true, description: 'Those not of a group' })
  assigned_roles!: readonly string[];
  @ApiProperty({ ...TEXTS, description: 'Names of the groups they are in' }) groups!: readonly string[];
  @ApiProperty({ description: 'May sign in' }) active!: boolean;
  @ApiProperty(TIME) created_at!: Date;
  @ApiPropertyOptional(TIME) last_login_at?: Date | undefined;
  @ApiPropertyOptional(TIME) disabled_at?: Date | undefined;

  static of(this: void, user: Account): UserResponse {
    return {
      id: user.id,
      email: user.email,
      email_verified: user.emailVerified,
      name: user.name,
      roles: user.roles,
      assigned_roles: user.assignedRoles,
      groups: user.groups,
      active: user.disabledAt === undefined,
      created_at: user.createdAt,
      last_login_at: user.lastLoginAt,
      disabled_at: user.disabledAt,
    };
  }
}

export class UserPage extends PageOf(UserResponse) {}
