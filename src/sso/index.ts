export { IdentityProviderChanges, IdentityProviders } from './identity-providers.js';
export { SettingsRefused, type RawSettings } from './provider-settings.js';
export { ProviderTrials, type ProviderTrial } from './provider-trials.js';
export type { ProviderView } from './provider-view.js';
export { SsoModule } from './sso.module.js';
