import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { checkKeys, thumbprints } from './client-keys.js';

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicJwk = ec.publicKey.export({ format: 'jwk' });

describe('A key set', () => {
  it('of public keys is taken as it is', () => {
    const keys = [
      { ...publicJwk, kid: 'a', use: 'sig', alg: 'ES256' },
      rsa(2_048).publicKey.export({ format: 'jwk' }),
      generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }),
    ];
    expect(checkKeys({ keys })).toEqual({ keys });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a list', []],
    ['no list of keys', { keys: {} }],
    ['no keys', { keys: [] }],
    ['1 000 keys', { keys: Array(1_000).fill(publicJwk) }],
    ['21 keys', { keys: Array(21).fill(publicJwk) }],
    ['a private key', { keys: [ec.privateKey.export({ format: 'jwk' })] }],
    ['a private RSA key', { keys: [rsa(2_048).privateKey.export({ format: 'jwk' })] }],
    ['a private member that is null', { keys: [{ ...publicJwk, d: null }] }],
    ['a symmetric key', { keys: [{ kty: 'oct', k: 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T' }] }],
    ['a symmetric key without its value', { keys: [{ kty: 'oct' }] }],
    [
      'an RSA key of 512 bits',
      { keys: [{ kty: 'RSA', e: 'AQAB', n: Buffer.alloc(64, 0xff).toString('base64url') }] },
    ],
    ['an RSA key of 1024 bits', { keys: [rsa(1_024).publicKey.export({ format: 'jwk' })] }],
    [
      'an RSA key of 8192 bits',
      { keys: [{ kty: 'RSA', e: 'AQAB', n: Buffer.alloc(1_024, 0xff).toString('base64url') }] },
    ],
    ['a point that is not on the curve', { keys: [{ ...publicJwk, y: publicJwk.x }] }],
    ['a curve nobody signs with', { keys: [{ ...publicJwk, crv: 'secp256k1' }] }],
    ['a key for agreement', { keys: [generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' })] }],
    ['a text for a key', { keys: ['key'] }],
    ['null for a key', { keys: [null] }],
    ['half of a surrogate pair', { keys: [{ ...publicJwk, kid: '\ud800' }] }],
    ['NUL in the name of a member', { keys: [{ ...publicJwk, 'x\0': 1 }] }],
    ['NUL in a list', { keys: [{ ...publicJwk, key_ops: ['\0'] }] }],
    ['a key of 5 000 characters', { keys: [{ ...publicJwk, note: 'x'.repeat(5_000) }] }],
  ])('with %s is refused', (_what, jwks) => {
    expect(() => checkKeys(jwks)).toThrow(expect.objectContaining({ code: 'invalid_client_metadata' }));
  });
});

describe('The thumbprints of a key set', () => {
  it('do not depend on the order or on what is written beside the keys', async () => {
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
    const one = await thumbprints({ keys: [publicJwk, other] });
    expect(await thumbprints({ keys: [{ ...other, kid: 'x' }, publicJwk as never] })).toEqual(one);
    expect(new Set(one).size).toBe(2);
  });
});
