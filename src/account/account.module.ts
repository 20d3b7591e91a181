import { Module } from '@nestjs/common';
import { AccountPage } from './account-page.js';
import { OwnThings } from './own-things.js';
import { AccountVisitor } from './account-visitor.js';
import { AccountController } from './account.controller.js';
import { ConnectedApps } from './connected-apps.js';

@Module({
  controllers: [AccountController],
  providers: [AccountVisitor, AccountPage, OwnThings, ConnectedApps],
})
export class AccountModule {}
