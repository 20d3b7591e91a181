import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { JWK } from 'jose';
import { TrustedIssuerSection, trustedIssuerProblems } from './trusted-issuer.section.js';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicKey = pair.publicKey.export({ format: 'jwk' }) as JWK;
const privateKey = pair.privateKey.export({ format: 'jwk' }) as JWK;

const problemsOf = (...sections: Partial<TrustedIssuerSection>[]): string[] =>
  trustedIssuerProblems(
    sections.map((section) =>
      Object.assign(new TrustedIssuerSection(), { issuer: 'https://idp.example' }, section),
    ),
    ['https://orders.example/api'],
  );

describe('A trusted issuer', () => {
  it('has an https address for its keys, or the keys themselves', () => {
    expect(problemsOf({ jwksUri: 'https://idp.example/jwks' })).toEqual([]);
    expect(problemsOf({ jwks: { keys: [publicKey] } })).toEqual([]);
    expect(problemsOf({})).toEqual([expect.stringContaining('needs jwksUri or jwks')]);
    expect(problemsOf({ jwksUri: 'https://idp.example/jwks', jwks: { keys: [publicKey] } })).toHaveLength(1);
  });

  it('is never reached in clear, but on loopback', () => {
    expect(problemsOf({ jwksUri: 'http://idp.example/jwks' })).toEqual([
      expect.stringContaining('only https is safe'),
    ]);
    expect(problemsOf({ issuer: 'http://idp.example', jwks: { keys: [publicKey] } })).toHaveLength(1);
    expect(problemsOf({ jwksUri: 'http://127.0.0.1:9000/jwks' })).toEqual([]);
  });

  it('shows public keys only', () => {
    for (const keys of [[], [privateKey], [{ kty: 'oct', k: 'AAAA' }], [null]])
      expect(problemsOf({ jwks: { keys: keys as JWK[] } })).toEqual([expect.stringContaining('keys')]);
  });

  it('is there once for each tenant, and names resources that there are', () => {
    const jwks = { keys: [publicKey] };
    expect(problemsOf({ jwks, tenant: 'a' }, { jwks, tenant: 'b' })).toEqual([]);
    expect(problemsOf({ jwks }, { jwks })).toEqual([expect.stringContaining('twice')]);
    expect(problemsOf({ jwks, resources: ['mcp', 'https://orders.example/api'] })).toEqual([]);
    expect(problemsOf({ jwks, resources: ['https://elsewhere.example'] })).toHaveLength(1);
  });
});
