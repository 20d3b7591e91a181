import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Answers } from './answers.js';
import { ScimBulkController } from './bulk/bulk.controller.js';
import { Bulk } from './bulk/bulk.js';
import { ScimDiscoveryController, ScimProviderController } from './discovery.controller.js';
import { ScimGroupsController } from './groups/groups.controller.js';
import { ScimGroups } from './groups/scim-groups.js';
import { ScimAccess } from './scim-access.js';
import { ScimRefusals } from './scim-refusals.js';
import { ScimThrottle } from './scim-throttle.js';
import { ScimFilter } from './scim.filter.js';
import { ScimToken } from './tokens/scim-token.entity.js';
import { ScimTokens } from './tokens/scim-tokens.js';
import { ScimUsers } from './users/scim-users.js';
import { UserActivity } from './users/user-activity.js';
import { ScimUsersController } from './users/users.controller.js';

@Module({
  imports: [TypeOrmModule.forFeature([ScimToken])],
  controllers: [
    ScimUsersController,
    ScimGroupsController,
    ScimBulkController,
    ScimProviderController,
    ScimDiscoveryController,
  ],
  providers: [
    Answers,
    Bulk,
    ScimAccess,
    ScimFilter,
    ScimGroups,
    ScimRefusals,
    ScimThrottle,
    ScimTokens,
    ScimUsers,
    UserActivity,
  ],
  exports: [ScimFilter, ScimTokens],
})
export class ScimModule {}
