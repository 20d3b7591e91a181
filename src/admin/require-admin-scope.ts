import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';

const KEY = 'gatehouse:admin-scope';

/** Name of the security scheme in the OpenAPI document. */
export const SECURITY_SCHEME = 'oauth2';

type Area = 'clients' | 'users' | 'grants' | 'keys' | 'audit' | 'settings';
export type AdminScope = `admin:${Area}` | `admin:${Area}:read` | 'admin:audit:unseal';

/** The scope a route needs; the guard, the check at start and the OpenAPI document read the same. */
export const RequireAdminScope = (scope: AdminScope): MethodDecorator =>
  applyDecorators(SetMetadata(KEY, scope), ApiSecurity(SECURITY_SCHEME, [scope]));

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- the type Nest gives a handler
export function requiredScope(handler: Function): string | undefined {
  return Reflect.getMetadata(KEY, handler) as string | undefined;
}
