import { describe, expect, it } from '@jest/globals';
import { load, oauth2, oidc, problemsOf, type Settings } from '../support/provider-file.js';

describe('two providers', () => {
  it('may share an issuer when both prove it, or ask at the same place', () => {
    expect(problemsOf(() => load([oidc, { ...oidc, id: 'weak' }]))).toEqual([]);
    expect(problemsOf(() => load([oauth2, { ...oauth2, id: 'second' }]))).toEqual([]);
  });

  it.each<[string, Settings]>([
    ['that of another kind', { ...oauth2, issuer: 'https://idp.example.com' }],
    ['the same in other letters', { ...oauth2, issuer: 'https://IDP.example.com/' }],
  ])('do not share %s', (_what, second) => {
    expect(problemsOf(() => load([oidc, second]))).toEqual([
      'identityProviders: forge has the issuer of corporate, but its people are not the same',
    ]);
  });

  it('do not share one that stands for every tenant', () => {
    const entra = { ...oidc, issuer: 'https://login.microsoftonline.com/organizations/v2.0' };
    const issuer = 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0';
    expect(problemsOf(() => load([entra, { ...oauth2, issuer }])).join()).toContain(
      'the issuer of corporate',
    );
  });

  it('are as strict with an issuer that speaks for people in another way', () => {
    const trustedIssuers = [{ issuer: oauth2.issuer, jwksUri: 'https://forge.example.com/jwks' }];
    expect(problemsOf(() => load([oauth2], {}, { trustedIssuers }))).toEqual([
      'identityProviders: forge has an issuer that is among trustedIssuers, but does not prove that it is it',
    ]);
    const both = [{ ...trustedIssuers[0], issuer: oidc.issuer }];
    expect(problemsOf(() => load([oidc], {}, { trustedIssuers: both }))).toEqual([]);
  });
});
