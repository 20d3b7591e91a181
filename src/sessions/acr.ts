/** `acr` of a session: how somebody signed in. */
export const PASSWORD_ACR = 'urn:gatehouse:acr:password';
export const SSO_ACR = 'urn:gatehouse:acr:sso';
/** A password, and a code or a recovery code. */
export const MFA_ACR = 'urn:gatehouse:acr:mfa';
/** A passkey that was unlocked by its owner: more than one factor by itself, and it cannot be phished. */
export const PASSKEY_ACR = 'urn:gatehouse:acr:passkey';

/** From the weakest to the strongest; each stands for those before it. */
const LOCAL: readonly string[] = [PASSWORD_ACR, MFA_ACR, PASSKEY_ACR];

/** Whether a sign-in of this level is what was asked for, or better. */
export function satisfies(acr: string, asked: string): boolean {
  if (acr === asked) return true;
  return LOCAL.includes(asked) && LOCAL.indexOf(acr) > LOCAL.indexOf(asked);
}

/** Every level there is. */
export const KNOWN_ACRS: readonly string[] = [...LOCAL, SSO_ACR];

/** A level, and those it stands for. */
export const levelsOf = (acr: string): readonly string[] =>
  KNOWN_ACRS.includes(acr) ? KNOWN_ACRS.filter((asked) => satisfies(acr, asked)) : [acr];

/** Of what an app asks for, what can be reached with an account of this server’s own. */
export const localAcrs = (asked: readonly string[]): string[] => asked.filter((acr) => LOCAL.includes(acr));
