import type { Type } from '@nestjs/common';
import { AuthorizationCodeGrantType } from './authorization-code.grant-type.js';
import { ClientCredentialsGrantType } from './client-credentials.grant-type.js';
import { DeviceCodeGrantType } from './device-code.grant-type.js';
import type { GrantType } from './grant-type.js';
import { JwtBearerGrantType } from './jwt-bearer.grant-type.js';
import { RefreshTokenGrantType } from './refresh-token.grant-type.js';
import { TokenExchangeGrantType } from './token-exchange.grant-type.js';

/** Every grant type this server has; the token endpoint and discovery are built from it. */
export const GRANT_TYPES: readonly Type<GrantType>[] = [
  AuthorizationCodeGrantType,
  RefreshTokenGrantType,
  ClientCredentialsGrantType,
  DeviceCodeGrantType,
  TokenExchangeGrantType,
  JwtBearerGrantType,
];

/** Injection token of the instances, in the order of the list. */
export const GRANT_TYPE_INSTANCES = Symbol('GRANT_TYPE_INSTANCES');
