import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AdminRoutes } from './admin-routes.js';
import { AuditEventTypesController } from './audit-event-types.controller.js';
import { AuditEventsController } from './audit-events.controller.js';
import { ClientsController } from './clients.controller.js';
import { GrantsController } from './grants.controller.js';
import { NewClients } from './new-clients.js';
import { ProblemFilter } from './problem.filter.js';
import { SessionsController } from './sessions.controller.js';
import { TokensController } from './tokens.controller.js';
import { UserHoldingsController } from './user-holdings.controller.js';
import { UsersController } from './users.controller.js';

@Module({
  imports: [DiscoveryModule],
  controllers: [
    GrantsController,
    UsersController,
    UserHoldingsController,
    ClientsController,
    SessionsController,
    TokensController,
    AuditEventsController,
    AuditEventTypesController,
  ],
  providers: [AdminRoutes, NewClients, ProblemFilter],
  exports: [ProblemFilter],
})
export class AdminModule {}
