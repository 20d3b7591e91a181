import { Module } from '@nestjs/common';
import { API_KEY_CONTROLLERS, API_KEY_PAGES } from './api-keys/index.js';
import { AccountPaths } from './account-paths.js';
import { AccountPage } from './account-page.js';
import { OwnThings } from './own-things.js';
import { AccountVisitor } from './account-visitor.js';
import { AccountController } from './account.controller.js';
import { Disconnections } from './disconnections.js';
import { SignInsController } from './sign-ins.controller.js';
import { SignIns } from './sign-ins.js';
import { ConnectedApps } from './connected-apps.js';
import { SECURITY_CONTROLLERS, SECURITY_PAGES } from './security/index.js';

@Module({
  controllers: [AccountController, SignInsController, ...API_KEY_CONTROLLERS, ...SECURITY_CONTROLLERS],
  providers: [
    AccountVisitor,
    AccountPaths,
    AccountPage,
    OwnThings,
    ConnectedApps,
    SignIns,
    Disconnections,
    ...API_KEY_PAGES,
    ...SECURITY_PAGES,
  ],
})
export class AccountModule {}
