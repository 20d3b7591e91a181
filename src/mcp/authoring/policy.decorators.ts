import type { Role } from '../../config/index.js';
import type { Quota as QuotaRule, StepUpDemand } from '../policy/rules.js';
import { POLICY, type DeclaredPolicy, type Risk as RiskLevel } from './declared.js';

/** Decorators of one method add up; the one nearest to the method comes first. Lists become longer, never others. */
const policy =
  (part: DeclaredPolicy): MethodDecorator =>
  (_target, _key, descriptor) => {
    const method = descriptor.value as object;
    const before = (Reflect.getMetadata(POLICY, method) ?? {}) as DeclaredPolicy;
    const lists = Object.entries(part).map(([name, value]: [string, unknown]) => {
      const known: unknown = before[name as keyof DeclaredPolicy];
      const both = Array.isArray(known) && Array.isArray(value);
      return [name, both ? (known as unknown[]).concat(value) : value] as const;
    });
    Reflect.defineMetadata(POLICY, { ...before, ...Object.fromEntries(lists) }, method);
  };

/** All of these scopes, or ones that include them, are needed to call the method. */
export const RequireScopes = (...scopes: [string, ...string[]]): MethodDecorator => policy({ scopes });

/** One of these scopes, or one that includes it, is needed. A caller who has none is asked to get the first. */
export const RequireAnyScope = (...scopes: [string, string, ...string[]]): MethodDecorator =>
  policy({ anyScopes: [scopes] });

/** The person must have one of these roles. A client that acts for itself has none. */
export const RequireRoles = (...roles: [Role, ...Role[]]): MethodDecorator => policy({ roles: [roles] });

/**
 * The sign-in behind the token must be of this level or better, or not longer ago than so many seconds (RFC 9470). A
 * client that acts for itself has no sign-in.
 */
export const StepUp = (demand: StepUpDemand): MethodDecorator => policy({ stepUps: [demand] });

/** So many calls in so many seconds, by whoever is counted; the one too many is told when to come again. */
export const Quota = (quota: QuotaRule): MethodDecorator => policy({ quotas: [quota] });

/** Everybody with a token for this server may call the method, whatever its scopes. */
export const PublicTool = (): MethodDecorator => policy({ isPublic: true });

/** What the method can do to the person's things, where the hints of `annotations` do not say it. */
export const Risk = (risk: RiskLevel): MethodDecorator => policy({ risk });

/** What of the input the audit trail does not keep, not even sealed: `input.body`, `input.author.name`. */
export const Redact = (...paths: [`input.${string}`, ...`input.${string}`[]]): MethodDecorator =>
  policy({ redact: paths.map((path) => path.slice('input.'.length)) });

/** How long the method may take, in milliseconds. */
export const Timeout = (timeoutMs: number): MethodDecorator => policy({ timeoutMs });
