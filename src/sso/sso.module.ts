import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountLinking, LinkingDecision } from './account-linking.js';
import { SsoAudit } from './sso-audit.js';
import { SsoFlows } from './sso-flows.js';
import { SsoProviders } from './sso-providers.js';
import { SsoController } from './sso.controller.js';
import { UsedFlow } from './used-flow.entity.js';

@Module({
  imports: [TypeOrmModule.forFeature([UsedFlow])],
  controllers: [SsoController],
  providers: [SsoProviders, SsoFlows, SsoAudit, LinkingDecision, AccountLinking],
})
export class SsoModule {}
