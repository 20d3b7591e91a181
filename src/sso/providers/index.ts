import { oidcKind } from './oidc.provider.js';
import type { ProviderKind } from './provider.js';

/** Every kind of identity provider. */
export const PROVIDER_KINDS: readonly ProviderKind[] = [oidcKind];
