import type { Preset } from './preset.js';

export const google: Preset = {
  id: 'google',
  variables: 'GOOGLE',
  settings: { kind: 'oidc', name: 'Google', issuer: 'https://accounts.google.com' },
};
