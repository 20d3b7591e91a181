import type { Preset } from './preset.js';

export const discord: Preset = {
  id: 'discord',
  variables: 'DISCORD',
  settings: {
    kind: 'oauth2',
    name: 'Discord',
    issuer: 'https://discord.com',
    authorizationEndpoint: 'https://discord.com/oauth2/authorize',
    tokenEndpoint: 'https://discord.com/api/oauth2/token',
    userInfoEndpoint: 'https://discord.com/api/users/@me',
    scopes: ['identify', 'email'],
    mapping: { subject: 'id', email: 'email', emailVerified: 'verified', name: ['global_name', 'username'] },
  },
};
