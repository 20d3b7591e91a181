import { createDecipheriv, hkdfSync } from 'node:crypto';
import { importJWK, SignJWT, type JWK, type JWTPayload } from 'jose';
import type { TestServer } from './server.js';

/** Signs claims as they are; `header` replaces members. */
export type Signer = (claims: JWTPayload, header?: Record<string, unknown>) => Promise<string>;

/** The signing key of a server, opened as it opens it itself, with the key-encryption key that the test gave it. */
export async function stolenKey(server: TestServer): Promise<Signer> {
  const [row] = await server.sql<{ kid: string; alg: string; sealed_private: Buffer }>(
    `SELECT kid, alg, sealed_private FROM signing_keys WHERE state = 'active'`,
  );
  const { kid, alg, sealed_private: sealed } = row!;
  const master = Buffer.from(server.env['ENCRYPTION_KEYS']!.slice(2), 'base64');
  const sealKey = Buffer.from(hkdfSync('sha256', master, '', 'gatehouse seal', 32));
  const decipher = createDecipheriv('aes-256-gcm', sealKey, sealed.subarray(4, 16));
  decipher.setAAD(Buffer.from(`signing-key:${kid}`)).setAuthTag(sealed.subarray(16, 32));
  const plain = Buffer.concat([decipher.update(sealed.subarray(32)), decipher.final()]).toString('utf8');
  const key = await importJWK(JSON.parse(plain) as JWK, alg);
  return (claims, header = {}) =>
    new SignJWT(claims).setProtectedHeader({ alg, typ: 'at+jwt', kid, ...header }).sign(key);
}
