import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BootstrapAdmin } from './bootstrap-admin.js';
import { Credentials } from './credentials.js';
import { GroupMember } from './groups/group-member.entity.js';
import { Group } from './groups/group.entity.js';
import { GROUPS } from './groups/index.js';
import { IdentitiesService } from './identities.service.js';
import { LinkedIdentity } from './linked-identity.entity.js';
import { RoleAssignments } from './role-assignments.js';
import { OneTimeLink } from './links/one-time-link.entity.js';
import { OneTimeLinks } from './links/one-time-links.js';
import { BreachedPasswords } from './passwords/breached-passwords.js';
import { PasswordPolicy } from './passwords/password-policy.js';
import { PasswordStrength } from './passwords/password-strength.js';
import { User } from './user.entity.js';
import { UserProvisioning } from './user-provisioning.js';
import { UsersService } from './users.service.js';

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([User, LinkedIdentity, Group, GroupMember, OneTimeLink])],
  providers: [
    UsersService,
    IdentitiesService,
    BootstrapAdmin,
    RoleAssignments,
    UserProvisioning,
    ...GROUPS,
    Credentials,
    OneTimeLinks,
    PasswordPolicy,
    PasswordStrength,
    BreachedPasswords,
  ],
  exports: [
    UsersService,
    IdentitiesService,
    BootstrapAdmin,
    RoleAssignments,
    UserProvisioning,
    ...GROUPS,
    Credentials,
    OneTimeLinks,
    PasswordPolicy,
  ],
})
export class UsersModule {}
