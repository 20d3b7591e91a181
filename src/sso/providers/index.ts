import { oauth2Kind } from './oauth2.provider.js';
import { oidcKind } from './oidc.provider.js';
import type { ProviderKind } from './provider.js';
import { samlKind } from './saml.provider.js';

/** Every kind of identity provider. */
export const PROVIDER_KINDS: readonly ProviderKind[] = [oidcKind, oauth2Kind, samlKind];
