import { Global, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditEvent } from './audit-event.entity.js';
import { AuditLog } from './audit-log.js';
import { AuditTrail } from './audit-trail.js';
import { AuditInterceptor } from './audit.interceptor.js';
import { Refusals } from './refusals.js';

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([AuditEvent])],
  providers: [AuditLog, AuditTrail, Refusals, { provide: APP_INTERCEPTOR, useClass: AuditInterceptor }],
  exports: [AuditLog, AuditTrail, Refusals],
})
export class AuditModule {}
