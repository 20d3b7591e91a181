import { AuthenticatorForms } from './factors/authenticator-forms.js';
import { AuthenticatorResealing } from './factors/authenticator-resealing.js';
import { Authenticators } from './factors/authenticators.js';
import { FactorChanges } from './factors/factor-changes.js';
import { FactorResets } from './factors/factor-resets.js';
import { FactorStore } from './factors/factor-store.js';
import { Factors } from './factors/factors.js';
import { Journal } from './factors/journal.js';
import { PasskeyCeremonies } from './factors/passkey-ceremonies.js';
import { PasskeyForms } from './factors/passkey-forms.js';
import { PasskeyProofs } from './factors/passkey-proofs.js';
import { PasskeyUses } from './factors/passkey-uses.js';
import { Passkeys } from './factors/passkeys.js';
import { RecoveryCodes } from './factors/recovery-codes.js';
import { Tickets } from './factors/tickets.js';
import { WaysIn } from './factors/ways-in.js';
import { EmailChanges } from './links/email-changes.js';
import { EmailLinks } from './links/email-links.js';
import { InvitationLetters } from './links/invitation-letters.js';
import { Invitations } from './links/invitations.js';
import { LinkLetters } from './links/link-letters.js';
import { LinkPage } from './links/link-page.js';
import { LinkReader } from './links/link-reader.js';
import { LinkPeople } from './links/link-people.js';
import { LinkUses } from './links/link-uses.js';
import { LinkVisits } from './links/link-visits.js';
import { MailThrottle } from './links/mail-throttle.js';
import { PasskeyLinks } from './links/passkey-links.js';
import { PasswordChanges } from './links/password-changes.js';
import { PasswordLinks } from './links/password-links.js';
import { PasswordReplacement } from './links/password-replacement.js';
import { PasswordResets } from './links/password-resets.js';
import { Passwords } from './links/passwords.js';
import { ProvedAddresses } from './links/proved-addresses.js';
import { OtherBrowsers } from './other-browsers.js';
import { CodeCheck } from './sign-in/code-check.js';
import { LocalWays } from './sign-in/local-ways.js';
import { PasskeySteps } from './sign-in/passkey-steps.js';
import { SecondStep } from './sign-in/second-step.js';
import { SecondStepGuesses } from './sign-in/second-step-guesses.js';
import { SecondStepPage } from './sign-in/second-step-page.js';
import { SecondStepPeople } from './sign-in/second-step-people.js';
import { SecondStepThrottle } from './sign-in/second-step-throttle.js';
import { SecondStepWay } from './sign-in/second-step-way.js';
import { SetupPage } from './sign-in/setup-page.js';
import { SetupWay } from './sign-in/setup-way.js';
import { SignInNeeds } from './sign-in/sign-in-needs.js';
import { SignInSteps } from './sign-in/sign-in-steps.js';

/** What people prove themselves with, beside what proves them. */
export const FACTORS = [
  Authenticators,
  AuthenticatorForms,
  AuthenticatorResealing,
  FactorChanges,
  FactorResets,
  FactorStore,
  Factors,
  Journal,
  PasskeyCeremonies,
  PasskeyForms,
  PasskeyProofs,
  PasskeyUses,
  Passkeys,
  RecoveryCodes,
  Tickets,
  WaysIn,
];

/** Links in letters, and what they are for. */
export const LINKS = [
  EmailChanges,
  EmailLinks,
  InvitationLetters,
  Invitations,
  LinkLetters,
  LinkPage,
  LinkPeople,
  LinkReader,
  LinkUses,
  LinkVisits,
  MailThrottle,
  PasskeyLinks,
  PasswordChanges,
  PasswordLinks,
  PasswordReplacement,
  OtherBrowsers,
  PasswordResets,
  Passwords,
  ProvedAddresses,
];

/** The steps from the first page to the session. */
export const SIGN_IN = [
  CodeCheck,
  LocalWays,
  PasskeySteps,
  SecondStep,
  SecondStepGuesses,
  SecondStepPage,
  SecondStepPeople,
  SecondStepThrottle,
  SecondStepWay,
  SetupPage,
  SetupWay,
  SignInNeeds,
  SignInSteps,
];

/** What the pages of the account and the admin API show and change. */
export const SHARED = [
  AuthenticatorForms,
  EmailChanges,
  FactorChanges,
  FactorResets,
  Invitations,
  Journal,
  PasskeyForms,
  PasskeyProofs,
  PasswordChanges,
  Passwords,
  WaysIn,
];
