import { POLICY, type DeclaredPolicy, type Risk as RiskLevel } from './declared.js';

/** Decorators of one method add up; the one nearest to the method comes first. */
const policy =
  (part: DeclaredPolicy): MethodDecorator =>
  (_target, _key, descriptor) => {
    const method = descriptor.value as object;
    const before = (Reflect.getMetadata(POLICY, method) ?? {}) as DeclaredPolicy;
    Reflect.defineMetadata(POLICY, { ...before, ...part }, method);
  };

/** All of these scopes, or ones that include them, are needed to call the method. */
export const RequireScopes = (...scopes: [string, ...string[]]): MethodDecorator => policy({ scopes });

/** Everybody with a token for this server may call the method, whatever its scopes. */
export const PublicTool = (): MethodDecorator => policy({ isPublic: true });

/** What the method can do to the person's things, where the hints of `annotations` do not say it. */
export const Risk = (risk: RiskLevel): MethodDecorator => policy({ risk });

/** How long the method may take, in milliseconds. */
export const Timeout = (timeoutMs: number): MethodDecorator => policy({ timeoutMs });
