import { AuthenticatorPage } from './authenticator-page.js';
import { AuthenticatorController } from './authenticator.controller.js';
import { EmailController } from './email.controller.js';
import { OwnPasswords } from './own-passwords.js';
import { PasskeyPage } from './passkey-page.js';
import { PasskeysController } from './passkeys.controller.js';
import { PasswordPage } from './password-page.js';
import { PasswordController } from './password.controller.js';
import { SecurityPage } from './security-page.js';
import { SecurityVisitor } from './security-visitor.js';
import { SecurityController } from './security.controller.js';

/** The pages on which a person changes how they sign in. */
export const SECURITY_CONTROLLERS = [
  SecurityController,
  PasswordController,
  EmailController,
  PasskeysController,
  AuthenticatorController,
];

export const SECURITY_PAGES = [
  SecurityVisitor,
  SecurityPage,
  OwnPasswords,
  PasswordPage,
  PasskeyPage,
  AuthenticatorPage,
];
