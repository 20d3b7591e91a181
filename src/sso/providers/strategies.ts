import passport from 'passport';

/** Sign-ins that have asked for it already still find a strategy that is being replaced. */
const GRACE_MS = 60_000;

let made = 0;

/** Of each strategy its own: one of a provider that was changed is never taken for the one before. */
export const newStrategyName = (id: string): string => `sso:${id}:${++made}`;

/** Forgets a strategy once nobody can be about to use it. */
export function retireStrategy(name: string): void {
  setTimeout(() => passport.unuse(name), GRACE_MS).unref();
}
