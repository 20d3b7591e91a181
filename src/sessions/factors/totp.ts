import { Secret, TOTP } from 'otpauth';

const PERIOD = 30;
/** RFC 6238 §5.2: one step to either side, for clocks that differ and people who type slowly. */
const WINDOW = 1;
/** RFC 4226 §4, R6: 160 bits. */
const SECRET_BYTES = 20;

/** What an authenticator app shows beside the code. */
export interface TotpLabel {
  readonly issuer: string;
  readonly account: string;
}

export const newTotpSecret = (): string => new Secret({ size: SECRET_BYTES }).base32;

/** What an app reads from the QR code. SHA-1, six digits and thirty seconds are all that every app knows. */
export const totpUri = (secret: string, { issuer, account }: TotpLabel): string =>
  new TOTP({ issuer: plain(issuer), label: plain(account), secret: Secret.fromBase32(secret) }).toString();

/** The time step whose code this is; `undefined` when it is the code of none that is near. */
export function totpStep(secret: string, typed: string, at = Date.now()): number | undefined {
  const code = totpCodeOf(typed);
  if (code === undefined) return undefined;
  const delta = TOTP.validate({
    token: code,
    secret: Secret.fromBase32(secret),
    timestamp: at,
    window: WINDOW,
    period: PERIOD,
  });
  return delta === null ? undefined : TOTP.counter({ period: PERIOD, timestamp: at }) + delta;
}

/** The six digits in what was typed. */
export function totpCodeOf(typed: string): string | undefined {
  if (typed.length > 32) return undefined;
  const code = typed.normalize('NFKC').replace(/[\s\-–—]/g, '');
  return /^[0-9]{6}$/.test(code) ? code : undefined;
}

/** A colon separates issuer and account in the label. */
const plain = (text: string): string => text.replaceAll(':', ' ');
