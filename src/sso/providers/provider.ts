import type { AppConfig, IdentityProviderSection } from '../../config/index.js';
import type { UpstreamIdentity } from '../../users/index.js';

/** Whom a provider vouches for, after every check its protocol asks for. */
export interface Assertion {
  readonly identity: UpstreamIdentity;
  /** The provider says that it made sure of the e-mail address. */
  readonly emailVerified: boolean;
  readonly name?: string;
  /** RFC 8176 authentication methods. */
  readonly amr: readonly string[];
}

/** One way in through others. Its Passport strategy is registered under `id` and yields an `Assertion`. */
export interface SsoProvider {
  readonly id: string;
  /** Makes the strategy usable; @throws ProviderUnavailable and may be asked again. */
  ready(): Promise<void>;
}

/** A kind of provider that the configuration can name. */
export interface ProviderKind {
  readonly kind: IdentityProviderSection['kind'];
  create(section: IdentityProviderSection, config: AppConfig): SsoProvider;
}
