import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Cookies } from './cookies.js';
import { CredentialCheck } from './credential-check.js';
import { CredentialResets } from './credential-resets.js';
import { Csrf } from './csrf.js';
import { HomeRealm } from './home-realm.js';
import { LinkingProof } from './linking-proof.js';
import { RecentSignIn } from './recent-sign-in.js';
import { Authenticator } from './factors/authenticator.entity.js';
import { Passkey } from './factors/passkey.entity.js';
import { RecoveryCode } from './factors/recovery-code.entity.js';
import { SpentTicket } from './factors/spent-ticket.entity.js';
import { ForgotController } from './links/forgot.controller.js';
import { LinkController } from './links/link.controller.js';
import { LoginPage } from './login-page.js';
import { LoginSurroundings } from './login-surroundings.js';
import { LoginThrottle } from './login-throttle.js';
import { LoginController } from './login.controller.js';
import { PageErrorFilter } from './page-error.filter.js';
import { SessionEnds } from './session-ends.js';
import { SessionLimit } from './session-limit.js';
import { SessionList } from './session-list.js';
import { Session } from './session.entity.js';
import { SignInBasis } from './sign-in-basis.js';
import { SignInReasons } from './sign-in-reasons.js';
import { SignInWays } from './sign-in-ways.js';
import { SessionPeople } from './session-people.js';
import { FACTORS, LINKS, SHARED, SIGN_IN } from './sessions.providers.js';
import { SessionsService } from './sessions.service.js';
import { LocalAccountsGuard } from './sign-in/local-accounts.guard.js';
import { PasskeyLoginController } from './sign-in/passkey-login.controller.js';
import { SecondStepController } from './sign-in/second-step.controller.js';
import { SetupController } from './sign-in/setup.controller.js';
import { UpstreamSessions } from './upstream-sessions.js';

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([Session, Passkey, Authenticator, RecoveryCode, SpentTicket])],
  controllers: [
    LoginController,
    PasskeyLoginController,
    SecondStepController,
    SetupController,
    ForgotController,
    LinkController,
  ],
  providers: [
    PageErrorFilter,
    Cookies,
    Csrf,
    LoginPage,
    LoginSurroundings,
    HomeRealm,
    LoginThrottle,
    SignInReasons,
    SignInWays,
    CredentialCheck,
    CredentialResets,
    ...FACTORS,
    ...LINKS,
    ...SIGN_IN,
    LocalAccountsGuard,
    SessionEnds,
    SessionLimit,
    SessionPeople,
    SignInBasis,
    SessionsService,
    SessionList,
    UpstreamSessions,
    LinkingProof,
    RecentSignIn,
  ],
  exports: [
    PageErrorFilter,
    Cookies,
    Csrf,
    SessionsService,
    SessionEnds,
    SessionList,
    SignInReasons,
    SignInWays,
    UpstreamSessions,
    LinkingProof,
    RecentSignIn,
    CredentialCheck,
    CredentialResets,
    LocalAccountsGuard,
    ...SHARED,
  ],
})
export class SessionsModule {}
