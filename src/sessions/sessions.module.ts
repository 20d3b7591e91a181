import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Cookies } from './cookies.js';
import { CredentialCheck } from './credential-check.js';
import { Csrf } from './csrf.js';
import { LoginPage } from './login-page.js';
import { LoginThrottle } from './login-throttle.js';
import { LoginController } from './login.controller.js';
import { PageErrorFilter } from './page-error.filter.js';
import { SessionList } from './session-list.js';
import { Session } from './session.entity.js';
import { SessionPeople } from './session-people.js';
import { SessionsService } from './sessions.service.js';

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([Session])],
  controllers: [LoginController],
  providers: [
    PageErrorFilter,
    Cookies,
    Csrf,
    LoginPage,
    LoginThrottle,
    CredentialCheck,
    SessionPeople,
    SessionsService,
    SessionList,
  ],
  exports: [PageErrorFilter, Cookies, Csrf, SessionsService, SessionList],
})
export class SessionsModule {}
