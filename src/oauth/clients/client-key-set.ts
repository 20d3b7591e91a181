import { Injectable } from '@nestjs/common';
import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose';
import type { Client } from './client.entity.js';
import { RemoteKeySets } from './remote-key-sets.js';

/** The public keys a client signs its assertions with (RFC 7591 §2). Keys by URL of anybody are at `RemoteKeySets`. */
@Injectable()
export class ClientKeySet {
  private readonly byValue = new WeakMap<object, JWTVerifyGetKey>();

  constructor(private readonly remote: RemoteKeySets) {}

  /** The key lookup that `jwtVerify` takes; `undefined` when the client has no keys. */
  of({ jwks, jwksUri }: Pick<Client, 'jwks' | 'jwksUri'>): JWTVerifyGetKey | undefined {
    if (jwksUri !== null) return this.remote.at(jwksUri);
    if (jwks === null) return undefined;
    const known = this.byValue.get(jwks) ?? createLocalJWKSet(jwks);
    this.byValue.set(jwks, known);
    return known;
  }
}
