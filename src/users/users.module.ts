import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BootstrapAdmin } from './bootstrap-admin.js';
import { IdentitiesService } from './identities.service.js';
import { LinkedIdentity } from './linked-identity.entity.js';
import { User } from './user.entity.js';
import { UsersService } from './users.service.js';

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([User, LinkedIdentity])],
  providers: [UsersService, IdentitiesService, BootstrapAdmin],
  exports: [UsersService, IdentitiesService, BootstrapAdmin],
})
export class UsersModule {}
