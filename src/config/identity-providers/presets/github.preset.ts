import type { Preset } from './preset.js';

/** The public address of a profile may be anybody's; the list of addresses says which one GitHub made sure of. */
export const github: Preset = {
  id: 'github',
  variables: 'GITHUB',
  settings: {
    kind: 'oauth2',
    name: 'GitHub',
    issuer: 'https://github.com/login/oauth',
    authorizationEndpoint: 'https://github.com/login/oauth/authorize',
    tokenEndpoint: 'https://github.com/login/oauth/access_token',
    userInfoEndpoint: 'https://api.github.com/user',
    emailLookup: {
      endpoint: 'https://api.github.com/user/emails',
      email: 'email',
      verified: 'verified',
      primary: 'primary',
    },
    clientAuth: 'client_secret_post',
    scopes: ['read:user', 'user:email'],
    mapping: { subject: 'id', name: ['name', 'login'] },
    loginHintParameter: 'login',
  },
};
