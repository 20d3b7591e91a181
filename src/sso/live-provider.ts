import type { AnyProviderSection } from '../config/index.js';
import type { ProviderSource } from './provider-factory.js';
import type { SsoProvider } from './providers/provider.js';

/** A provider as it is set up now. */
export interface LiveProvider {
  readonly section: AnyProviderSection;
  readonly source: ProviderSource;
  readonly provider: SsoProvider;
}
