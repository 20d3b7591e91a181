import { SamlProvider } from '../saml/saml-provider.js';
import { samlSettings } from '../saml/settings.js';
import { providerKind } from './provider.js';

/** Any SAML 2.0 provider, by its metadata or by what would be in it. */
export const samlKind = providerKind(
  'saml',
  (section, { config, reach }) => new SamlProvider(samlSettings(section, config), reach),
);
