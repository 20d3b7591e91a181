import type { Preset } from './preset.js';

/** X. It gives an address only when it was confirmed, and only to apps that may ask for one. */
export const twitter: Preset = {
  id: 'twitter',
  variables: 'TWITTER',
  settings: {
    kind: 'oauth2',
    name: 'X',
    issuer: 'https://x.com',
    authorizationEndpoint: 'https://x.com/i/oauth2/authorize',
    tokenEndpoint: 'https://api.x.com/2/oauth2/token',
    userInfoEndpoint: 'https://api.x.com/2/users/me?user.fields=confirmed_email',
    scopes: ['users.read', 'users.email', 'tweet.read'],
    mapping: { subject: 'data.id', email: 'data.confirmed_email', name: ['data.name', 'data.username'] },
    trustEmail: true,
  },
};
