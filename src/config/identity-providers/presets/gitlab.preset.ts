import type { Preset } from './preset.js';

/** GitLab.com; an installation of one's own is an issuer of its own. */
export const gitlab: Preset = {
  id: 'gitlab',
  variables: 'GITLAB',
  settings: { kind: 'oidc', name: 'GitLab', issuer: 'https://gitlab.com' },
};
