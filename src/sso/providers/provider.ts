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

/** One way in through others. */
export interface SsoProvider {
  readonly id: string;
  /**
   * The name of its Passport strategy, which yields an `Assertion`, once that can be used.
   * @throws ProviderUnavailable and may be asked again.
   */
  ready(): Promise<string>;
}

/** A kind of provider that the configuration can name. */
export interface ProviderKind {
  readonly kind: IdentityProviderSection['kind'];
  create(section: IdentityProviderSection, config: AppConfig): SsoProvider;
}
