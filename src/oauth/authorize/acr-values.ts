import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { MFA_ACR, PASSKEY_ACR, PASSWORD_ACR, SignInWays, SSO_ACR } from '../../sessions/index.js';

/** The levels that a sign-in here can reach, as sessions record them. */
@Injectable()
export class AcrValues {
  constructor(
    private readonly config: AppConfig,
    private readonly ways: SignInWays,
  ) {}

  /** `acr_values_supported` */
  supported(): string[] {
    return [...ownAcrs(this.config), ...(this.ways.lately().length > 0 ? [SSO_ACR] : [])];
  }

  /** Of `acr_values`, those that can be reached; the others are a wish that nobody can grant (OpenID Connect Core §3.1.2.1). */
  reachable(asked: string | undefined): readonly string[] {
    return among(this.supported(), asked);
  }
}

/** The same of what a sign-in reaches without anybody else. */
export const reachableHere = (asked: string | undefined, config: AppConfig): readonly string[] =>
  among(ownAcrs(config), asked);

const ownAcrs = ({ policies, passkeyDomain }: AppConfig): string[] => [
  ...(policies.localAccounts ? [PASSWORD_ACR, MFA_ACR] : []),
  ...(passkeyDomain === undefined ? [] : [PASSKEY_ACR]),
];

function among(acrs: readonly string[], asked: string | undefined): readonly string[] {
  const wanted = new Set(asked?.split(' '));
  return acrs.filter((acr) => wanted.has(acr));
}
