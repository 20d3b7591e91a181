import { describe, expect, it } from '@jest/globals';
import { MFA_ACR, PASSKEY_ACR, PASSWORD_ACR, satisfies, SSO_ACR } from './acr.js';

const ALL = [PASSWORD_ACR, MFA_ACR, PASSKEY_ACR, SSO_ACR];
const satisfied = (acr: string): string[] => ALL.filter((asked) => satisfies(acr, asked));

describe('a level of sign-in', () => {
  it('stands for itself and for the weaker ones of the same kind', () => {
    expect(satisfied(PASSWORD_ACR)).toEqual([PASSWORD_ACR]);
    expect(satisfied(MFA_ACR)).toEqual([PASSWORD_ACR, MFA_ACR]);
    expect(satisfied(PASSKEY_ACR)).toEqual([PASSWORD_ACR, MFA_ACR, PASSKEY_ACR]);
  });

  it('of another server, or of nobody, stands for no other', () => {
    expect(satisfied(SSO_ACR)).toEqual([SSO_ACR]);
    expect(satisfied('urn:example')).toEqual([]);
    expect(satisfies(PASSKEY_ACR, 'urn:example')).toBe(false);
  });
});
