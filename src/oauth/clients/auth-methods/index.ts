import type { Type } from '@nestjs/common';
import type { AuthMethod, AuthMethodName } from './auth-method.js';
import { ClientSecretBasicAuthMethod } from './client-secret-basic.auth-method.js';
import { ClientSecretPostAuthMethod } from './client-secret-post.auth-method.js';
import { NoneAuthMethod } from './none.auth-method.js';
import { PrivateKeyJwtAuthMethod } from './private-key-jwt.auth-method.js';

/** Every way a client can authenticate here; the endpoints and discovery are built from it. */
const BY_NAME: { readonly [Name in AuthMethodName]: Type<AuthMethod & { readonly name: Name }> } = {
  none: NoneAuthMethod,
  client_secret_basic: ClientSecretBasicAuthMethod,
  client_secret_post: ClientSecretPostAuthMethod,
  private_key_jwt: PrivateKeyJwtAuthMethod,
};

export const AUTH_METHODS: readonly Type<AuthMethod>[] = Object.values(BY_NAME);
export const AUTH_METHOD_NAMES = Object.keys(BY_NAME) as readonly AuthMethodName[];

/** Injection token of the instances, in the order of the list. */
export const AUTH_METHOD_INSTANCES = Symbol('AUTH_METHOD_INSTANCES');
