import { errors } from 'jose';

/** Why jose refused a JWT that somebody sent, as a snake_case code; `undefined` for what is no refusal but a fault. */
export function jwtRefusal(error: unknown): string | undefined {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `wrong_${error.claim}`;
  if (error instanceof errors.JOSEError) return error.code.toLowerCase().replace(/^err_/, '');
  // jose throws a TypeError for what is no JWT at all and for keys that do not fit; Web Crypto has its own errors.
  if (error instanceof TypeError || error instanceof DOMException) return 'malformed';
  return undefined;
}
