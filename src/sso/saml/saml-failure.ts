import { Logger } from '@nestjs/common';
import { SamlStatusError } from '@node-saml/passport-saml';
import { SignInRejected, SsoFailure } from '../sso-failure.js';

/** What the library says; that which was looked at before it was asked comes out of it only if the two disagree. */
const BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [/^Invalid signature/, 'assertion_signature_invalid'],
  [/^InResponseTo|^SubjectInResponseTo/, 'in_response_to_mismatch'],
  [/expired|^No valid subject confirmation/, 'assertion_expired'],
  [/not yet valid/, 'assertion_not_yet_valid'],
  [/AudienceRestriction$/, 'audience_missing'],
  [/audience mismatch|AudienceRestriction has no Audience/, 'audience_mismatch'],
  [/^Unable to process multiple conditions/, 'conditions_missing'],
  [/is not a valid date$/, 'time_malformed'],
];

/** What an error of the protocol library means here. It also breaks off on what is signed but not as it should be. */
export function samlFailure(error: unknown): unknown {
  if (error instanceof SsoFailure || !(error instanceof Error)) return error;
  if (error instanceof SamlStatusError) return new SignInRejected('provider_refused');
  const known = BY_MESSAGE.find(([pattern]) => pattern.test(error.message));
  // Its text may quote the assertion.
  if (!known) new Logger('sso').warn(`An assertion could not be read: ${error.name}`);
  return new SignInRejected(known?.[1] ?? 'assertion_malformed');
}
